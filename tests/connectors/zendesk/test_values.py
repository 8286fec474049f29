# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's fields hold."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.fields import UserField
from connectors.zendesk.values import answer_of, number_of, text_of, values_of, when_of
from hub.sdk import Answer

CHOICE = UserField(
    code="sms",
    custom="sms",
    type="dropdown",
    label="SMS",
    options={"sms_yes": "許諾する", "sms_no": "許諾しない"},
)


def field(type_: str) -> UserField:
    return UserField(code="x", custom="x", type=type_, label="x", options={})


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ([], Answer.SILENT),
        (["sms_yes"], Answer.YES),
        (["sms_no"], Answer.NO),
        (["sms_yes", "sms_no"], Answer.NO),
        (["sms_yes", "vip"], Answer.YES),
    ],
)
def test_a_choice_is_yes_only_where_nothing_beside_it_says_no(
    values: list[str], answer: Answer
) -> None:
    assert answer_of(CHOICE, values, frozenset({"sms_yes"})) is answer


def test_a_box_that_is_not_ticked_says_nothing() -> None:
    box = field("checkbox")

    assert values_of(box, True) == ["true"]
    assert values_of(box, False) == values_of(box, None) == []


@given(tags=st.lists(st.text()))
def test_tags_say_yes_or_nothing(tags: list[str]) -> None:
    answer = answer_of(field("tags"), tags, frozenset({"sms_ok"}))

    assert answer is (Answer.YES if "sms_ok" in tags else Answer.SILENT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(type_=st.sampled_from(["checkbox", "dropdown", "tags", "text", "multiselect"]), value=JSON)
def test_whatever_stands_in_an_answer_is_read_or_refused(type_: str, value: object) -> None:
    try:
        values = values_of(field(type_), value)
    except ValueError:
        return
    assert all(isinstance(each, str) for each in values)


@given(value=JSON)
def test_whatever_stands_in_a_text_or_a_number_is_read_or_refused(value: object) -> None:
    for read in (text_of, number_of):
        try:
            assert isinstance(read(value), str)
        except ValueError:
            continue


def test_a_date_is_a_japanese_day_though_zendesk_writes_a_moment() -> None:
    text = "2026-01-05T00:00:00+00:00"

    assert when_of(field("date"), text, end=False) == datetime(2026, 1, 4, 15, 0, tzinfo=UTC)
    assert when_of(field("date"), text, end=True) == datetime(2026, 1, 5, 14, 59, 59, tzinfo=UTC)


def test_a_date_that_people_typed_proves_nothing_where_it_cannot_be_read() -> None:
    assert when_of(field("text"), "来店時", end=False) is None
    moment = when_of(field("text"), "2026-01-05T10:00:00+09:00", end=False)
    assert moment == datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def test_a_date_field_that_holds_no_date_makes_the_record_odd() -> None:
    with pytest.raises(ValueError, match=r"does not match|no date"):
        when_of(field("date"), "soon", end=False)
