"""No value can become a condition."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone import query
from connectors.kintone.query import kq_code, kq_int, kq_str

ALLOWED = st.text(
    st.characters(exclude_categories=["Cs"]).filter(
        lambda char: (char >= " " and char != "\x7f") or char in "\t\r\n"
    )
)
UNESCAPED = {"\\": "\\", '"': '"', "t": "\t", "n": "\n", "r": "\r"}


def read_literal(text: str) -> tuple[str, str]:
    """Read a string literal by kintone's rules; give its value and what follows it."""
    assert text[0] == '"'
    value, place = [], 1
    while text[place] != '"':
        assert text[place] not in "\t\r\n", "a raw break is a syntax error"
        if text[place] == "\\":
            place += 1
            value.append(UNESCAPED[text[place]])
        else:
            value.append(text[place])
        place += 1
    return "".join(value), text[place + 1 :]


@given(ALLOWED, st.text())
def test_a_value_is_read_back_as_it_was_and_ends_where_it_should(value: str, rest: str) -> None:
    assert read_literal(kq_str(value) + rest) == (value, rest)


def test_a_value_with_quotes_stays_a_value() -> None:
    assert kq_str('x" or tel != "') == '"x\\" or tel != \\""'
    assert kq_str('\\"') == '"\\\\\\""'


@pytest.mark.parametrize("value", ["\x00", "a\x1bb", "\x7f"])
def test_other_control_characters_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        kq_str(value)


@pytest.mark.parametrize("value", ["1 or 1", "", "1;", "0x1", "1.5"])
def test_only_a_whole_number_is_a_number(value: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        kq_int(value)


@pytest.mark.parametrize("code", ["更新日時", "Updated_datetime", "顧客＿1", "$id"])
def test_a_field_code_stays_as_it_is(code: str) -> None:
    assert kq_code(code) == code


@pytest.mark.parametrize("code", ["", "a b", 'a"', "a)", "a=1", "a\n", "OR", "not"])
def test_what_could_end_a_field_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no kintone field code"):
        kq_code(code)


@given(st.text())
def test_an_accepted_field_code_has_nothing_that_ends_it(code: str) -> None:
    try:
        accepted = kq_code(code)
    except ValueError:
        return
    assert not any(char.isspace() or char in "\"'()=!<>,\\" for char in accepted)


def test_a_window_has_whole_minutes_in_utc() -> None:
    since = datetime(2026, 1, 5, 10, 1, 59, tzinfo=timezone(timedelta(hours=9)))
    until = datetime(2026, 1, 5, 1, 7, tzinfo=UTC)
    assert query.changed_between("更新日時", since, until, 41) == (
        '(更新日時 >= "2026-01-05T01:01:00Z" and 更新日時 < "2026-01-05T01:07:00Z") '
        "and $id > 41 order by $id asc limit 500"
    )


def test_ids_are_numbers() -> None:
    assert query.with_ids(["3", 5]) == "$id in (3, 5) order by $id asc limit 500"
    with pytest.raises(ValueError, match="invalid literal"):
        query.with_ids(["3) or ($id > 0"])
