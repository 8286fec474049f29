# SPDX-License-Identifier: GPL-3.0-or-later
"""What to write so that a user is opted out, or not any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.fields import Form, read_form
from connectors.zendesk.optoutfield import OptOutField, Writing
from hub.sdk import FieldMapping

AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
OPTIONS = [
    {"value": "sms_ok", "name": "希望する"},
    {"value": "sms_stop", "name": "停止"},
    {"value": "vip", "name": "優待"},
]
FORM: Form = read_form(
    [
        {"key": "box", "type": "checkbox", "title": "停止"},
        {"key": "choice", "type": "dropdown", "title": "停止", "custom_field_options": OPTIONS},
        {"key": "many", "type": "multiselect", "title": "停止", "custom_field_options": OPTIONS},
        {"key": "text", "type": "text", "title": "停止"},
        {"key": "day", "type": "date", "title": "停止日"},
    ]
)
WAYS = {"box": "true", "choice": "停止", "many": "停止", "text": "停止", "tags": "sms_stop"}


def field(code: str, *, dated: bool = False) -> OptOutField:
    mapping = FieldMapping(
        phone="phone",
        opt_out=code,
        opt_out_value=[WAYS[code]],
        opt_out_at="day" if dated else None,
    )
    return OptOutField.of(FORM, mapping)


def written(user: dict[str, Any], writing: Writing) -> dict[str, Any]:
    """What a user is after a writing."""
    tags = [tag for tag in [*user["tags"], *writing.add] if tag not in writing.remove]
    return {"user_fields": user["user_fields"] | dict(writing.fields), "tags": tags}


def users() -> st.SearchStrategy[dict[str, Any]]:
    values = st.sampled_from(["sms_ok", "sms_stop", "vip"])
    fields = st.fixed_dictionaries(
        {
            "box": st.sampled_from([None, False, True]),
            "choice": st.none() | values,
            "many": st.none() | st.lists(values, unique=True),
            "text": st.sampled_from([None, "", "停止", "電話で確認"]),
            "day": st.sampled_from([None, "2025-12-01T00:00:00+00:00", "soon"]),
        }
    )
    tags = st.lists(st.sampled_from(["sms_stop", "vip", "osaka"]), unique=True)
    return st.fixed_dictionaries({"user_fields": fields, "tags": tags})


@given(user=users(), code=st.sampled_from(sorted(WAYS)), dated=st.booleans())
def test_an_opt_out_is_out_and_a_second_one_writes_nothing(
    user: dict[str, Any], code: str, dated: bool
) -> None:
    way = field(code, dated=dated)
    after = written(user, way.to_opt_out(user, AT))

    assert way.is_out(after)
    assert not way.to_opt_out(after, AT)


@given(user=users(), code=st.sampled_from(sorted(WAYS)))
def test_a_restore_ends_it_and_leaves_other_options_and_tags(
    user: dict[str, Any], code: str
) -> None:
    way = field(code)
    out = written(user, way.to_opt_out(user, AT))
    after = written(out, way.to_restore(out))

    assert not way.is_out(after)
    others = {tag for tag in user["tags"] if tag != "sms_stop"}
    assert others <= set(after["tags"])
    if code == "many":
        kept = {value for value in user["user_fields"]["many"] or [] if value != "sms_stop"}
        assert kept == set(after["user_fields"]["many"])


def test_the_day_somebody_opted_out_first_is_kept() -> None:
    user = {"user_fields": {"box": True, "day": "2025-12-01T00:00:00+00:00"}, "tags": []}

    assert not field("box", dated=True).to_opt_out(user, AT)


def test_the_day_is_the_japanese_one() -> None:
    user: dict[str, Any] = {"user_fields": {"box": False, "day": None}, "tags": []}
    evening = datetime(2026, 1, 13, 16, 0, tzinfo=UTC)

    assert field("box", dated=True).to_opt_out(user, evening).fields["day"] == "2026-01-14"


@pytest.mark.parametrize(("days", "older"), [(0, False), (1, True)])
def test_only_another_day_proves_that_an_opt_out_is_older(days: int, older: bool) -> None:
    user = {"user_fields": {"box": True, "day": "2026-01-13T00:00:00+00:00"}, "tags": []}

    assert field("box", dated=True).was_before(user, AT + timedelta(days=days)) is older


def test_an_undated_opt_out_proves_nothing() -> None:
    user = {"user_fields": {"box": True, "day": None}, "tags": []}

    assert not field("box", dated=True).was_before(user, AT + timedelta(days=99))
    assert not field("box").was_before(user, AT + timedelta(days=99))
