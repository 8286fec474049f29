"""Claims: a worker reserves queued messages for a while, and gives back what it did not mark."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from hub.messages.moves import moved
from hub.messages.states import State
from hub.store import due, messages
from hub.store.database import Tx
from hub.store.messages import MessageRow


def claim(
    tx: Tx,
    gateway_id: int,
    *,
    worker: str,
    now: datetime,
    lease_until: datetime,
    limit: int,
    urgent_only: bool = False,
) -> list[MessageRow]:
    """Reserve due messages for a worker and give them, the most urgent first."""
    rows = due.claimable(tx, gateway_id, now, limit, urgent_only=urgent_only)
    if rows:
        due.claim(tx, rows, worker, lease_until)
    return [
        dataclasses.replace(
            moved(row, State.CLAIMED, now=now)[1], claimed_by=worker, lease_until=lease_until
        )
        for row in rows
    ]


def give_back(tx: Tx, rows: Sequence[MessageRow], worker: str, now: datetime) -> int:
    """Put claimed messages back into the queue, those that are still this worker's; count them."""
    locked = messages.lock(tx, [row.id for row in rows])
    ours = [
        row for row in locked.values() if row.state == State.CLAIMED and row.claimed_by == worker
    ]
    messages.change(tx, [moved(row, State.QUEUED, now=now, reason=row.reason) for row in ours])
    return len(ours)
