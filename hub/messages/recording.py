"""Writing down what gateways answered, a batch in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.messages import moves, reports
from hub.messages.answers import after_answer
from hub.messages.sinks import OPTED_OUT, Sinks, opt_out_at_gateway
from hub.messages.states import State
from hub.store import messages, people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import MessageRow
from hub.values.gateway import Receipt, ReceiptState


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


def record(
    tx: Tx, cipher: Cipher, answered: Sequence[Answered], *, now: datetime, sinks: Sinks
) -> Recorded:
    """Record answers; one that belongs to an earlier attempt than the message's is dropped.

    Where a gateway says that somebody opted out there, that is an opt-out like any other. Reports
    that came before the answer are applied at once.
    """
    # Numbers, then the ledger, then messages: the order of locks of the whole hub.
    stops = {each.row.contact_id: each for each in answered if _is_stop(each.receipt)}
    people.lock_contacts(tx, sorted(stops))
    for contact_id in sorted(stops):
        opt_out_at_gateway(tx, cipher, stops[contact_id].row, now=now, sinks=sinks)
    locked = messages.lock(tx, [each.row.id for each in answered])
    done = []
    for each in answered:
        row = locked.get(each.row.id)
        if row is not None and row.attempt == each.row.attempt:
            move = after_answer(row, each.receipt, now)
            if move is not None:
                done.append(move)
    notes = moves.write(tx, done, now=now, sinks=sinks.notes)
    sent = [new for _, new in done if State(new.state) in (State.SUBMITTED, State.UNKNOWN)]
    notes += reports.apply_waiting(tx, sent, now=now, sinks=sinks.notes)
    return Recorded(opt_outs=len(stops), notes=notes)


def _is_stop(receipt: Receipt) -> bool:
    return receipt.state is ReceiptState.REJECTED and receipt.reason == OPTED_OUT
