# SPDX-License-Identifier: GPL-3.0-or-later
"""What the consent fields of a user say, and what is written into them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.consentfield import ConsentField
from connectors.zendesk.fields import read_form
from connectors.zendesk.moments import day
from connectors.zendesk.values import answer_of
from hub.sdk import Answer, Consent, FieldMapping, Ref

AT = datetime(2026, 1, 13, 1, 5, 20, 500_000, tzinfo=UTC)
LABELS = ("許諾する", "メール", "連絡不要")


def definition(key: str, type_: str, *names: str) -> dict[str, Any]:
    options = [{"name": name, "value": f"{key}_{at}"} for at, name in enumerate(names)]
    return {"key": key, "type": type_, "title": key, "custom_field_options": options}


FORM = read_form(
    [
        definition("box", "checkbox"),
        definition("drop", "dropdown", *LABELS),
        definition("many", "multiselect", *LABELS),
        definition("how", "dropdown", "店頭", "checkbox"),
        definition("text", "text"),
        definition("day", "date"),
    ]
)


def field(consent: str, yes: str = "許諾する", **more: str) -> ConsentField:
    return ConsentField.of(
        FORM, FieldMapping(phone="p", consent=consent, consent_yes=[yes], **more)
    )


def user(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "tags": [], "updated_at": "2026-01-13T01:05:20Z", "user_fields": fields}


def consent(**more: Any) -> Consent:
    values = {"id": "c", "ref": Ref("user", "1"), "purpose": "campaign", "method": "checkbox"}
    return Consent(**values | {"at": AT} | more)


def test_each_kind_of_field_says_yes_in_its_own_way() -> None:
    assert field("box", "true").to_say_yes(user(box=False), consent()).fields == {"box": True}
    assert field("drop").to_say_yes(user(drop="drop_2"), consent()).fields == {"drop": "drop_0"}
    assert field("text", "はい").to_say_yes(user(text=None), consent()).fields == {"text": "はい"}
    tags = field("tags", "sms_ok").to_say_yes(user(), consent())
    assert (tags.fields, tags.add) == ({}, ("sms_ok",))


def test_a_dropdown_beside_it_gets_one_of_its_own_options_or_none() -> None:
    asked = field("drop", consent_method="how")
    assert asked.to_say_yes(user(), consent()).fields["how"] == "how_1"
    assert asked.to_say_yes(user(), consent(method="voice")).fields["how"] is None


def test_a_time_in_a_text_field_is_written_to_the_second_and_then_counts_as_told() -> None:
    asked = field("drop", consent_at="text")
    written = asked.to_say_yes(user(), consent()).fields
    assert written["text"] == "2026-01-13T01:05:20Z"
    assert asked.is_told(user(**written), consent())
    assert not asked.is_told(user(**written), consent(at=AT + timedelta(seconds=1)))


def test_the_same_day_with_other_words_is_another_consent() -> None:
    asked = field("drop", consent_at="day", consent_wording="text")
    now = user(drop="drop_0", day="2026-01-13T00:00:00+00:00", text="前の文言")
    assert not asked.is_told(now, consent(wording="同意します。"))
    now["user_fields"]["text"] = "同意します。\n"
    assert asked.is_told(now, consent(wording="同意します。"))


def test_what_cannot_be_read_is_a_no_that_may_be_new() -> None:
    broken = user(drop={"broken": True}) | {"updated_at": None}
    assert field("drop").answer(broken) is Answer.NO
    assert field("drop").may_say_no_since(broken, AT)


@given(st.lists(st.sampled_from(["many_0", "many_1", "many_2", "gone"]), unique=True))
def test_a_multi_select_says_yes_afterwards_and_keeps_what_means_something_else(
    values: list[str],
) -> None:
    asked = field("many")
    written = asked.to_say_yes(user(many=values), consent()).fields["many"]
    assert answer_of(asked.field, written, frozenset({"many_0"})) is Answer.YES
    assert ("many_1" in written) is ("many_1" in values)
    assert "gone" not in written


@given(st.integers(0, 20 * 366 * 86_400))
def test_a_day_for_the_end_is_over_when_the_consent_is(seconds: int) -> None:
    until = AT + timedelta(seconds=seconds)
    asked = field("drop", consent_until="day")
    end = day(asked.to_say_yes(user(), consent(until=until)).fields["day"], end=True)
    assert until - timedelta(days=1, seconds=1) <= end <= until
