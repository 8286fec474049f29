"""Events of the platforms, refused calls, and the rules that act on events."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("source_id", sa.String(160), nullable=False),
    sa.Column("type", sa.String(60), nullable=False),
    sa.Column("ref", sa.String(120)),
    sa.Column("version", sa.String(80)),
    sa.Column("occurred_at", UtcTime),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("repeats", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.String(20), nullable=False),  # new | done | later
    sa.Column("outcome", sa.String(40)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.Column("payload_enc", sa.LargeBinary),
    sa.UniqueConstraint("connection_id", "source_id"),
    sa.Index("ix_event_due", "state", "next_at"),
)

refused_inbound = sa.Table(
    "refused_inbound",
    metadata,
    sa.Column("connection_id", sa.ForeignKey("connection.id"), primary_key=True),
    sa.Column("reason", sa.String(40), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
)
"""Calls from outside that were not believed: counted, and nothing else."""

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # event
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False, index=True),
    sa.Column("event_type", sa.String(60), nullable=False),
    sa.Column("template_key", sa.String(60), nullable=False),
    sa.Column("gateway_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("once_per_record", sa.Boolean, nullable=False),
    sa.Column("conditions", sa.JSON, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
)
