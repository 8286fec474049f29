import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.templates import parse, render
from hub.sdk import ConfigError


def test_fields_are_filled_with_the_recipients_values():
    template = parse("{{name}}様、{{ store }}です", ["store"])
    assert template.fields == {"name", "store"}
    assert render(template, {"name": "佐藤", "store": "新宿店"}) == "佐藤様、新宿店です"


@pytest.mark.parametrize(
    "body",
    ["{{name", "name}}", "{name}", "{{{name}}}", "{{na me}}", "{{name|upper}}", "{{1}}", "{{}}",
     "{{a.b}}", "{% if x %}", "{{name}} {", "{{{{name}}}}", "{{name\n}}"],
)  # fmt: skip
def test_anything_but_plain_fields_is_refused(body):
    with pytest.raises(ConfigError, match="belongs to no field"):
        parse(body)


def test_an_unknown_field_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match='Did you mean "store"') as told:
        parse("{{stoer}}", ["store"])
    assert "「store」" in told.value.words.ja


@pytest.mark.parametrize("character", ["\0", "\t", "\r", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused(character):
    with pytest.raises(ConfigError, match=f"U\\+{ord(character):04X}"):
        parse(f"a{character}b")


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_empty_text_is_refused(body):
    with pytest.raises(ConfigError, match="is empty"):
        parse(body)


@given(st.text(min_size=1).filter(str.strip))
def test_a_value_is_put_in_as_it_is_even_if_it_looks_like_a_field(value):
    template = parse("a{{name}}b{{store}}c", ["store"])
    text = render(template, {"name": value, "store": "{{name}}"})
    assert text == f"a{value}b{{{{name}}}}c"


@pytest.mark.parametrize("value", [None, "", " 　"])
def test_a_field_without_a_value_is_told_by_name(value):
    values = {} if value is None else {"name": value}
    with pytest.raises(KeyError, match="name"):
        render(parse("{{name}}様"), values)


@given(st.text(alphabet="{}ab \n", max_size=30))
def test_whatever_is_read_is_texts_without_braces_and_fields(body):
    try:
        template = parse(body)
    except ConfigError:
        return
    for part in template.parts:
        if isinstance(part, str):
            assert not {"{", "}"} & set(part)
