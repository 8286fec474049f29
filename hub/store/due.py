"""Messages for which something is due: to be claimed, let go, settled or ended.

Whoever takes rows here holds them until the transaction ends; two that look at once get
different rows (`SKIP LOCKED`; on SQLite the write transaction holds the one lock).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.messages import MessageRow, columns, rows_of
from hub.store.tables.messages import message, send

URGENT = 0
"""The priority of agents' single messages."""


def claimable(
    tx: Tx, gateway_id: int, now: datetime, limit: int, *, urgent_only: bool = False
) -> list[MessageRow]:
    """Take queued messages of running sends: urgent ones first, then those due longest."""
    query = (
        columns()
        .join(send, send.c.id == message.c.send_id)
        .where(
            message.c.gateway_id == gateway_id,
            message.c.state == "queued",
            message.c.due_at <= now,
            send.c.state == "sending",
        )
        .order_by(message.c.priority, message.c.due_at, message.c.id)
        .limit(limit)
        .with_for_update(of=message, skip_locked=True)
    )
    if urgent_only:
        query = query.where(message.c.priority == URGENT)
    return rows_of(tx, query)


def has_urgent(tx: Tx, gateway_id: int, now: datetime) -> bool:
    """Say whether an agent's single message waits at this gateway."""
    query = (
        sa.select(message.c.id)
        .join(send, send.c.id == message.c.send_id)
        .where(
            message.c.gateway_id == gateway_id,
            message.c.state == "queued",
            message.c.priority == URGENT,
            message.c.due_at <= now,
            send.c.state == "sending",
        )
        .limit(1)
    )
    return tx.execute(query).first() is not None


def claim(tx: Tx, rows: Sequence[MessageRow], worker: str, lease_until: datetime) -> None:
    """Write a worker's name and lease on rows that `claimable` gave."""
    tx.execute(
        sa.update(message)
        .where(message.c.id.in_([row.id for row in rows]), message.c.state == "queued")
        .values(state="claimed", claimed_by=worker, lease_until=lease_until)
    )


def renew(tx: Tx, ids: Sequence[int], worker: str, lease_until: datetime) -> None:
    """Lengthen the lease on those of these messages that are still this worker's."""
    tx.execute(
        sa.update(message)
        .where(message.c.id.in_(ids), message.c.state == "claimed", message.c.claimed_by == worker)
        .values(lease_until=lease_until)
    )


def leases_over(tx: Tx, now: datetime, limit: int) -> list[MessageRow]:
    """Take claimed and submitting messages whose worker has not come back in time."""
    return _take(
        tx,
        columns().where(
            message.c.state.in_(["claimed", "submitting"]), message.c.lease_until < now
        ),
        limit,
    )


def held_due(tx: Tx, now: datetime, limit: int) -> list[MessageRow]:
    """Take held messages whose window opened or whose last moment has passed."""
    past = sa.or_(message.c.due_at <= now, message.c.not_after <= now)
    return _take(tx, columns().where(message.c.state == "held", past), limit)


def queued_overdue(tx: Tx, now: datetime, limit: int) -> list[MessageRow]:
    """Take queued messages whose last moment has passed."""
    return _take(
        tx, columns().where(message.c.state == "queued", message.c.not_after <= now), limit
    )


def unknown_due(tx: Tx, now: datetime, limit: int) -> list[MessageRow]:
    """Give messages of unknown outcome that are to be looked into now. They are not held."""
    query = (
        columns()
        .where(message.c.state == "unknown", message.c.due_at <= now)
        .order_by(message.c.due_at)
        .limit(limit)
    )
    return rows_of(tx, query)


def stranded(
    tx: Tx, gateway_ids: Collection[int], now: datetime, limit: int, after: int = 0
) -> list[MessageRow]:
    """Take due messages at gateways that nobody can use now, of sends that may go elsewhere."""
    query = (
        columns()
        .join(send, send.c.id == message.c.send_id)
        .where(
            message.c.gateway_id.in_(sorted(gateway_ids)),
            message.c.state == "queued",
            message.c.due_at <= now,
            message.c.id > after,
            send.c.state == "sending",
            send.c.fallbacks != "",
        )
        .order_by(message.c.id)
        .limit(limit)
        .with_for_update(of=message, skip_locked=True)
    )
    return rows_of(tx, query)


def look_again(tx: Tx, ids: Sequence[int], at: datetime) -> None:
    """Look into these unknown messages again at that time."""
    tx.execute(
        sa.update(message)
        .where(message.c.id.in_(ids), message.c.state == "unknown")
        .values(due_at=at)
    )


def ask_again(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    """Look into these unknown messages at the next pass, whatever they were waiting for."""
    tx.execute(
        sa.update(message)
        .where(message.c.id.in_(ids), message.c.state == "unknown")
        .values(due_at=now, reason="no_answer")
    )


def of_send(
    tx: Tx, send_id: int, states: Collection[str], limit: int, after: int = 0
) -> list[MessageRow]:
    """Hold and give messages of a send in these states, in order, from an id on.

    Unlike the others, this waits for rows that somebody else is working on.
    """
    query = (
        columns()
        .where(
            message.c.send_id == send_id,
            message.c.state.in_(sorted(states)),
            message.c.id > after,
        )
        .order_by(message.c.id)
        .limit(limit)
    )
    return rows_of(tx, query.with_for_update())


def _take(tx: Tx, query: sa.Select[Any], limit: int) -> list[MessageRow]:
    return rows_of(tx, query.order_by(message.c.id).limit(limit).with_for_update(skip_locked=True))
