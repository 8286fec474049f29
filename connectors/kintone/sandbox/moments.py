"""Dates and times of kintone: cut to the minute, and the functions a query may call."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.kintone.sandbox.query import Call

# Functions other than NOW count in the calling user's zone; users of this sandbox are in Japan.
ZONE = ZoneInfo("Asia/Tokyo")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


def to_text(moment: datetime) -> str:
    """A moment as kintone writes it: UTC, no seconds (2026-01-05T01:23:00Z)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


def from_text(text: str) -> datetime:
    """A moment cut to the minute. Raises ValueError where it is none or has no zone."""
    moment = datetime.fromisoformat(text)
    if "T" not in text or moment.tzinfo is None:
        raise ValueError("A date and time has to have a T and a zone.")
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def span(value: str | Call, now: datetime) -> Span:
    """The stretch of time a value of a query means, its end excluded.

    Raises ValueError where it means none.
    """
    if isinstance(value, Call):
        return _call_span(value, now)
    if "T" in value:
        moment = from_text(value)
        return moment, moment + MINUTE
    day = date.fromisoformat(value)
    return _days(day, day + DAY)


def _call_span(call: Call, now: datetime) -> Span:
    if call.name == "NOW" and not call.arguments:
        moment = now.replace(second=0, microsecond=0)
        return moment, moment + MINUTE
    today = now.astimezone(ZONE).date()
    days = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if call.name in days and not call.arguments:
        day = today + days[call.name] * DAY
        return _days(day, day + DAY)
    if call.name == "FROM_TODAY" and len(call.arguments) == 2:
        day = _from_today(today, int(call.arguments[0]), call.arguments[1])
        return _days(day, day + DAY)
    steps = {"LAST": -1, "THIS": 0, "NEXT": 1}
    which, _, unit = call.name.partition("_")
    if which not in steps or len(call.arguments) > 1:
        raise ValueError("There is no such function.")
    return _period(today, steps[which], unit, call.arguments)


def _from_today(today: date, count: int, unit: str) -> date:
    match unit:
        case "DAYS":
            return today + count * DAY
        case "WEEKS":
            return today + count * 7 * DAY
        case "MONTHS":
            return _months_on(today, count)
        case "YEARS":
            return _months_on(today, count * 12)
    raise ValueError("A period is DAYS, WEEKS, MONTHS or YEARS.")


def _period(today: date, step: int, unit: str, arguments: tuple[str, ...]) -> Span:
    match unit, arguments:
        case "WEEK", ():
            sunday = today - (today.isoweekday() % 7) * DAY + step * 7 * DAY
            return _days(sunday, sunday + 7 * DAY)
        case "WEEK", (name,):
            names = ["SUNDAY", *(day.upper() for day in calendar.day_name[:6])]
            sunday = today - (today.isoweekday() % 7) * DAY + step * 7 * DAY
            day = sunday + names.index(name) * DAY
            return _days(day, day + DAY)
        case "MONTH", ():
            first = _months_on(today.replace(day=1), step)
            return _days(first, _months_on(first, 1))
        case "MONTH", (number,):
            first = _months_on(today.replace(day=1), step)
            last = calendar.monthrange(first.year, first.month)[1]
            day = first.replace(day=last if number == "LAST" else int(number))
            return _days(day, day + DAY)
        case "YEAR", ():
            first = date(today.year + step, 1, 1)
            return _days(first, date(first.year + 1, 1, 1))
    raise ValueError("There is no such function.")


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days(first: date, end: date) -> Span:
    return _midnight(first), _midnight(end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
