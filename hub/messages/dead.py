"""Whether a gateway says that a number takes no SMS, and will not. Pure."""

from hub.messages.states import State

_SAY_NOTHING = frozenset({"opted_out", "content", "auth", "quota"})
"""Reasons that are about the person's wish, the text or the account, never about the number."""

_FAILED = frozenset({State.UNDELIVERED, State.REJECTED})


def says_dead(state: State, reason: str | None, *, permanent: bool | None) -> bool:
    """Say whether a message that ended in this state shows its number to be dead.

    `permanent` is the gateway's own word, None where it has none: then only `bad_number` shows it.
    A handset that was out of reach shows nothing.
    """
    if state not in _FAILED or reason in _SAY_NOTHING:
        return False
    return reason == "bad_number" if permanent is None else permanent
