"""Erasing personal data when it is due: numbers, names, texts, the personal parts of the ledger.

Each step is a short transaction over a few numbers, so opt-outs and messages pass in between; a
process killed anywhere goes on behind the last step. What the law wants kept stays: exclusions,
and entries of the ledger without what names the person. A tombstone keeps the next pull from
bringing the person back.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from hub.contacts.verdict import KEEPING
from hub.store import cleansing, erasure, erasure_aim, erasure_orders, links, people
from hub.store.audit import add_audit
from hub.store.database import Database, Tx
from hub.store.erasure_aim import Aim
from hub.store.erasure_orders import OrderRow
from hub.store.messages import MessageRow

STEP = 100
"""How many numbers one transaction erases."""

HELD_FOR = timedelta(days=1)
"""When an order looks again for those whom a legal hold kept from it."""

LOOK_BACK = timedelta(days=1)
"""For how long a number is looked at again for what other transactions wrote meanwhile."""

_SYSTEM = "system"


class Canceling(Protocol):
    """What cancels messages that have not left; `hub.messages.canceling` does."""

    def __call__(self, tx: Tx, rows: Sequence[MessageRow], now: datetime) -> int:
        """Cancel these messages, which the caller holds; give how many."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was carried out: people, rows by table, and whether something is left to be done."""

    people: int
    counts: Mapping[str, int]
    unfinished: bool


def order(
    tx: Tx, *, kind: str, subject: int, by: str, now: datetime, due_at: datetime, why: str
) -> OrderRow:
    """Order an erasure, audited; the same order again is the one that waits already.

    `kind` and `subject` as in `hub.store.erasure_aim.Aim`; `why` is `ordered` or `stop_of_use`.
    """
    row = erasure_orders.add(tx, kind=kind, subject=subject, why=why, by=by, due_at=due_at, now=now)
    _audit(tx, row, "erasure.ordered", by, now)
    return row


def cancel(tx: Tx, row: OrderRow, by: str, now: datetime) -> bool:
    """Cancel an order that waits, audited; say whether it did. What was erased stays erased."""
    done = erasure_orders.cancel(tx, row.id, by, now)
    if done:
        _audit(tx, row, "erasure.canceled", by, now)
    return done


def carry_out_due(
    db: Database,
    cancel_messages: Canceling,
    clock: Callable[[], datetime],
    *,
    deadline: datetime | None = None,
) -> Erased:
    """Carry out the orders that are due, step by step, until the deadline. Raises StoreUnavailable.

    Harmless to repeat and to run in several processes: each step holds its order.
    """
    with db.read() as tx:
        due = erasure_orders.due(tx, clock())
    total, counts = 0, Counter[str]()
    for row in due:
        done = carry_out(db, cancel_messages, clock, row.id, deadline=deadline)
        total += done.people
        counts.update(done.counts)
        if done.unfinished:
            return Erased(people=total, counts=counts, unfinished=True)
    return Erased(people=total, counts=counts, unfinished=False)


def carry_out(
    db: Database,
    cancel_messages: Canceling,
    clock: Callable[[], datetime],
    order_id: int,
    *,
    deadline: datetime | None = None,
) -> Erased:
    """Carry out one order now, due or not; nothing happens to one that is done or canceled."""
    with db.write() as tx:
        row = erasure_orders.hold(tx, order_id)
        if row is not None and row.state == "waiting":
            erasure_orders.begin(tx, row, clock())
    people_before, counts_before = (row.people, row.counts) if row else (0, {})
    while row is not None and row.state in ("waiting", "running"):
        if deadline is not None and clock() >= deadline:
            return _since(row, people_before, counts_before, unfinished=True)
        row = _step(db, cancel_messages, clock(), order_id)
        if row is not None and row.state == "waiting":
            break
    return _since(row, people_before, counts_before, unfinished=False)


def keep_to_age(
    db: Database, cancel_messages: Canceling, now: datetime, days: int, after: int
) -> tuple[int, int]:
    """Erase the next numbers that had no SMS and no new ground for so many days.

    This is the standing rule; an order does the same once. Give the last contact looked at (0:
    there are no more) and how many were erased.
    """
    aim = Aim(kind="age", subject=days, before=now)
    with db.read() as tx:
        ids = erasure_aim.choose(tx, aim, after, STEP)
    if not ids:
        return 0, 0
    with db.write() as tx:
        done, _, counts = _erase(tx, cancel_messages, aim, ids, now)
        if done:
            cleansing.note_erased(tx, now.isoformat())
            _note(tx, "retention", "erasure.done", _SYSTEM, now, {"people": done, **counts})
    return ids[-1], done


