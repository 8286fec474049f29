"""Times that people type into a form of the console: days and minutes of Japan."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from flask import request

_JAPAN = ZoneInfo("Asia/Tokyo")


def moment_in(name: str, empty: datetime | None, *, last: bool = False) -> datetime | None:
    """Give the time typed into a field of this request (UTC), `empty` where nothing was typed.

    A day alone is its first moment, or its last with `last`. None for what is no time.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return empty
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if last and len(text) <= len("2026-01-31"):
        moment = datetime.combine(moment, time.max)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=_JAPAN)).astimezone(UTC)
    except OverflowError:
        return None
