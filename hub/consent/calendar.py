"""When messages may leave: quiet hours and days of advertising, and the hours of collecting debts.

Numbers are Japanese, so their time zone is known, and one that is not known counts as Japan's:
never as "no quiet hours". Japan has no summer time.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, timezone

import jpholiday

from hub.config import QuietHours

JAPAN = timezone(timedelta(hours=9))

COLLECTION_HOURS = QuietHours(start=time(21), end=time(8))
"""When nobody may be reminded of a debt: 貸金業法 art. 21(1)1, 施行規則 art. 19(1)."""

_DAY = timedelta(days=1)
_WEEKDAYS = {"saturdays": 5, "sundays": 6}


def opens(
    now: datetime, quiet: QuietHours | None, days: Collection[str] = frozenset()
) -> datetime | None:
    """Give when these quiet hours and days end (in `now`'s zone), or None where it is neither now.

    `days` holds some of `saturdays`, `sundays`, `holidays` (国民の祝日 and their substitutes). A
    quiet day is quiet from midnight to midnight in Japan.
    """
    if quiet is None and not days:
        return None
    moment = now.astimezone(JAPAN)
    # Holidays and weekends never join to a whole month, and the hours end within each day.
    for _ in range(62):
        if is_quiet_day(moment.date(), days):
            moment = _midnight(moment.date() + _DAY)
        elif quiet is not None and _inside(moment, quiet):
            moment = _end(moment, quiet)
        else:
            break
    return None if moment == now else moment.astimezone(now.tzinfo)


def is_quiet_day(day: date, days: Collection[str]) -> bool:
    """Say whether this day in Japan is one of those kinds."""
    if any(name in days and day.weekday() == number for name, number in _WEEKDAYS.items()):
        return True
    return "holidays" in days and bool(jpholiday.is_holiday(day))


def months_before(moment: datetime, months: int) -> datetime:
    """Give the same time of day so many months earlier; the last of the month where it has none."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    if year < 1:
        return datetime.min.replace(tzinfo=moment.tzinfo)
    first = moment.replace(year=year, month=month + 1, day=1)
    last = ((first + 31 * _DAY).replace(day=1) - _DAY).day
    return first.replace(day=min(moment.day, last))


def _inside(moment: datetime, quiet: QuietHours) -> bool:
    at = moment.time()
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def _end(moment: datetime, quiet: QuietHours) -> datetime:
    day = moment.date() if moment.time() < quiet.end else moment.date() + _DAY
    return datetime.combine(day, quiet.end, tzinfo=JAPAN)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=JAPAN)