def look_again(db: Database, now: datetime) -> int:
    """Erase what transactions that began before an erasure wrote after it; give how many rows.

    A page that was being pulled or sent had read the number as one that may be kept.
    """
    after = found = 0
    while True:
        with db.write() as tx:
            ids, rows = erasure.erase_again(tx, now - LOOK_BACK, after, STEP)
            if rows:
                cleansing.note_erased(tx, now.isoformat())
        found += rows
        if not ids:
            return found
        after = ids[-1]


def _step(
    db: Database, cancel_messages: Canceling, now: datetime, order_id: int
) -> OrderRow | None:
    # Looked for outside of the transaction that writes: where few are meant, that takes a while.
    with db.read() as tx:
        seen = erasure_orders.by_id(tx, order_id)
        if seen is None or seen.state != "running" or seen.started_at is None:
            return seen
        aim = Aim(kind=seen.kind, subject=seen.subject, before=seen.started_at)
        ids = erasure_aim.choose(tx, aim, seen.after_contact_id, STEP)
    with db.write() as tx:
        row = erasure_orders.hold(tx, order_id)
        if row is None or (row.state, row.after_contact_id) != (seen.state, seen.after_contact_id):
            return row
        if not ids:
            return _close(tx, row, now)
        done, held, counts = _erase(tx, cancel_messages, aim, ids, now)
        row = replace(
            row,
            after_contact_id=ids[-1],
            people=row.people + done,
            held=row.held + held,
            counts=dict(Counter(row.counts) + Counter(counts)),
        )
        erasure_orders.advance(tx, row)
        if done:
            cleansing.note_erased(tx, now.isoformat())
        return row


def _close(tx: Tx, row: OrderRow, now: datetime) -> OrderRow:
    if row.held:
        erasure_orders.put_off(tx, row.id, now + HELD_FOR)
        return replace(row, state="waiting")
    erasure_orders.finish(tx, row.id, now)
    _audit(tx, row, "erasure.done", _SYSTEM, now)
    return replace(row, state="done")


def _erase(
    tx: Tx, cancel_messages: Canceling, aim: Aim, ids: Sequence[int], now: datetime
) -> tuple[int, int, Mapping[str, int]]:
    people.lock_contacts(tx, ids)
    chosen = erasure_aim.judge(tx, aim, ids)
    free = [each for each in chosen if not each.held]
    whole = [each.contact_id for each in free if each.whole]
    part = [each.contact_id for each in free if not each.whole]
    # First what would still be sent: a worker waits for these numbers and finds it canceled.
    waiting = erasure_aim.waiting(tx, aim, whole, part)
    counts = Counter({"messages": cancel_messages(tx, waiting, now)})
    counts.update(erasure.erase(tx, aim, whole, part, now))
    links.drop_numbers(tx, part, KEEPING)
    return len(free), len(chosen) - len(free), {key: n for key, n in counts.items() if n}


def _since(
    row: OrderRow | None, people: int, counts: Mapping[str, int], *, unfinished: bool
) -> Erased:
    """Give what one call did: an order's row counts from its beginning."""
    if row is None:
        return Erased(people=0, counts={}, unfinished=False)
    return Erased(
        people=row.people - people,
        counts=Counter(row.counts) - Counter(counts),
        unfinished=unfinished,
    )


def _audit(tx: Tx, row: OrderRow, action: str, actor: str, now: datetime) -> None:
    object_ = f"contact:{row.subject}" if row.kind == "person" else f"erasure:{row.id}"
    what = {"order": row.id, "kind": row.kind, "subject": row.subject, "people": row.people}
    _note(tx, object_, action, actor, now, {**what, **row.counts})


def _note(
    tx: Tx,
    object_: str,
    action: str,
    actor: str,
    now: datetime,
    detail: Mapping[str, object],
) -> None:
    add_audit(tx, at=now, actor=actor, action=action, object_=object_, address=None, detail=detail)
