"""Opt-out links, and the pushes of opt-outs to the platforms."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

opt_out_token = sa.Table(
    "opt_out_token",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False, index=True),
    sa.Column("message_id", BigId),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("last_digits", sa.String(4), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
)

push = sa.Table(
    "opt_out_push",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(36), nullable=False, unique=True),
    sa.Column("exclusion_id", sa.ForeignKey("exclusion.id"), nullable=False, index=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("ref", sa.String(120), nullable=False),
    sa.Column("change", sa.String(10), nullable=False),  # opt_out | restore
    sa.Column("acted_at", UtcTime, nullable=False),  # when the person said so
    # open | blocked | done | gone | superseded
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UtcTime, nullable=False),
    # Until when a worker is writing to the record: nobody else writes to it meanwhile.
    sa.Column("claimed_until", UtcTime),
    sa.Column("confirmed", sa.Boolean, nullable=False, default=False),
    sa.Column("why_ja", sa.Text, nullable=False, server_default=""),
    sa.Column("why_en", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("acknowledged_at", UtcTime),
    sa.UniqueConstraint("exclusion_id", "connection_id", "ref", "change"),
    sa.Index("ix_opt_out_push_due", "state", "next_at"),
    sa.Index("ix_opt_out_push_record", "connection_id", "ref"),
)
"""One record that has to be told; the row is its receipt once the platform acknowledged."""
