"""Moving messages from state to state: checked, written, and told.

Whatever changes a message's state goes through here, so that each change is one of the table,
has its step in the timeline, and leaves a note for the record behind the message where that is
wanted.
"""

import dataclasses
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from hub.messages.states import FINAL, State, allowed
from hub.store import messages, notes
from hub.store.database import Tx
from hub.store.messages import MessageRow, Step
from hub.store.notes import NewNote

Move = tuple[MessageRow, MessageRow]
"""A message as it was and as it is to be."""

NOTED = frozenset(
    {State.SUBMITTED, State.DELIVERED, State.UNDELIVERED, State.EXPIRED, State.REJECTED}
)
"""States the record behind a message is told of."""

_NOTES = uuid.UUID("5b2a4a63-5a8e-4f0b-9c53-1f8f2b6c7d10")
_WORKED_ON = frozenset({State.CLAIMED, State.SUBMITTING})


def moved(
    row: MessageRow, to: State, *, now: datetime, reason: str | None = None, **changes: Any
) -> Move:
    """Give the move of a message into another state. `changes` are further columns.

    Raises ValueError for a change the table of states does not have: a bug, never a user's error.
    """
    if not allowed(State(row.state), to):
        raise ValueError(f"a message does not go from {row.state} to {to}")
    if to not in _WORKED_ON:
        changes |= {"claimed_by": None, "lease_until": None}
    changes["finished_at"] = now if to in FINAL else None
    return row, dataclasses.replace(row, state=to.value, reason=reason, **changes)


def write(tx: Tx, moves: Sequence[Move], *, now: datetime, sinks: Collection[int]) -> int:
    """Write moves of messages this transaction holds; give how many notes came of it.

    `sinks` are the connections that take notes. A claim is no step of the timeline: a message may
    be claimed and let go many times while a gateway rests.
    """
    messages.change(tx, moves)
    messages.add_steps(
        tx,
        [
            Step(message_id=new.id, at=now, state=new.state, reason=new.reason, attempt=new.attempt)
            for was, new in moves
            if State(new.state) is not State.CLAIMED
        ],
    )
    return notes.insert(tx, [_note(new, now) for _, new in moves if _is_noted(new)], sinks)


def _is_noted(row: MessageRow) -> bool:
    return row.link_id is not None and State(row.state) in NOTED


def _note(row: MessageRow, now: datetime) -> NewNote:
    return NewNote(
        key=str(uuid.uuid5(_NOTES, f"{row.key}:{row.state}")),
        message_id=row.id,
        link_id=row.link_id or 0,
        message_state=row.state,
        at=now,
    )
