"""Whether a message that failed may go once more, and how. Pure.

Under its own key, where the gateway surely has it not, or takes a key once. Where it can be asked,
it is asked first. Whatever may have reached the person, or may still, goes again only if somebody
says that twice is better than not at all.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from hub.messages.states import State
from hub.messages.unknowns import KEY_LIVES
from hub.store.messages import MessageRow
from hub.values.gateway import Idempotency
from hub.values.words import Words

FAILED = frozenset({State.REJECTED, State.UNKNOWN, State.UNDELIVERED, State.EXPIRED})
"""The states of messages that a person may want to go again."""

_NO_USE = frozenset({"bad_number", "opted_out", "content"})
"""Reasons that would be the same the next time."""


class Way(StrEnum):
    """What is done about a message that failed."""

    QUEUE = "queued"
    """It goes again under its own key."""
    ASK = "asked"
    """Its gateway is asked what became of it; where it never arrived, it goes again."""
    ANEW = "anew"
    """A new message with a key of its own goes to the same number."""
    NO_USE = "no_use"
    TOO_LATE = "too_late"
    MAY_DOUBLE = "may_double"
    NOT_FAILED = "not_failed"


LEFT: dict[Way, Words] = {
    Way.NO_USE: Words(
        "番号または本文が原因のため、再送しても結果は変わりません。",
        "The number or the text is the reason: it would fail again.",
    ),
    Way.TOO_LATE: Words(
        "送信期限を過ぎています。必要なら新たに配信してください。",
        "Its last moment has passed. Send anew if it still matters.",
    ),
    Way.MAY_DOUBLE: Words(
        "届いた、またはこれから届く可能性があります。"
        "重複してもよい場合は --may-double を付けてください。",
        "It may have arrived, or may yet: with --may-double it goes even so.",
    ),
    Way.NOT_FAILED: Words(
        "失敗していないため再送しません。", "It has not failed: there is nothing to send again."
    ),
}
"""Why a message is left as it is."""


def way_of(row: MessageRow, idempotency: Idempotency, *, may_double: bool, now: datetime) -> Way:
    """Say what is to be done about one message, by what its gateway can do.

    `may_double` is a person's word that the SMS may come twice.
    """
    state = State(row.state)
    if state not in FAILED:
        return Way.NOT_FAILED
    if row.not_after is not None and row.not_after <= now:
        return Way.TOO_LATE
    if row.reason in _NO_USE or row.number_dead:
        return Way.NO_USE
    match state:
        case State.REJECTED:
            return Way.QUEUE
        case State.UNKNOWN:
            return _of_unknown(row, idempotency, may_double=may_double, now=now)
        case _:
            return Way.ANEW if may_double else Way.MAY_DOUBLE


def _of_unknown(
    row: MessageRow, idempotency: Idempotency, *, may_double: bool, now: datetime
) -> Way:
    since = now - (row.marked_at or row.created_at)
    if may_double or (idempotency == "key" and timedelta(0) <= since <= KEY_LIVES):
        return Way.QUEUE
    return Way.ASK if idempotency == "lookup" else Way.MAY_DOUBLE
