"""Hosted opt-in forms, what is typed into them, and consents on their way back to platforms."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

consent_form = sa.Table(
    "consent_form",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(60), nullable=False, unique=True),  # its address: /f/<key>
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("retired_at", UtcTime),
    sa.Column("retired_by", sa.String(200)),
)

consent_form_version = sa.Table(
    "consent_form_version",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("form_id", sa.ForeignKey("consent_form.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # {language: {title, wording, frequency}}: what is written on the form besides its purposes.
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("purposes", sa.JSON, nullable=False),  # [purpose key], a box for each
    sa.Column("privacy_notice_url", sa.Text, nullable=False),
    sa.Column("privacy_notice_version", sa.String(60), nullable=False),
    sa.Column("double_opt_in", sa.Boolean, nullable=False),
    sa.Column("gateway_id", sa.ForeignKey("connection.id")),  # what sends the code
    sa.Column("origins", sa.JSON, nullable=False),  # pages that may show it in a frame
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.UniqueConstraint("form_id", "version"),
)
"""A version is never changed: what people saw stays known."""

consent_request = sa.Table(
    "consent_request",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("form_version_id", sa.ForeignKey("consent_form_version.id"), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False),
    sa.Column("address_hash", sa.LargeBinary(16), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    # {purpose key: {version, wording}}: what was ticked, the hash naming what its box said.
    sa.Column("boxes", sa.JSON, nullable=False),
    sa.Column("form_sha256", sa.ForeignKey("document.sha256"), nullable=False),
    # waiting | silent (no code was sent, and the page does not say so) | confirmed | recorded
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("code_hash", sa.LargeBinary(16)),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("message_id", BigId),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    sa.Index("ix_consent_request_contact", "contact_id", "created_at"),
    sa.Index("ix_consent_request_address", "address_hash", "created_at"),
    sa.Index("ix_consent_request_expires", "expires_at"),
)
"""A form that somebody sent: whose number, which boxes, and the code it waits for."""

consent_push = sa.Table(
    "consent_push",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(36), nullable=False, unique=True),
    sa.Column("evidence_id", sa.String(36), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("ref", sa.String(120), nullable=False),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("acted_at", UtcTime, nullable=False),  # when the person agreed
    # open | blocked | done | gone | superseded (something newer was said)
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.Column("claimed_until", UtcTime),
    sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("why_ja", sa.Text, nullable=False, server_default=""),
    sa.Column("why_en", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("acknowledged_at", UtcTime),
    sa.UniqueConstraint("evidence_id", "connection_id", "ref"),
    sa.Index("ix_consent_push_due", "state", "next_at"),
)
"""One record that has to be told of a consent; apart from opt-outs, which never wait for it."""
