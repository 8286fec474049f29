"""Delivery reports: any number, in any order, repeated, and before the answer to the send.

Every report is stored under the gateway's own id for it, which makes a repeat harmless. What it
does to its message goes by rank (`hub.messages.states`). One whose message is not known yet, or
has no answer yet, waits and is matched later.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.messages import moves
from hub.messages.dead import says_dead
from hub.messages.moves import Move, moved
from hub.messages.parts import is_part, joined
from hub.messages.sinks import OPTED_OUT, Sinks, opt_out_at_gateway, sinks_of
from hub.messages.states import FINAL, WAITS_FOR_ANSWER, State, after_report, rank
from hub.queue import Bells
from hub.store import messages, people
from hub.store import reports as queries
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.messages import MessageRow
from hub.store.reports import ReportRow
from hub.values.gateway import DeliveryReport, ReportState

WAITS = timedelta(days=7)
"""How long a report without a message is looked at again."""

BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of reports that came in; repeats of old ones are counted apart."""

    new: int
    repeated: int
    matched: int


def take(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    gateway_id: int,
    items: Sequence[DeliveryReport],
) -> Taken:
    """Store reports of a gateway and apply those whose message is known and ready.

    When this returns they are on disk. Raises StoreUnavailable, and then nothing was stored: the
    gateway must repeat them.
    """
    sinks = sinks_of(connections)
    with db.write() as tx:
        now = clock()
        new = queries.insert(tx, gateway_id, items, now)
        found = queries.matched(tx, new)
        stops, notes = _settle(tx, cipher, found, now=now, sinks=sinks)
    _ring(bells, stops, notes)
    return Taken(new=len(new), repeated=len(items) - len(new), matched=len(found))


def match_waiting(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
) -> int:
    """Apply reports whose message has come to be known or ready since; give how many."""
    sinks = sinks_of(connections)
    done = 0
    while True:
        with db.write() as tx:
            now = clock()
            found = queries.waiting(tx, now - WAITS, WAITS_FOR_ANSWER, BATCH)
            stops, notes = _settle(tx, cipher, found, now=now, sinks=sinks)
        _ring(bells, stops, notes)
        done += len(found)
        if len(found) < BATCH:
            return done


def apply_waiting(
    tx: Tx, rows: Sequence[MessageRow], *, now: datetime, sinks: Collection[int]
) -> int:
    """Apply the reports that waited for these messages, which this transaction holds.

    Reports of an opt-out are left to `match_waiting`: they need the lock on the number, which must
    be taken before that on a message. Gives how many notes came of it.
    """
    if not rows:
        return 0
    found = [each for each in queries.waiting_for(tx, rows) if each.reason != OPTED_OUT]
    return _apply(tx, {row.id: row for row in rows}, found, now=now, sinks=sinks)


def by_reports(row: MessageRow, reports: Sequence[ReportRow], now: datetime) -> list[Move]:
    """Give the moves that a message's reports make. Pure: the same end in any order."""
    done: list[Move] = []
    for report in sorted(reports, key=lambda each: -rank(ReportState(each.state))):
        state = ReportState(report.state)
        for to in after_report(State(row.state), row.report_rank, state):
            move = moved(
                row,
                to,
                now=now,
                reason=report.reason if to in FINAL and to is not State.DELIVERED else None,
                report_rank=rank(state),
                number_dead=says_dead(to, report.reason, permanent=report.permanent),
                billed_units=report.billed_units or row.billed_units,
                carrier=report.carrier or row.carrier,
                submitted_at=row.submitted_at or now,
            )
            done.append(move)
            row = move[1]
    return done


def _settle(
    tx: Tx, cipher: Cipher, found: Sequence[ReportRow], *, now: datetime, sinks: Sinks
) -> tuple[int, int]:
    ids = {each.message_id for each in found if each.message_id is not None}
    said_stop = [each.message_id for each in found if each.reason == OPTED_OUT]
    stopped = [row for id_ in said_stop if id_ and (row := messages.by_id(tx, id_))]
    people.lock_contacts(tx, sorted({row.contact_id for row in stopped}))
    for row in sorted(stopped, key=lambda each: each.contact_id):
        opt_out_at_gateway(tx, cipher, row, now=now, sinks=sinks)
    notes = _apply(tx, messages.lock(tx, ids), found, now=now, sinks=sinks.notes)
    return len(stopped), notes


def _apply(
    tx: Tx,
    rows: dict[int, MessageRow],
    found: Sequence[ReportRow],
    *,
    now: datetime,
    sinks: Collection[int],
) -> int:
    by_message: dict[int, list[ReportRow]] = {}
    for report in found:
        if report.message_id in rows and not _must_wait(rows[report.message_id]):
            by_message.setdefault(report.message_id, []).append(report)
    in_parts = {id_ for id_, group in by_message.items() if any(map(is_part, group))}
    parts: dict[int, list[ReportRow]] = {}
    for report in queries.of_parts(tx, in_parts) if in_parts else ():
        parts.setdefault(report.message_id or 0, []).append(report)
    done: list[Move] = []
    for message_id, reports in by_message.items():
        whole = [each for each in reports if not is_part(each)]
        if message_id in parts:
            whole.append(joined(parts[message_id]))
        done.extend(by_reports(rows[message_id], whole, now))
    queries.set_applied(tx, [each.id for group in by_message.values() for each in group], now)
    return moves.write(tx, done, now=now, sinks=sinks)


def _must_wait(row: MessageRow) -> bool:
    return State(row.state) in WAITS_FOR_ANSWER


def _ring(bells: Bells, stops: int, notes: int) -> None:
    if stops:
        bells.pushes()
    if notes:
        bells.notes()
