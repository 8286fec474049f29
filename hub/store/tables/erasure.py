"""Orders to erase personal data."""

import sqlalchemy as sa

from hub.store.tables.base import BigId, UtcTime, metadata

erasure_order = sa.Table(
    "erasure_order",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # person | user | site | age
    # The contact, user or site by its id; for age the days without SMS and without new ground.
    sa.Column("subject", BigId, nullable=False),
    sa.Column("why", sa.String(30), nullable=False),  # ordered | stop_of_use
    sa.Column("ordered_by", sa.String(200), nullable=False),
    sa.Column("ordered_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    # waiting | running | done | canceled; one that met a legal hold waits for another day.
    sa.Column("state", sa.String(20), nullable=False),
    # Whoever is behind this contact is done with: a killed job goes on from here.
    sa.Column("after_contact_id", BigId, nullable=False, server_default="0"),
    sa.Column("people", sa.Integer, nullable=False, server_default="0"),
    sa.Column("held", sa.Integer, nullable=False, server_default="0"),
    sa.Column("counts", sa.JSON, nullable=False),  # what went: table -> rows
    sa.Column("started_at", UtcTime),
    sa.Column("finished_at", UtcTime),
    sa.Column("canceled_by", sa.String(200)),
    sa.Index("ix_erasure_order_due", "state", "due_at"),
)
"""One order: seen and canceled before it is due, then carried out in many short steps."""
