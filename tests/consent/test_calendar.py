from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import QUIET_DAYS, QuietHours
from hub.consent.calendar import COLLECTION_HOURS, JAPAN, is_quiet_day, months_before, opens

from .made import DAY, NOW

minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))
hours = st.builds(QuietHours, start=minutes, end=minutes)
moments = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minute: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


@given(st.times(), st.times(), st.integers(0, 1439))
def test_quiet_hours_end_at_their_end_within_a_day(start: time, end: time, minute: int) -> None:
    quiet = QuietHours(
        start=start.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0)
    )
    now = NOW + timedelta(minutes=minute)
    opening = opens(now, quiet)
    if opening is not None:
        assert now < opening <= now + DAY
        assert opens(opening, quiet) is None
        assert opens(opening - timedelta(seconds=1), quiet) == opening


@given(moments, st.none() | hours, st.frozensets(st.sampled_from(QUIET_DAYS)))
def test_at_the_opening_nothing_is_quiet_and_right_before_it_something_is(
    now: datetime, quiet: QuietHours | None, days: frozenset[str]
) -> None:
    opening = opens(now, quiet, days)
    if opening is None:
        assert not is_quiet_day(now.astimezone(JAPAN).date(), days)
    else:
        assert now < opening < now + 40 * DAY
        assert opens(opening, quiet, days) is None
        before = opening - timedelta(microseconds=1)
        assert opens(before, quiet, days) == opening


@pytest.mark.parametrize(
    ("day", "kinds", "quiet"),
    [
        (date(2026, 1, 1), {"holidays"}, True),
        (date(2026, 5, 6), {"holidays"}, True),  # 振替休日
        (date(2026, 9, 22), {"holidays"}, True),  # 国民の休日 between two holidays
        (date(2026, 1, 2), {"holidays"}, False),
        (date(2026, 1, 4), {"holidays"}, False),
        (date(2026, 1, 4), {"sundays"}, True),
        (date(2026, 1, 3), {"sundays"}, False),
        (date(2026, 1, 3), {"saturdays", "sundays"}, True),
        (date(2026, 1, 1), set(), False),
    ],
)
def test_quiet_days_are_those_of_japan(day: date, kinds: set[str], quiet: bool) -> None:
    assert is_quiet_day(day, kinds) is quiet


def test_a_day_is_quiet_by_the_date_in_japan() -> None:
    sunday_in_japan = datetime(2026, 1, 17, 16, 0, tzinfo=UTC)  # Saturday in London
    assert opens(sunday_in_japan, None, {"sundays"}) == datetime(2026, 1, 18, 15, 0, tzinfo=UTC)


def test_debts_are_not_collected_from_nine_to_eight() -> None:
    assert opens(datetime(2026, 1, 13, 20, 59, tzinfo=JAPAN), COLLECTION_HOURS) is None
    for hour in (21, 23):
        night = datetime(2026, 1, 13, hour, 0, tzinfo=JAPAN)
        assert opens(night, COLLECTION_HOURS) == datetime(2026, 1, 14, 8, 0, tzinfo=JAPAN)
    assert opens(datetime(2026, 1, 14, 8, 0, tzinfo=JAPAN), COLLECTION_HOURS) is None


def test_a_month_earlier_is_the_same_day_or_the_last_one() -> None:
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 15, tzinfo=UTC), 12) == datetime(2025, 1, 15, tzinfo=UTC)
    assert months_before(datetime(2024, 2, 29, tzinfo=UTC), 12) == datetime(2023, 2, 28, tzinfo=UTC)


@given(moments, st.integers(0, 200))
def test_more_months_earlier_is_never_later(now: datetime, months: int) -> None:
    assert months_before(now, months + 1) < months_before(now, months) <= now
