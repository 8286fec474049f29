"""Orders to erase: given, seen, canceled before they are due, carried out step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.erasure import erasure_order


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """One order.

    `kind` and `subject` say whose data (`hub.store.erasure_aim.Aim`). `state` is waiting, running,
    done or canceled. `people` counts who was erased so far, `counts` the rows by table, `held` who
    is under a legal hold and therefore still there.
    """

    id: int
    kind: str
    subject: int
    why: str
    ordered_by: str
    ordered_at: datetime
    due_at: datetime
    state: str
    after_contact_id: int
    people: int
    held: int
    counts: Mapping[str, int]
    started_at: datetime | None
    finished_at: datetime | None
    canceled_by: str | None


_COLUMNS = tuple(erasure_order.c[name] for name in OrderRow.__dataclass_fields__)
_ORDERS = sa.select(*_COLUMNS)


def add(
    tx: Tx, *, kind: str, subject: int, why: str, by: str, due_at: datetime, now: datetime
) -> OrderRow:
    """Give an order, and have what was ordered before for the same subject done by then too.

    An order that waits already is the same order: it is due at the earlier of the two times.
    """
    waiting = _ORDERS.where(
        erasure_order.c.kind == kind,
        erasure_order.c.subject == subject,
        erasure_order.c.state == "waiting",
    )
    known = _first(tx, waiting.with_for_update())
    if known is not None:
        _change(tx, known.id, due_at=min(known.due_at, due_at))
        return _known(tx, known.id)
    made = tx.execute(
        sa.insert(erasure_order).values(
            kind=kind,
            subject=subject,
            why=why,
            ordered_by=by,
            ordered_at=now,
            due_at=due_at,
            state="waiting",
            counts={},
        )
    )
    return _known(tx, int(made.inserted_primary_key[0]))  # type: ignore[index]


def cancel(tx: Tx, order_id: int, by: str, now: datetime) -> bool:
    """Cancel an order that waits; say whether it did. One that began erasing cannot be undone."""
    done = tx.execute(
        sa.update(erasure_order)
        .where(erasure_order.c.id == order_id, erasure_order.c.state == "waiting")
        .values(state="canceled", canceled_by=by, finished_at=now)
    )
    return bool(done.rowcount)


def by_id(tx: Tx, order_id: int) -> OrderRow | None:
    """Give one order."""
    return _first(tx, _ORDERS.where(erasure_order.c.id == order_id))


def hold(tx: Tx, order_id: int) -> OrderRow | None:
    """Hold an order until the transaction ends, and give it as it is now."""
    return _first(tx, _ORDERS.where(erasure_order.c.id == order_id).with_for_update())


def due(tx: Tx, now: datetime) -> list[OrderRow]:
    """Give the orders that are due or were begun, the oldest first."""
    query = _ORDERS.where(
        sa.or_(
            erasure_order.c.state == "running",
            sa.and_(erasure_order.c.state == "waiting", erasure_order.c.due_at <= now),
        )
    )
    rows = tx.execute(query.order_by(erasure_order.c.due_at, erasure_order.c.id))
    return [OrderRow(**row._mapping) for row in rows]


def listing(tx: Tx, *, open_only: bool = False, limit: int = 200) -> list[OrderRow]:
    """Give orders, the newest first."""
    query = _ORDERS.order_by(erasure_order.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(erasure_order.c.state.in_(("waiting", "running")))
    return [OrderRow(**row._mapping) for row in tx.execute(query)]


def of_person(tx: Tx, contact_id: int) -> list[OrderRow]:
    """Give the orders for one person, the oldest first."""
    query = _ORDERS.where(erasure_order.c.kind == "person", erasure_order.c.subject == contact_id)
    return [OrderRow(**row._mapping) for row in tx.execute(query.order_by(erasure_order.c.id))]


def begin(tx: Tx, row: OrderRow, now: datetime) -> None:
    """Begin an order, or begin it anew after a legal hold; what came later is not meant."""
    _change(
        tx,
        row.id,
        state="running",
        after_contact_id=0,
        held=0,
        started_at=row.started_at or now,
    )


def advance(tx: Tx, row: OrderRow) -> None:
    """Write down how far an order came; the caller holds it."""
    _change(
        tx,
        row.id,
        after_contact_id=row.after_contact_id,
        people=row.people,
        held=row.held,
        counts=dict(row.counts),
    )


def finish(tx: Tx, order_id: int, now: datetime) -> None:
    """Close an order that erased everybody it met."""
    _change(tx, order_id, state="done", finished_at=now)


def put_off(tx: Tx, order_id: int, due_at: datetime) -> None:
    """Leave the rest of an order for another day."""
    _change(tx, order_id, state="waiting", due_at=due_at)


def _change(tx: Tx, order_id: int, **values: Any) -> None:
    tx.execute(sa.update(erasure_order).where(erasure_order.c.id == order_id).values(**values))


def _first(tx: Tx, query: sa.Select[Any]) -> OrderRow | None:
    row = tx.execute(query.limit(1)).first()
    return None if row is None else OrderRow(**row._mapping)


def _known(tx: Tx, order_id: int) -> OrderRow:
    return OrderRow(**tx.execute(_ORDERS.where(erasure_order.c.id == order_id)).one()._mapping)
