"""Purposes, wordings, collections, the ledger of grounds, exclusions."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

purpose = sa.Table(
    "purpose",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # promotional | transactional | debt_collection
    sa.Column("message_class", sa.String(20), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # The earlier version this one says no more than; consents to that cover this. None: to none.
    sa.Column("same_as", sa.Integer),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("retired_at", UtcTime),
    sa.UniqueConstraint("key", "version"),
)

purpose_hold = sa.Table(
    "purpose_hold",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("why", sa.String(200), nullable=False),
    sa.Column("held_at", UtcTime, nullable=False),
    sa.Column("held_by", sa.String(200), nullable=False),
    sa.Column("lifted_at", UtcTime),
    sa.Column("lifted_by", sa.String(200)),
    sa.Index(
        "uq_purpose_hold_standing",
        "purpose_key",
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
)
"""Legal holds (措置命令 and the like): while one stands nothing of its purpose is sent."""

document = sa.Table(
    "document",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # wording | form | statement | purpose
    sa.Column("language", sa.String(5)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
)
"""A text people saw, kept once by its hash and never changed."""

collection = sa.Table(
    "collection",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False, index=True),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("method", sa.String(30), nullable=False),
    sa.Column("default_ticked", sa.Boolean),
    sa.Column("wording_sha256", sa.ForeignKey("document.sha256"), nullable=False),
    sa.Column("form_url", sa.Text),
    sa.Column("form_sha256", sa.ForeignKey("document.sha256")),
    sa.Column("privacy_notice_url", sa.Text),
    sa.Column("privacy_notice_version", sa.String(60)),
    # What was promised beside the purpose: how often, which brands or senders.
    sa.Column("scope", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("period_from", UtcTime, nullable=False),
    sa.Column("period_until", UtcTime),
    # {attribute: [values]}: which of the connection's records it covers; {} covers all.
    sa.Column("filter", sa.JSON, nullable=False),
    sa.Column("statement_sha256", sa.ForeignKey("document.sha256"), nullable=False),
    sa.Column("signed_by", sa.String(200), nullable=False),
    sa.Column("user_id", sa.ForeignKey("hub_user.id")),
    sa.Column("declared_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
    sa.Column("revoked_by", sa.String(200)),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("event_id", sa.String(36), nullable=False, unique=True),  # UUIDv7
    sa.Column("schema", sa.String(30), nullable=False),
    sa.Column("event_type", sa.String(20), nullable=False),
    sa.Column("ground", sa.String(40), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("purpose_id", sa.ForeignKey("purpose.id")),
    sa.Column("purpose_sha256", sa.ForeignKey("document.sha256")),
    sa.Column("scope", sa.JSON, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("method", sa.String(30), nullable=False),
    sa.Column("strength", sa.Integer, nullable=False),
    sa.Column("default_ticked", sa.Boolean),
    sa.Column("wording_sha256", sa.ForeignKey("document.sha256")),
    sa.Column("wording_language", sa.String(5)),
    sa.Column("form_url", sa.Text),
    sa.Column("form_sha256", sa.ForeignKey("document.sha256")),
    sa.Column("privacy_notice_url", sa.Text),
    sa.Column("privacy_notice_version", sa.String(60)),
    sa.Column("occurred_at", UtcTime),  # None: the source does not say when
    sa.Column("recorded_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("connection_id", sa.ForeignKey("connection.id")),
    sa.Column("source_ref", sa.String(120)),
    sa.Column("source_field", sa.String(200)),
    sa.Column("source_value", sa.String(200)),
    sa.Column("collection_id", sa.ForeignKey("collection.id")),
    # A withdrawal names the exclusion it made; a renewal that takes it back names the same.
    sa.Column("exclusion_id", sa.ForeignKey("exclusion.id")),
    sa.Column("attachments", sa.JSON, nullable=False),  # scan, call, ticket: where proof lies
    sa.Column("controller", sa.String(200), nullable=False),
    sa.Column("recipients", sa.JSON, nullable=False),
    sa.Column("withdrawal_methods", sa.JSON, nullable=False),
    # Erasable: number, address and user agent of whoever pressed the button. Only their salted
    # digest is part of the chain, so they can go and the chain still verifies.
    sa.Column("personal_enc", sa.LargeBinary),
    sa.Column("personal_salt", sa.LargeBinary(16)),
    sa.Column("personal_digest", sa.LargeBinary(32), nullable=False),
    # From consent-evidence/2 on the fields that lead to a person's record (source_ref,
    # source_value, form_url, attachments) are in the chain through this salted digest only, and
    # go with the salt when the legal term is over. Rows of consent-evidence/1 have neither.
    sa.Column("source_salt", sa.LargeBinary(16)),
    sa.Column("source_digest", sa.LargeBinary(32)),
    sa.Column("prev_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Index("ix_evidence_contact_purpose", "contact_id", "purpose_key"),
    sa.Index("ix_evidence_exclusion", "exclusion_id"),
)
"""The ledger of grounds (許諾の記録): rows are added, never changed."""

exclusion = sa.Table(
    "exclusion",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # Its name in the journal outside the store; None: older than the journal.
    sa.Column("key", sa.String(36)),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("scope", sa.String(70), nullable=False),  # all | promotional | purpose:<key>
    sa.Column("origin", sa.String(20), nullable=False),
    sa.Column("connection_id", sa.ForeignKey("connection.id")),
    sa.Column("source_ref", sa.String(120)),
    sa.Column("message_id", BigId),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("occurred_at", UtcTime, nullable=False),
    sa.Column("recorded_at", UtcTime, nullable=False),
    # When the person said it once more, some other way: an undo of the first must not count then.
    sa.Column("repeated_at", UtcTime),
    sa.Column("lifted_at", UtcTime),
    sa.Column("lifted_by", sa.String(200)),
    sa.Column("lifted_why", sa.String(30)),
    sa.Index("uq_exclusion_key", "key", unique=True),
    sa.Index(
        "uq_exclusion_active",
        "contact_id",
        "scope",
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
)
"""The exclusion list (送信除外リスト). A row that was lifted stays, with who and why."""
