from hypothesis import given
from hypothesis import strategies as st

from connectors.http_gateway.filling import clashes, document, filled, form, has_stray_brace, places


def test_places_are_filled_and_a_field_with_nothing_is_left_out():
    values = {"number": "090", "not_after": None}

    assert form({"to": "{number}", "until": "{not_after}", "x": "1"}, values) == {
        "to": "090",
        "x": "1",
    }


def test_json_has_fields_in_fields_and_lists():
    fields = {"message.to": "{number}", "message.tags[]": "{key}", "v": "1"}

    assert document(fields, {"number": "8190", "key": "k"}) == {
        "message": {"to": "8190", "tags": ["k"]},
        "v": "1",
    }


def test_a_name_cannot_be_a_value_and_hold_values():
    assert clashes(["a", "a.b"])
    assert clashes(["a", "a[]"])
    assert not clashes(["a.b", "a.c", "ab"])


@given(st.text())
def test_what_an_sms_says_is_never_filled_itself(text):
    assert filled("{text}", {"text": text, "token": "secret"}) == text


@given(st.text())
def test_a_text_without_stray_braces_has_only_places(text):
    rest = text
    for place in places(text):
        rest = rest.replace(f"{{{place}}}", "")
    assert has_stray_brace(text) or not set(rest) & set("{}")
