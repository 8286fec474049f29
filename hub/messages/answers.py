"""What a gateway's answer makes of a message. Pure but for the jitter of a retry."""

import random
from datetime import datetime, timedelta

from hub.errors import AuthError, HubError, TransientError
from hub.messages.dead import says_dead
from hub.messages.moves import Move, moved
from hub.messages.states import State
from hub.store.messages import MessageRow
from hub.values.gateway import Receipt, ReceiptState

FIRST_RETRY = 5.0
LONGEST_RETRY = 600.0
LOOK_AFTER = timedelta(seconds=30)
"""How long an unknown message rests before it is looked into: its report may come first."""


def receipt_for(error: HubError) -> Receipt:
    """Give the answer an exception of a gateway stands for.

    A refused account and a request that surely had no effect may be tried again; whatever else a
    plugin raises leaves open whether the SMS left.
    """
    if isinstance(error, AuthError):
        return Receipt(state=ReceiptState.RETRY_LATER, reason="auth")
    if isinstance(error, TransientError) and not error.maybe_done:
        return Receipt(
            state=ReceiptState.RETRY_LATER, reason="unreachable", retry_after=error.retry_after
        )
    if isinstance(error, TransientError):
        return Receipt(state=ReceiptState.UNKNOWN, reason="no_answer")
    return Receipt(state=ReceiptState.UNKNOWN, reason="gateway_fault")


def after_answer(row: MessageRow, receipt: Receipt, now: datetime) -> Move | None:
    """Give the move an answer makes, or None where it comes too late to make any.

    `row` is the message as it is now, in the attempt that was answered. One that has become
    unknown meanwhile, since its worker's lease ran out, still takes a clear answer. It does not go
    back to the queue on it: somebody else may already be asking the gateway.
    """
    state = State(row.state)
    if state not in (State.SUBMITTING, State.UNKNOWN):
        return None
    match receipt.state:
        case ReceiptState.ACCEPTED:
            return moved(
                row,
                State.SUBMITTED,
                now=now,
                gateway_reference=_cut(receipt.reference, 120) or row.gateway_reference,
                billed_units=receipt.billed_units or row.billed_units,
                submitted_at=now,
            )
        case ReceiptState.REJECTED:
            reason = _cut(receipt.reason, 40) or "other"
            reference = _cut(receipt.reference, 120) or row.gateway_reference
            return moved(
                row,
                State.REJECTED,
                now=now,
                reason=reason,
                gateway_reference=reference,
                number_dead=says_dead(State.REJECTED, reason, permanent=None),
            )
        case ReceiptState.RETRY_LATER if state is State.SUBMITTING:
            reason = _cut(receipt.reason, 40) or "gateway_busy"
            due_at = now + retry_delay(row.attempt, receipt.retry_after)
            return moved(row, State.QUEUED, now=now, reason=reason, due_at=due_at)
        case ReceiptState.UNKNOWN if state is State.SUBMITTING:
            reason = _cut(receipt.reason, 40) or "no_answer"
            return moved(row, State.UNKNOWN, now=now, reason=reason, due_at=now + LOOK_AFTER)
    return None


def retry_delay(attempt: int, retry_after: float | None) -> timedelta:
    """Give how long a message that surely did not leave waits before its next try."""
    if retry_after is not None:
        return timedelta(seconds=max(0.0, min(retry_after, LONGEST_RETRY * 6)))
    seconds = min(FIRST_RETRY * 2.0 ** min(attempt - 1, 10), LONGEST_RETRY)
    # Messages refused together must not come back together.
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))


def _cut(text: str | None, length: int) -> str | None:
    return text[:length] if text else None
