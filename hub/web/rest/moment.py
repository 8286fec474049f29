"""Times in a body: possible ones, or told why they are none."""

from datetime import UTC, datetime, timedelta

from hub.values.words import Words
from hub.web.rest.problem import wrong_field

AHEAD = timedelta(minutes=10)
"""How far the caller's clock may be ahead of ours."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nobody agreed to SMS from here before; an earlier date is an empty field or a typing error."""

_FUTURE = Words(
    "未来の日時です。本人が行為をした日時を書いてください。",
    "It lies in the future. Write when the person acted.",
)
_PAST = Words(
    "2000年より前の日時です。本人が行為をした日時を書いてください。",
    "It lies before the year 2000. Write when the person acted.",
)
_ORDER = Words(
    "同意の日時より後にしてください。", "It must come after occurred_at. Correct one of them."
)


def acted(at: datetime | None, now: datetime, pointer: str = "/occurred_at") -> datetime | None:
    """Give when the person acted, never later than now. Raises Refusal for an impossible time."""
    if at is None:
        return None
    if at > now + AHEAD:
        raise wrong_field(pointer, "future", _FUTURE)
    if at < EARLIEST:
        raise wrong_field(pointer, "past", _PAST)
    return min(at, now)


def ends(at: datetime | None, begun: datetime | None) -> datetime | None:
    """Give when the consent ends. Raises Refusal where that is before it began."""
    if at is not None and at <= (begun or EARLIEST):
        raise wrong_field("/expires_at", "order", _ORDER)
    return at
