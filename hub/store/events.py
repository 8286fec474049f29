"""Queries about events: stored once by their id, taken in turns, closed with an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.events import event, refused_inbound
from hub.values.event import Event

OPEN = ("new", "later")


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One event. `outcome` says what came of it, or why it waits; `repeats` how often it came
    again."""

    id: int
    connection_id: int
    source_id: str
    type: str
    ref: str | None
    version: str | None
    occurred_at: datetime | None
    received_at: datetime
    repeats: int
    state: str
    outcome: str | None
    attempts: int
    next_at: datetime


_COLUMNS = tuple(event.c[name] for name in EventRow.__dataclass_fields__)


def payload_context(connection_id: int, source_id: str) -> str:
    """Name the place of an event's content for the cipher."""
    return f"event.payload:{connection_id}:{source_id}"


def _insert(tx: Tx, table: sa.Table) -> Any:
    return (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(table)


def store(tx: Tx, connection_id: int, events: Sequence[Event], now: datetime) -> tuple[int, int]:
    """Store events; give how many are new and how many came before, by their ids."""
    new = repeated = 0
    for each in events:
        statement = _insert(tx, event).values(
            connection_id=connection_id,
            source_id=each.id[:160],
            type=each.type[:60],
            ref=None if each.ref is None else str(each.ref)[:120],
            version=None if each.version is None else each.version[:80],
            occurred_at=each.at,
            received_at=now,
            state="new",
            next_at=now,
        )
        repeats = tx.execute(
            statement.on_conflict_do_update(
                index_elements=["connection_id", "source_id"],
                set_={"repeats": event.c.repeats + 1},
            ).returning(event.c.repeats)
        ).scalar_one()
        new += repeats == 0
        repeated += repeats > 0
    return new, repeated


def take_due(tx: Tx, now: datetime, until: datetime, limit: int) -> list[EventRow]:
    """Take open events that are due, the oldest first, and hold them until `until`.

    Whoever dies with them loses them at that time. Two that take at once get different ones.
    """
    due = (
        sa.select(event.c.id)
        .where(event.c.state.in_(OPEN), event.c.next_at <= now)
        .order_by(event.c.next_at, event.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.execute(due).scalars())
    if not ids:
        return []
    tx.execute(
        sa.update(event)
        .where(event.c.id.in_(ids))
        .values(next_at=until, attempts=event.c.attempts + 1)
    )
    rows = tx.execute(sa.select(*_COLUMNS).where(event.c.id.in_(ids)).order_by(event.c.id))
    return [EventRow(**row._mapping) for row in rows]


def close(tx: Tx, event_id: int, outcome: str) -> None:
    """Close an event with what came of it."""
    tx.execute(
        sa.update(event).where(event.c.id == event_id).values(state="done", outcome=outcome[:40])
    )


def put_off(tx: Tx, event_id: int, outcome: str, next_at: datetime) -> None:
    """Leave an event for later, with why."""
    tx.execute(
        sa.update(event)
        .where(event.c.id == event_id)
        .values(state="later", outcome=outcome[:40], next_at=next_at)
    )


def count_refused(tx: Tx, connection_id: int, reason: str, now: datetime) -> None:
    """Count a call from outside that was not believed, by reason and UTC day."""
    tx.execute(
        _insert(tx, refused_inbound)
        .values(
            connection_id=connection_id,
            reason=reason[:40],
            day=now.date().isoformat(),
            count=1,
            last_at=now,
        )
        .on_conflict_do_update(
            index_elements=["connection_id", "reason", "day"],
            set_={"count": refused_inbound.c.count + 1, "last_at": now},
        )
    )


def refused_counts(tx: Tx, connection_id: int) -> Mapping[str, int]:
    """Give how many calls of a connection were not believed, by reason."""
    rows = tx.execute(
        sa.select(refused_inbound.c.reason, sa.func.sum(refused_inbound.c.count).label("calls"))
        .where(refused_inbound.c.connection_id == connection_id)
        .group_by(refused_inbound.c.reason)
    )
    return {row.reason: int(row.calls) for row in rows}


def latest(tx: Tx, connection_id: int | None = None, limit: int = 50) -> list[EventRow]:
    """Give the last events, the newest first."""
    query = sa.select(*_COLUMNS).order_by(event.c.id.desc()).limit(limit)
    if connection_id is not None:
        query = query.where(event.c.connection_id == connection_id)
    return [EventRow(**row._mapping) for row in tx.execute(query)]
