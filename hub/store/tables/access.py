"""Sites, users, sign-in and the audit trail."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

site = sa.Table(
    "site",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(40), nullable=False, unique=True),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
)

user = sa.Table(
    "hub_user",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),  # administrator | operator
    sa.Column("language", sa.String(2), nullable=False, server_default="ja"),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime),
)

user_site = sa.Table(
    "user_site",
    metadata,
    sa.Column("user_id", sa.ForeignKey("hub_user.id"), primary_key=True),
    sa.Column("site_id", sa.ForeignKey("site.id"), primary_key=True),
)

sign_in_link = sa.Table(
    "sign_in_link",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("hub_user.id"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("hub_user.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(43), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("actor", sa.String(200), nullable=False),  # user:3, cli, system, connection:crm
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("object", sa.String(200), nullable=False),
    sa.Column("address", sa.String(45)),
    sa.Column("detail", sa.JSON, nullable=False),
    # The row's place in the chain, from 1 without a gap; None where it is older than the chain.
    sa.Column("seq", sa.BigInteger),
    sa.Column("prev_hash", sa.LargeBinary(32)),
    sa.Column("hash", sa.LargeBinary(32)),
    sa.Index("uq_audit_seq", "seq", unique=True),
    sa.Index("ix_audit_object", "object"),
)
"""The audit trail: rows are added, never changed; each names the hash of the one before it."""
