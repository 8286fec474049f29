from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http_gateway.moments import is_format, read, written

AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("iso", "2026-01-13T10:00:00+09:00"),
        ("epoch", "1768266000"),
        ("epoch_ms", "1768266000000"),
        ("%Y/%m/%d %H:%M:%S", "2026/01/13 10:00:00"),
        ("%Y年%m月%d日 %H:%M", "2026年01月13日 10:00"),
    ],
)
def test_a_time_is_written_and_read_by_the_clock_of_japan(how, text):
    assert is_format(how)
    assert written(AT, how) == text
    assert read(text, how) == AT


def test_a_time_without_a_zone_is_one_of_japan():
    assert read("2026-01-13 10:00:00", "iso") == AT


@pytest.mark.parametrize("how", ["", "ISO", "%f", "%Y%", "today", "%(x)s"])
def test_other_formats_are_none(how):
    assert not is_format(how)


@given(st.text(), st.sampled_from(["iso", "epoch", "epoch_ms", "%Y-%m-%d"]))
def test_no_text_breaks_the_reading(text, how):
    moment = read(text, how)

    assert moment is None or moment.tzinfo is UTC
