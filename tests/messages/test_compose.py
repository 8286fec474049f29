import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.compose import Composed, Problem, compose, values_for
from hub.messages.misfits import Misfit
from hub.messages.segments import carries, gateway_units
from hub.messages.templates import parse
from hub.sdk import GatewayProfile

PROFILE = GatewayProfile(max_units=70)


def test_a_text_is_given_with_its_length():
    found = compose(parse("{{name}}様"), {"name": "佐藤"}, PROFILE)
    assert found == Composed(text="佐藤様", segments=1, units=3, billed=1)


@pytest.mark.parametrize(
    ("values", "profile", "problem"),
    [
        ({}, PROFILE, Problem(code="merge_field_empty", about="name")),
        ({"name": "𠮷﨑"}, GatewayProfile(counting="sjis_bytes"),
         Problem(code="unsupported_character", misfits=(
             Misfit(char="𠮷", place="name", suggestion="吉"),
             Misfit(char="﨑", place="name", suggestion="崎")))),
        ({"name": "あ" * 70}, PROFILE, Problem(code="too_long", about="71")),
    ],
)  # fmt: skip
def test_what_keeps_one_recipient_from_a_text_is_told(values, profile, problem):
    assert compose(parse("{{name}}様"), values, profile) == problem


def test_what_is_charged_is_told_by_the_gateways_own_rule():
    profile = GatewayProfile(billing="per_70")
    found = compose(parse("{{name}}様"), {"name": "あ" * 138}, profile)
    assert isinstance(found, Composed)
    assert (found.segments, found.billed) == (3, 2)


def test_a_persons_name_is_in_no_representation():
    found = compose(parse("{{name}}様"), {"name": "佐藤"}, PROFILE)
    assert "佐藤" not in repr(found)


def test_an_attribute_cannot_stand_in_for_what_the_hub_fills_in():
    values = values_for(
        sender_name="株式会社ハブ",
        sender_page="https://example.jp/s",
        opt_out_url="https://example.jp/o/x",
        name="佐藤",
        attributes={"sender_name": "別会社", "opt_out_url": "https://bad.example", "store": "本店"},
    )
    assert values["sender_page"] == "https://example.jp/s"
    assert values["sender_name"] == "株式会社ハブ"
    assert values["opt_out_url"] == "https://example.jp/o/x"
    assert values["store"] == "本店"


@given(st.text(max_size=100), st.sampled_from(["utf16", "sjis_bytes", "cp932_bytes"]))
def test_whatever_is_composed_is_what_the_gateway_carries(name, counting):
    profile = GatewayProfile(max_units=70, counting=counting)
    found = compose(parse("{{name}}様"), {"name": name}, profile)
    if isinstance(found, Composed):
        assert found.text == f"{name}様"
        assert carries(found.text, profile)
        assert gateway_units(found.text, profile) <= 70
