"""Dates and times as Salesforce stores and shows them, and the date words of a query.

A stored moment is a text in UTC with milliseconds (2026-01-05T01:00:00.000+0000), so texts compare
as moments do. Users of this sandbox live in Japan: TODAY begins at midnight there.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Tokyo")
DAY = timedelta(days=1)

Days = tuple[date, date]
"""A stretch of days, its end excluded."""

_ZONED = re.compile(r"(.+?)(?:[+-]\d\d:?\d\d|Z)")


def to_text(moment: datetime) -> str:
    """A moment as it is stored and as REST shows it, cut to milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "+0000"


def from_text(text: str) -> datetime:
    """The moment a text means. Raises ValueError where it means none or has no zone."""
    if "T" not in text or not _ZONED.fullmatch(text):
        raise ValueError("A date and time has to have a T and a zone.")
    return datetime.fromisoformat(text).astimezone(UTC)


def canonical(text: str) -> str:
    """A caller's date and time in the stored form. Raises ValueError as `from_text` does."""
    return to_text(from_text(text))


def bulk_text(stored: str) -> str:
    """A stored moment as Bulk's files show it: with Z."""
    return stored.removesuffix("+0000") + "Z"


def days_of(word: str, count: int | None, now: datetime) -> Days:
    """The days a date word of a query means, such as LAST_N_DAYS:7.

    Raises ValueError for an unknown word, or for a count too many or missing.
    """
    today = now.astimezone(ZONE).date()
    if count is None and word in _DAYS:
        first = today + _DAYS[word] * DAY
        return first, first + DAY
    if count is None and word in _PERIODS:
        unit, step = _PERIODS[word]
        return _period(today, unit, step)
    if count is not None and word == "LAST_N_DAYS":
        return today - count * DAY, today + DAY
    if count is not None and word == "NEXT_N_DAYS":
        return today + DAY, today + (count + 1) * DAY
    raise ValueError("There is no such date word.")


def midnight(day: date) -> str:
    """The stored text of the moment a day begins in Japan."""
    return to_text(datetime.combine(day, time(), ZONE))


_DAYS = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
_PERIODS = {
    f"{name}_{unit}": (unit, step)
    for unit in ("WEEK", "MONTH", "YEAR")
    for name, step in (("LAST", -1), ("THIS", 0), ("NEXT", 1))
}


def _period(today: date, unit: str, step: int) -> Days:
    if unit == "WEEK":
        first = today - (today.isoweekday() % 7) * DAY + step * 7 * DAY
        return first, first + 7 * DAY
    if unit == "MONTH":
        return _month(today, step), _month(today, step + 1)
    return date(today.year + step, 1, 1), date(today.year + step + 1, 1, 1)


def _month(today: date, step: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    return date(year, month + 1, 1)
