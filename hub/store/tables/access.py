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
    sa.Column("password_hash", sa.String(200)),  # argon2id as a PHC string
    # The secret of the one-time codes: being set up without a time, in force with one.
    sa.Column("totp_enc", sa.LargeBinary),
    sa.Column("totp_at", UtcTime),
    # The step of 30 seconds whose code was used last: no code is good twice.
    sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
    # What an operator may do beyond the role: see_numbers, export, send_free_text.
    sa.Column("rights", sa.JSON, nullable=False, server_default="[]"),
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
    # terminal: signs in; invitation: sets a password first.
    sa.Column("kind", sa.String(12), nullable=False, server_default="terminal"),
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
    sa.Column("second_at", UtcTime),  # when its one-time code was right
    sa.Column("address", sa.String(45)),
    sa.Column("agent", sa.String(200), nullable=False, server_default=""),
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("user_id", sa.ForeignKey("hub_user.id"), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("used_at", UtcTime),
)

known_browser = sa.Table(
    "known_browser",
    metadata,
    sa.Column("user_id", sa.ForeignKey("hub_user.id"), primary_key=True),
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("seen_at", UtcTime, nullable=False),
)
"""Browsers a user signed in with: strangers' failures do not make them wait."""

sign_in_failure = sa.Table(
    "sign_in_failure",
    metadata,
    # Hash of whose failures these are: an account, an address, an account from a known browser.
    sa.Column("name_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False, index=True),
)

allowed_network = sa.Table(
    "allowed_network",
    metadata,
    sa.Column("who", sa.String(20), primary_key=True),  # administrator | operator | api
    sa.Column("network", sa.String(49), primary_key=True),  # CIDR
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("added_by", sa.String(200), nullable=False),
)
"""From where console and API may be used; a list without rows allows every address."""

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
