"""Templates, sends, messages and what is told of them."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

template = sa.Table(
    "template",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    # Why an administrator let it pass although it looked like advertising.
    sa.Column("confirmed_why", sa.Text),
    sa.Column("retired_at", UtcTime),
    sa.UniqueConstraint("key", "version"),
)

send = sa.Table(
    "send",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(80), nullable=False, unique=True),  # the same key is the same send
    sa.Column("kind", sa.String(20), nullable=False),  # list | single | rule | api
    sa.Column("template_id", sa.ForeignKey("template.id"), nullable=False),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("message_class", sa.String(20), nullable=False),
    sa.Column("gateway_id", sa.ForeignKey("connection.id"), nullable=False),
    # building | sending | paused | canceling | canceled
    sa.Column("state", sa.String(20), nullable=False),
    # Ids of the gateways its messages may go to where this one surely did not take them: 3,5
    sa.Column("fallbacks", sa.String(120), nullable=False, server_default=""),
    sa.Column("rule_id", BigId),
    sa.Column("event_id", BigId),
    sa.Column("owner_id", sa.ForeignKey("hub_user.id")),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("not_before", UtcTime),
    sa.Column("not_after", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
)

route = sa.Table(
    "route",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),  # default | site | purpose | template
    sa.Column("subject", sa.String(60), nullable=False),  # a key; empty for the default
    sa.Column("gateways", sa.String(120), nullable=False),  # ids in the order they are tried: 3,5
    sa.Column("set_at", UtcTime, nullable=False),
    sa.Column("set_by", sa.String(200), nullable=False),
    sa.UniqueConstraint("kind", "subject"),
)
"""By which gateway a send leaves where its order names none."""

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(36), nullable=False, unique=True),  # idempotency key at the gateway
    sa.Column("send_id", sa.ForeignKey("send.id"), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), nullable=False),
    sa.Column("link_id", sa.ForeignKey("link.id"), index=True),
    sa.Column("gateway_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("purpose_key", sa.String(60), nullable=False),
    sa.Column("message_class", sa.String(20), nullable=False),
    sa.Column(
        "priority", sa.Integer, nullable=False
    ),  # 0 agents' single messages, 1 rules, 2 lists
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("body_enc", sa.LargeBinary),
    sa.Column("segments", sa.Integer, nullable=False),
    sa.Column("billed_units", sa.Integer),
    sa.Column("evidence_id", sa.String(36)),
    sa.Column("not_before", UtcTime),
    sa.Column("not_after", UtcTime),
    # Promotional: when its record was last read; the mark wants that to be recent.
    sa.Column("source_read_at", UtcTime),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("claimed_by", sa.String(60)),
    sa.Column("lease_until", UtcTime),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("gateway_reference", sa.String(120)),
    sa.Column("report_rank", sa.Integer, nullable=False, server_default="0"),
    sa.Column("carrier", sa.String(20)),
    # The gateway said that this number takes no SMS, and will not.
    sa.Column("number_dead", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("site_id", sa.ForeignKey("site.id")),
    sa.Column("owner_id", sa.ForeignKey("hub_user.id")),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("marked_at", UtcTime),
    sa.Column("submitted_at", UtcTime),
    sa.Column("finished_at", UtcTime),
    sa.UniqueConstraint("send_id", "contact_id"),
    # Serves the foreign key, and tells when a number was last reached.
    sa.Index("ix_message_contact", "contact_id", "state", "finished_at"),
    sa.Index("ix_message_due", "gateway_id", "state", "priority", "due_at"),
    sa.Index("ix_message_reference", "gateway_id", "gateway_reference"),
    sa.Index("ix_message_lease", "state", "lease_until"),
)

tracked_link = sa.Table(
    "tracked_link",
    metadata,
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("message_id", sa.ForeignKey("message.id"), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False),  # which of its template's links
    sa.Column("fetched", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_at", UtcTime),
    sa.Column("last_at", UtcTime),
)
"""A short address in one message; the address itself is not kept, only its hash."""

message_step = sa.Table(
    "message_step",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("message_id", sa.ForeignKey("message.id"), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("attempt", sa.Integer, nullable=False),
)
"""The timeline of a message: each state it took, when and why."""

report = sa.Table(
    "report",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("gateway_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("source_id", sa.String(160), nullable=False),
    sa.Column("reference", sa.String(120)),
    sa.Column("key", sa.String(36)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("permanent", sa.Boolean),
    sa.Column("billed_units", sa.Integer),
    sa.Column("carrier", sa.String(20)),
    # Of a gateway that reports each part of a long text by itself: which one of how many.
    sa.Column("part", sa.Integer),
    sa.Column("parts", sa.Integer),
    sa.Column("reported_at", UtcTime),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("applied_at", UtcTime),  # None: no message matches yet
    sa.UniqueConstraint("gateway_id", "source_id"),
    sa.Index("ix_report_waiting", "applied_at", "received_at"),
)

reply = sa.Table(
    "reply",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("gateway_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("source_id", sa.String(160), nullable=False),
    sa.Column("contact_id", sa.ForeignKey("contact.id"), index=True),
    sa.Column("text_enc", sa.LargeBinary),
    sa.Column("outcome", sa.String(30), nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("said_at", UtcTime),
    # The SMS it seems to answer: the last one its number had got through this gateway.
    sa.Column("message_id", BigId),
    # What may be a stop is a task for a person: open | accepted | dismissed.
    sa.Column("task", sa.String(12)),
    sa.Column("decided_at", UtcTime),
    sa.Column("decided_by", sa.String(200)),
    sa.UniqueConstraint("gateway_id", "source_id"),
    sa.Index(
        "ix_reply_task",
        "task",
        sqlite_where=sa.text("task = 'open'"),
        postgresql_where=sa.text("task = 'open'"),
    ),
)

note = sa.Table(
    "activity_note",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.String(36), nullable=False, unique=True),
    sa.Column("message_id", sa.ForeignKey("message.id"), nullable=False),
    sa.Column("connection_id", sa.ForeignKey("connection.id"), nullable=False),
    sa.Column("ref", sa.String(120), nullable=False),
    sa.Column("message_state", sa.String(20), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # open | done | gone | given_up
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.UniqueConstraint("message_id", "message_state"),
    sa.Index("ix_activity_note_due", "state", "next_at"),
)
