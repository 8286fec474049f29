"""A person's word on sends that are under way: pause them, let them go on, cancel them.

What is told here counts from the moment it is committed: a worker looks at its message's send when
it marks the message, and holds the send while it does. What was marked before is with the gateway
and cannot be called back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.errors import ConfigError
from hub.messages import canceling, moves
from hub.messages.canceling import BY_HAND, WAITING
from hub.messages.moves import Move, moved
from hub.messages.states import State
from hub.store import due, messages, sends
from hub.store.database import Database, Tx
from hub.store.messages import MessageRow
from hub.store.sends import SendRow
from hub.values.words import Words

BATCH = 500
_ALL = 1_000_000
RESTORED = "restored"
"""The reason of messages that waited in a backup and may have left since it was made."""

_STATES = {
    "building": Words("作成中", "still being made"),
    "sending": Words("送信中", "being sent"),
    "paused": Words("一時停止中", "paused"),
    "canceling": Words("取り消し中", "being canceled"),
    "canceled": Words("取り消し済み", "canceled"),
}


@dataclass(frozen=True, kw_only=True)
class Canceled:
    """What became of one message that was to be canceled; `state` is the one it is in now."""

    done: bool
    state: str


def pause(tx: Tx, send_id: int) -> SendRow:
    """Let nothing more of a send leave until it is resumed; give it as it was.

    Paused twice is paused. Raises ConfigError for a send that is not there, is still being made
    or is canceled.
    """
    row = _held(tx, send_id)
    if row.state not in ("sending", "paused"):
        raise _not_now(
            row, "only one that is being sent can be paused", "一時停止は送信中のみ可能です"
        )
    sends.set_state(tx, send_id, "paused")
    return row


def resume(tx: Tx, send_id: int) -> SendRow:
    """Let a paused send go on; give it as it was. The caller rings the gateway's bell.

    Each message passes the gate again, and one whose last moment has passed does not go. Raises
    ConfigError for a send that is not there, is still being made or is canceled.
    """
    row = _held(tx, send_id)
    if row.state not in ("sending", "paused"):
        raise _not_now(row, "only a paused one can go on", "再開は一時停止中のみ可能です")
    sends.set_state(tx, send_id, "sending")
    return row


def cancel(tx: Tx, send_id: int) -> SendRow:
    """Let nothing more of a send leave, ever; give it as it was.

    Its messages are canceled by `finish_canceling`, which the reconcile pass calls as well. Raises
    ConfigError for a send that is not there.
    """
    row = _held(tx, send_id)
    if row.state != "canceled":
        sends.set_state(tx, send_id, "canceling")
    return row


def finish_canceling(db: Database, clock: Callable[[], datetime], send_id: int) -> int:
    """Cancel what waits of a send that is being canceled; give how many messages that were.

    The send is canceled when nothing of it waits or is on its way to the gateway: an answer may
    still bring one back.
    """
    count = 0
    while True:
        with db.write() as tx:
            rows = due.of_send(tx, send_id, WAITING, BATCH)
            count += canceling.cancel_waiting(tx, rows, clock(), BY_HAND)
            if len(rows) < BATCH:
                count += _close_restored(tx, send_id, clock())
                row = sends.lock(tx, send_id)
                leaving = due.of_send(tx, send_id, WAITING | {State.SUBMITTING}, 1)
                if row is not None and row.state == "canceling" and not leaving:
                    sends.set_state(tx, send_id, "canceled")
                return count


def cancel_message(tx: Tx, message_id: int, now: datetime) -> Canceled | None:
    """Cancel one message if it has not left; None where there is no such message.

    One that a restored backup left in doubt is closed: it is not sent again.
    """
    row = messages.lock(tx, [message_id]).get(message_id)
    if row is None:
        return None
    if _is_restored(row):
        moves.write(tx, [_closed(row, now)], now=now, sinks=())
        return Canceled(done=True, state=State.REJECTED.value)
    if State(row.state) not in WAITING:
        return Canceled(done=False, state=row.state)
    canceling.cancel_waiting(tx, [row], now, BY_HAND)
    return Canceled(done=True, state=State.CANCELED.value)


def _close_restored(tx: Tx, send_id: int, now: datetime) -> int:
    rows = [row for row in due.of_send(tx, send_id, {State.UNKNOWN}, _ALL) if _is_restored(row)]
    moves.write(tx, [_closed(row, now) for row in rows], now=now, sinks=())
    return len(rows)


def _is_restored(row: MessageRow) -> bool:
    return row.state == State.UNKNOWN and row.reason == RESTORED


def _closed(row: MessageRow, now: datetime) -> Move:
    return moved(row, State.REJECTED, now=now, reason="not_again")


def _held(tx: Tx, send_id: int) -> SendRow:
    row = sends.lock(tx, send_id)
    if row is None:
        raise ConfigError(
            "send",
            f"There is no send {send_id}. See hub sends list.",
            f"配信 {send_id} はありません。hub sends list で確認してください。",
        )
    return row


def _not_now(row: SendRow, en: str, ja: str) -> ConfigError:
    state = _STATES[row.state]
    return ConfigError(
        "send",
        f"Send {row.id} is {state.en}: {en}. See hub sends list.",
        f"配信 {row.id} は{state.ja}です。{ja}。hub sends list で確認してください。",
    )
