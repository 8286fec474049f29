"""Messages of sends that were paused or canceled meanwhile: taken out at the last moment."""

from collections.abc import Sequence
from datetime import datetime

from hub.messages.canceling import BY_HAND, to_canceled
from hub.messages.moves import Move, moved
from hub.messages.states import State
from hub.store import sends
from hub.store.database import Tx
from hub.store.messages import MessageRow


def halt(
    tx: Tx, claimed: Sequence[MessageRow], now: datetime
) -> tuple[list[MessageRow], list[Move]]:
    """Give those of these claimed messages whose send goes on, and the moves of the others.

    A paused send's go back into the queue, where nobody takes them; a canceled one's are canceled.
    """
    halted = sends.halted(tx, {row.send_id for row in claimed})
    going = [row for row in claimed if row.send_id not in halted]
    done: list[Move] = []
    for row in claimed:
        state = halted.get(row.send_id)
        if state in ("canceling", "canceled"):
            done.extend(to_canceled(row, now, BY_HAND))
        elif state is not None:
            done.append(moved(row, State.QUEUED, now=now, reason=row.reason))
    return going, done
