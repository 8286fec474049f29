"""Canceling messages that wait: because their number is being erased, or a person says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.messages import moves
from hub.messages.moves import Move, moved
from hub.messages.states import State
from hub.store.database import Tx
from hub.store.messages import MessageRow

ERASED = "erased"
"""The reason a message is canceled for whose number is erased."""

BY_HAND = "canceled"
"""The reason where a person canceled it, or its whole send."""

WAITING = frozenset({State.QUEUED, State.CLAIMED, State.HELD})
"""The states a message can be canceled in: it has surely not left."""


def cancel_waiting(tx: Tx, rows: Sequence[MessageRow], now: datetime, reason: str = ERASED) -> int:
    """Cancel messages that have not left; give how many.

    The caller holds the messages, so that no worker marks one meanwhile. What a worker had claimed
    is not its own any more, and it passes it over.
    """
    done = [move for row in rows for move in to_canceled(row, now, reason)]
    moves.write(tx, done, now=now, sinks=())
    return len(rows)


def to_canceled(row: MessageRow, now: datetime, reason: str) -> Iterator[Move]:
    """Give the moves that cancel a message which has not left."""
    # Only what is held can be canceled, so a message goes through the states in between.
    for to in (State.CLAIMED, State.HELD, State.CANCELED):
        if _passes(State(row.state), to):
            move = moved(row, to, now=now, reason=reason)
            row = move[1]
            yield move


def _passes(state: State, to: State) -> bool:
    order = (State.QUEUED, State.CLAIMED, State.HELD, State.CANCELED)
    return order.index(to) == order.index(state) + 1
