"""Keys of the REST API, and the answers that a repeated request gets again."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("prefix", sa.String(12), nullable=False, unique=True),  # what lists show of it
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("networks", sa.JSON, nullable=False),  # [CIDR]; [] is any address
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("last_used_at", UtcTime),
    sa.Column("revoked_at", UtcTime),
    sa.Column("revoked_by", sa.String(200)),
)

api_answer = sa.Table(
    "api_answer",
    metadata,
    sa.Column("api_key_id", sa.ForeignKey("api_key.id"), primary_key=True),
    sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("body_hash", sa.LargeBinary(16), nullable=False),  # keyed: a body holds a number
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False, index=True),
)
"""What was answered to a request with an `Idempotency-Key`; kept for a day."""
