"""Queries about messages that left and of which no final report has come."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.messages import MessageRow, columns, rows_of
from hub.store.tables.messages import message


def unreported(
    tx: Tx, gateway_id: int, now: datetime, submitted_before: datetime, limit: int
) -> list[MessageRow]:
    """Give submitted messages to be asked about now, urgent ones first. They are not held."""
    query = (
        columns()
        .where(
            message.c.gateway_id == gateway_id,
            message.c.state == "submitted",
            message.c.due_at <= now,
            message.c.submitted_at <= submitted_before,
        )
        .order_by(message.c.priority, message.c.due_at)
        .limit(limit)
    )
    return rows_of(tx, query)


def ask_again(tx: Tx, times: Mapping[int, datetime]) -> None:
    """Ask about these messages again at those times, unless they have moved on by then."""
    for id_, at in sorted(times.items()):
        tx.execute(
            sa.update(message)
            .where(message.c.id == id_, message.c.state == "submitted")
            .values(due_at=at)
        )
