"""Salesforce's dates and times, as JSON and CSV write them."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

JST = timezone(timedelta(hours=9))
"""Dates without a time are Japanese days; Japan has no summer time."""


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """Read a date and time (JSON ends in `+0000`, CSV in `Z`) as UTC. Raises ValueError."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return when.astimezone(UTC)


@lru_cache(maxsize=4096)
def day(text: str, *, end: bool) -> datetime:
    """Read a date as the first or the last second of that Japanese day, in UTC."""
    start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=JST)
    return (start + timedelta(days=1, seconds=-1) if end else start).astimezone(UTC)


def when_of(value: object, *, end: bool) -> datetime | None:
    """Read a date with or without a time; None for an empty one. Raises ValueError otherwise."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("no date")
    return moment(value) if "T" in value else day(value, end=end)


def date_text(at: datetime, *, type_: str) -> str:
    """Write a moment into a field of this type: a date is the Japanese day."""
    if type_ == "date":
        return at.astimezone(JST).strftime("%Y-%m-%d")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
