"""Settling messages of which nobody knows whether they left.

How is the gateway's to say (`GatewayProfile.idempotency`). One that takes a key once gets the
message again under the same key. One that can be asked is asked. With any other the message stays
unknown and listed until a report or a person settles it: sending again could double it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.errors import HubError
from hub.messages import inquiries, moves
from hub.messages.answers import after_answer
from hub.messages.inquiries import Found
from hub.messages.moves import Move, moved
from hub.messages.reports import by_reports
from hub.messages.sinks import OPTED_OUT, Sinks, opt_out_at_gateway
from hub.messages.states import State
from hub.store import due, messages, people, sends
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.messages import MessageRow
from hub.store.reports import ReportRow
from hub.values.gateway import DeliveryReport, Receipt

BATCH = 200
KEY_LIVES = timedelta(hours=24)
"""How long gateways are trusted to know a key again; nothing is sent anew under an older one."""

ASKED = timedelta(minutes=2)
"""How long a message that could not be settled rests at first; then as long as it has waited."""

LONGEST = timedelta(hours=1)


def settle(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    sinks: Sinks,
) -> int:
    """Settle the unknown messages that are due, a batch at most; give how many moved."""
    with db.read() as tx:
        rows = due.unknown_due(tx, clock(), BATCH)
    by_gateway: dict[int, list[MessageRow]] = {}
    for row in rows:
        by_gateway.setdefault(row.gateway_id, []).append(row)
    return sum(
        _settle_at(db, cipher, connections, clock, sinks, gateway_id, each)
        for gateway_id, each in by_gateway.items()
    )


def _settle_at(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    sinks: Sinks,
    gateway_id: int,
    rows: Sequence[MessageRow],
) -> int:
    by_key, found = _what_is_known(db, cipher, connections, gateway_id, rows, clock())
    with db.write() as tx:
        now = clock()
        stopped = {row.contact_id: row for row in rows if _says_stop(found.get(row.id))}
        people.lock_contacts(tx, sorted(stopped))
        for contact_id in sorted(stopped):
            opt_out_at_gateway(tx, cipher, stopped[contact_id], now=now, sinks=sinks)
        locked = messages.lock(tx, [row.id for row in rows])
        halted = sends.halted(tx, {row.send_id for row in rows})
        done: list[Move] = []
        for row in rows:
            current = locked.get(row.id)
            if current is not None and _as_it_was(current, row):
                made = _moves(current, now, by_key=by_key, found=found)
                canceled = halted.get(row.send_id) in ("canceling", "canceled")
                done.extend(_not_again(current, made, now) if canceled else made)
        moves.write(tx, done, now=now, sinks=sinks.notes)
        moving = {was.id for was, _ in done}
        for row in rows:
            if row.id not in moving:
                due.look_again(tx, [row.id], now + _rest(row, now))
    return len(moving)


def _what_is_known(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    gateway_id: int,
    rows: Sequence[MessageRow],
    now: datetime,
) -> tuple[bool, dict[int, Found]]:
    """Say whether a key makes a repeat safe; give what a gateway that can be asked answers."""
    if not connections.usable(gateway_id):
        return False, {}
    try:
        idempotency = connections.profile(gateway_id).idempotency
        look_up = connections.look_up(gateway_id) if idempotency == "lookup" else None
    except HubError:
        return False, {}
    if look_up is None:
        return idempotency == "key", {}
    return False, inquiries.ask(db, cipher, look_up, rows, now)


def _as_it_was(current: MessageRow, before: MessageRow) -> bool:
    return current.state == State.UNKNOWN and current.attempt == before.attempt


def _moves(
    row: MessageRow, now: datetime, *, by_key: bool, found: Mapping[int, Found]
) -> list[Move]:
    if by_key:
        return _again(row, now)
    return _as_found(row, found[row.id], now) if row.id in found else []


def _not_again(row: MessageRow, made: Sequence[Move], now: datetime) -> list[Move]:
    """Nothing of a canceled send goes again: what never arrived is at its end."""
    if not any(new.state == State.QUEUED for _, new in made):
        return list(made)
    if all(new.reason == "never_arrived" for _, new in made):
        return [moved(row, State.REJECTED, now=now, reason="canceled")]
    return []


def _says_stop(found: Found) -> bool:
    return found is not None and found.reason == OPTED_OUT


def _again(row: MessageRow, now: datetime) -> list[Move]:
    if row.marked_at is None or now - row.marked_at > KEY_LIVES:
        return []
    return [moved(row, State.QUEUED, now=now, reason="same_key", due_at=now)]


def _as_found(row: MessageRow, found: Found, now: datetime) -> list[Move]:
    match found:
        case None:
            return [moved(row, State.QUEUED, now=now, reason="never_arrived", due_at=now)]
        case Receipt():
            move = after_answer(row, found, now)
            return [] if move is None else [move]
        case DeliveryReport():
            report = ReportRow(
                id=0,
                message_id=row.id,
                state=found.state.value,
                reason=found.reason,
                permanent=found.permanent,
                billed_units=found.billed_units,
                received_at=now,
            )
            # Kept, so that no other message is ever taken for this one.
            reference = found.reference or row.gateway_reference
            return by_reports(replace(row, gateway_reference=reference), [report], now)


def _rest(row: MessageRow, now: datetime) -> timedelta:
    waited = now - (row.marked_at or row.created_at)
    return min(max(waited, ASKED), LONGEST)
