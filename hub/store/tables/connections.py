"""Connections, how far each was read, and what was found on the way."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

connection = sa.Table(
    "connection",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", sa.String(40), nullable=False, unique=True),
    sa.Column("plugin", sa.String(80), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("origin", sa.String(20), nullable=False),  # provisioned | console
    sa.Column("enabled", sa.Boolean, nullable=False),
    # ok | parked (our credentials are refused). That a process cannot use it, for want of a
    # plugin or of settings, is that process's own view and never stored.
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason_ja", sa.Text, nullable=False, server_default=""),
    sa.Column("reason_en", sa.Text, nullable=False, server_default=""),
    sa.Column("state_since", UtcTime, nullable=False),
    # Since when the connection's records are no ground for anything: a mapped field is gone.
    sa.Column("grounds_suspended_at", UtcTime),
    sa.Column("settings_enc", sa.LargeBinary),
    # Keyed hash of the settings it was last used with: others mean that somebody changed them.
    sa.Column("settings_print", sa.LargeBinary(16)),
    sa.Column("mapping", sa.JSON),
    sa.Column("account_id", sa.String(200)),
    sa.Column("account_label", sa.String(300)),
    # What the platform last told of its limit, and what would let it work better: see `Account`.
    sa.Column("usage", sa.JSON(none_as_null=True)),
    sa.Column("usage_at", UtcTime),
    sa.Column("advice", sa.JSON(none_as_null=True)),
    sa.Column("last_pull_at", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("removed_at", UtcTime),
)

reading = sa.Table(
    "reading",
    metadata,
    sa.Column("connection_id", sa.ForeignKey("connection.id"), primary_key=True),
    sa.Column("stream", sa.String(20), primary_key=True),  # changed | refs | poll
    sa.Column("cursor", sa.Text),
    # Names the mapping and the collections the records were judged by: with others, all are
    # read anew.
    sa.Column("basis", sa.String(32)),
    sa.Column("round_started_at", UtcTime),
    sa.Column("whole_at", UtcTime),
    sa.Column("moved_at", UtcTime, nullable=False),
)
"""How far a connection was read; moved in the transaction that stores the page, never before."""

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),  # first | whole | changed | refs
    sa.Column("state", sa.String(20), nullable=False),  # running | done | stopped | failed
    sa.Column("started_at", UtcTime, nullable=False),
    # One run a connection and kind at a time: who works on it, and until when without a word.
    sa.Column("worker", sa.String(60), nullable=False, server_default=""),
    sa.Column("lease_until", UtcTime),
    sa.Column("finished_at", UtcTime),
    sa.Column("read", sa.Integer, nullable=False, server_default="0"),
    sa.Column("kept", sa.Integer, nullable=False, server_default="0"),
    sa.Column("changed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("skipped", sa.JSON, nullable=False),  # reason -> count
    sa.Column("reason_ja", sa.Text, nullable=False, server_default=""),
    sa.Column("reason_en", sa.Text, nullable=False, server_default=""),
)
