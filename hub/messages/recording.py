"""Writing down what gateways answered, a batch in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.messages import failover, moves, reports
from hub.messages.answers import after_answer
from hub.messages.failover import NOWHERE
from hub.messages.moves import Move
from hub.messages.sinks import OPTED_OUT, Sinks, opt_out_at_gateway
from hub.messages.states import State
from hub.store import messages, people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import MessageRow
from hub.values.gateway import GatewayProfile, Receipt, ReceiptState


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One posted message, as it was marked, and the gateway's answer."""

    row: MessageRow
    receipt: Receipt


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What came of a batch: opt-outs and notes that wait for their bells."""

    opt_outs: int
    notes: int
    elsewhere: frozenset[int]
    """The gateways that messages went on to."""


def record(
    tx: Tx,
    cipher: Cipher,
    answered: Sequence[Answered],
    *,
    now: datetime,
    sinks: Sinks,
    others: Mapping[int, GatewayProfile] = NOWHERE,
) -> Recorded:
    """Record answers; one that belongs to an earlier attempt than the message's is dropped.

    Where a gateway says that somebody opted out there, that is an opt-out like any other. Reports
    that came before the answer are applied at once. A message that this gateway surely did not
    take goes on to the next of its route among the `others`.
    """
    # Numbers, then the ledger, then messages: the order of locks of the whole hub.
    stops = {each.row.contact_id: each for each in answered if _is_stop(each.receipt)}
    people.lock_contacts(tx, sorted(stops))
    for contact_id in sorted(stops):
        opt_out_at_gateway(tx, cipher, stops[contact_id].row, now=now, sinks=sinks)
    locked = messages.lock(tx, [each.row.id for each in answered])
    current = [
        (row, each.receipt)
        for each in answered
        if (row := locked.get(each.row.id)) is not None and row.attempt == each.row.attempt
    ]
    away = failover.after_answers(tx, cipher, current, others, now) if others else {}
    done: list[Move] = []
    for row, receipt in current:
        move = away.get(row.id) or after_answer(row, receipt, now)
        if move is not None:
            done.append(move)
    notes = moves.write(tx, done, now=now, sinks=sinks.notes)
    sent = [new for _, new in done if State(new.state) in (State.SUBMITTED, State.UNKNOWN)]
    notes += reports.apply_waiting(tx, sent, now=now, sinks=sinks.notes)
    went = frozenset(new.gateway_id for _, new in away.values())
    return Recorded(opt_outs=len(stops), notes=notes, elsewhere=went)


def _is_stop(receipt: Receipt) -> bool:
    return receipt.state is ReceiptState.REJECTED and receipt.reason == OPTED_OUT
