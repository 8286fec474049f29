"""What commands print: aligned in any script, times as people read them, JSON that parses."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hub.cli import output
from hub.cli.moment import Moment
from hub.cli.progress import Bar
from hub.values.words import Words

CELLS = st.text(st.sampled_from("abc 東京髙𠮷ｶﾅ-_1"), max_size=8).map(str.strip)


@pytest.fixture(params=["ja", "en"])
def language(request, monkeypatch) -> str:
    monkeypatch.setenv("HUB_LANGUAGE", request.param)
    return request.param


@given(st.lists(st.tuples(CELLS, CELLS, st.just("last")), min_size=1, max_size=6))
def test_columns_stand_under_each_other_whatever_the_script(rows):
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click, "echo", lambda line: lines.append(line))
        output.table(["名前", "NAME", "LAST"], rows)
    starts = {cell_len(line[: line.rindex("last")]) for line in lines[1:]}
    starts.add(cell_len(lines[0][: lines[0].rindex("LAST")]))
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("span", "ja", "en"),
    [
        (timedelta(seconds=-3), "0秒", "0 s"),
        (timedelta(seconds=59), "59秒", "59 s"),
        (timedelta(minutes=59, seconds=59), "59分", "59 min"),
        (timedelta(hours=23, minutes=59), "23時間", "23 h"),
        (timedelta(days=400), "400日", "400 d"),
        (None, "-", "-"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(language, span, ja, en):
    assert output.age(span) == (ja if language == "ja" else en)


@given(st.lists(st.integers(0, 10**8), min_size=2, max_size=5).map(sorted))
def test_of_two_ages_the_longer_never_has_the_smaller_unit(seconds):
    order = ["s", "min", "h", "d"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_LANGUAGE", "en")
        units = [order.index(output.age(timedelta(seconds=each)).split()[1]) for each in seconds]
    assert all(before <= after for before, after in pairwise(units))


def test_a_time_is_shown_as_japans_clocks_do():
    assert output.when(datetime(2026, 1, 12, 15, 30, tzinfo=UTC)) == "2026-01-13 00:30"
    assert output.when(None) == "-"


def test_json_takes_times_and_words(language, capsys):
    output.print_json({"at": datetime(2026, 1, 1, tzinfo=UTC), "why": Words("停止", "stopped")})
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "at": "2026-01-01T00:00:00+00:00",
        "why": "停止" if language == "ja" else "stopped",
    }


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-01-31", "2026-01-30T15:00:00+00:00", "2026-01-31T14:59:59.999999+00:00"),
        ("2026-01-31T10:00", "2026-01-31T01:00:00+00:00", "2026-01-31T01:00:00+00:00"),
        ("2026-01-31T10:00+00:00", "2026-01-31T10:00:00+00:00", "2026-01-31T10:00:00+00:00"),
        (" 2026-01-31 ", "2026-01-30T15:00:00+00:00", "2026-01-31T14:59:59.999999+00:00"),
    ],
)
def test_a_time_without_zone_is_japans_and_a_date_is_a_day(text, first, last):
    assert Moment().convert(text, None, None).isoformat() == first
    assert Moment(last=True).convert(text, None, None).isoformat() == last


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "01/31/2026"])
def test_what_is_no_time_is_wrong_usage(text):
    with pytest.raises(click.BadParameter):
        Moment().convert(text, None, None)


def test_without_a_terminal_progress_is_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr("hub.cli.progress.EVERY", 0.0)
    with Bar("Reading") as bar:
        bar.show("10 read")
    with Bar("Reading", quiet=True) as bar:
        bar.show("20 read")
    captured = capsys.readouterr()
    assert captured.err == "Reading: 10 read\n"
    assert captured.out == ""
