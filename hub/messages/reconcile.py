"""The reconcile pass: finds what nobody works on any more, and says where there is work.

It runs every fifteen to thirty seconds, from any process, as often as one likes: each part takes
rows by their state and time, changes them by the table of states, and does nothing where nothing
is due. It keeps nothing in the broker and so lives through a wiped one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.messages import failover, missing, moves, reports, steering, unknowns
from hub.messages.moves import Move, moved
from hub.messages.sinks import Sinks, sinks_of
from hub.messages.states import State
from hub.queue import Bells
from hub.store import due, messages, notes, sends
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.messages import MessageRow

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What one pass did, in messages; `settled` are unknown ones whose end is known now."""

    given_back: int
    became_unknown: int
    opened: int
    expired: int
    settled: int
    reports: int
    canceled: int
    moved_on: int

    @property
    def anything(self) -> bool:
        """Whether the pass changed anything."""
        return any(vars(self).values())


def reconcile(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
) -> Reconciled:
    """Bring every message forward that can be, and ring the bells of all that is due.

    Raises StoreUnavailable; the next pass then does it.
    """
    sinks = sinks_of(connections)
    leases = _in_batches(db, clock, sinks, due.leases_over, _lease_over)
    matched = reports.match_waiting(db, cipher, connections, bells, clock)
    settled = unknowns.settle(db, cipher, connections, clock, sinks)
    asked_for = missing.ask(db, cipher, connections, bells, clock)
    held = _in_batches(db, clock, sinks, due.held_due, _held)
    overdue = _in_batches(db, clock, sinks, due.queued_overdue, _overdue)
    moved_on = failover.leave_unusable(db, cipher, connections, clock)
    with db.read() as tx:
        canceling = sends.canceling(tx)
    canceled = sum(steering.finish_canceling(db, clock, send_id) for send_id in canceling)
    _ring(db, connections, bells, clock())
    return Reconciled(
        given_back=_count(leases, State.QUEUED),
        became_unknown=_count(leases, State.UNKNOWN),
        opened=_count(held, State.QUEUED),
        expired=_count(held, State.EXPIRED) + _count(overdue, State.EXPIRED),
        settled=settled,
        reports=matched + asked_for,
        canceled=canceled,
        moved_on=moved_on,
    )


def _in_batches(
    db: Database,
    clock: Callable[[], datetime],
    sinks: Sinks,
    take: Callable[[Tx, datetime, int], list[MessageRow]],
    decide: Callable[[MessageRow, datetime], list[Move]],
) -> list[Move]:
    done: list[Move] = []
    while True:
        with db.write() as tx:
            now = clock()
            rows = take(tx, now, BATCH)
            made = [move for row in rows for move in decide(row, now)]
            moves.write(tx, made, now=now, sinks=sinks.notes)
        done.extend(made)
        if len(rows) < BATCH:
            return done


def _lease_over(row: MessageRow, now: datetime) -> list[Move]:
    if row.state == State.CLAIMED:
        # Never marked, so never posted: it may simply go again.
        return [moved(row, State.QUEUED, now=now, reason=row.reason)]
    return [moved(row, State.UNKNOWN, now=now, reason="worker_lost", due_at=now)]


def _held(row: MessageRow, now: datetime) -> list[Move]:
    if row.not_after is not None and row.not_after <= now:
        return [moved(row, State.EXPIRED, now=now, reason="not_after")]
    return [moved(row, State.QUEUED, now=now, due_at=now)]


def _overdue(row: MessageRow, now: datetime) -> list[Move]:
    # The way the table has: taken, held, expired.
    claimed = moved(row, State.CLAIMED, now=now)
    held = moved(claimed[1], State.HELD, now=now, reason="not_after")
    return [claimed, held, moved(held[1], State.EXPIRED, now=now, reason="not_after")]


def _count(done: list[Move], state: State) -> int:
    return sum(1 for _, new in done if new.state == state)


def _ring(db: Database, connections: Connections, bells: Bells, now: datetime) -> None:
    with db.read() as tx:
        gateways = messages.gateways_with_due(tx, now)
        noted = notes.connections_with_due(tx, now)
    usable = {row.id for row in connections.rows() if row.enabled and row.state == "ok"}
    for gateway_id in sorted(gateways & usable):
        bells.send(gateway_id)
    if noted & usable:
        bells.notes()
