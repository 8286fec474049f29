import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http_gateway.paths import at, count_at, is_path, text_at

THING = {"id": 7, "e": {"c": "x"}, "tags": ["k", ["in"]], "no": None, "yes": True, "empty": ""}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 7),
        ("e.c", "x"),
        ("tags[0]", "k"),
        ("tags[1][0]", "in"),
        ("tags[2]", None),
        ("e.d", None),
        ("id.x", None),
        ("no.x", None),
        ("e[0]", None),
        (None, None),
    ],
)
def test_a_path_finds_what_is_there_and_nothing_else(path, value):
    assert at(THING, path) == value


@pytest.mark.parametrize("path", ["", ".", "a.", "a b", "a[x]", "[0]", "a[-1]", "{a}", "a[0"])
def test_what_is_no_path_is_none(path):
    assert not is_path(path)


def test_a_text_is_a_text_a_number_or_a_yes():
    assert text_at(THING, "id") == "7"
    assert text_at(THING, "yes") == "true"
    assert text_at(THING, "empty") is None
    assert text_at(THING, "tags") is None
    assert text_at({"a": "停\ud842"}, "a") == "停?"


@pytest.mark.parametrize(
    ("value", "count"), [(3, 3), ("3", 3), (0, 0), (-1, None), (1.5, None), ("三", None)]
)
def test_a_count_is_a_whole_number(value, count):
    assert count_at({"n": value}, "n") == count


@given(
    st.text(),
    st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)),
)
def test_no_path_breaks_on_anything(path, thing):
    at(thing, path)
    text_at(thing, path)
