import pytest
from marshmallow import ValidationError

from connectors.twilio.client import host
from connectors.twilio.settings import TwilioSettings

ACCOUNT = {"account_sid": "AC" + "0" * 32, "auth_token": "sesame"}
KEY = {"key_sid": "SK" + "a" * 32, "key_secret": "open"}


def load(**settings):
    return TwilioSettings().load(ACCOUNT | settings)


def problems(**settings):
    with pytest.raises(ValidationError) as refused:
        TwilioSettings().load(ACCOUNT | settings)
    return refused.value.messages


def test_account_token_and_sender_are_enough():
    settings = load(sender="+815012345678")

    assert (settings["rate"], settings["timeout"], settings["region"]) == (10.0, 15.0, None)


@pytest.mark.parametrize("sender", ["+815012345678", "30303", "SHOP", "My Shop 1"])
def test_a_number_a_short_code_or_a_name_can_send(sender):
    assert load(sender=sender)["sender"] == sender


@pytest.mark.parametrize("sender", ["09012345678", "ショップ", "A name that is long", "", "Shop!"])
def test_anything_else_is_no_sender(sender):
    assert "sender" in problems(sender=sender)


def test_either_a_sender_or_a_service_is_needed():
    service = "MG" + "0" * 32

    assert load(messaging_service_sid=service)["sender"] is None
    assert list(problems()) == ["sender"]
    assert list(problems(sender="SHOP", messaging_service_sid=service)) == ["sender"]


@pytest.mark.parametrize(("key", "missing"), [("key_sid", "key_secret"), ("key_secret", "key_sid")])
def test_an_api_key_is_whole_or_not_there(key, missing):
    assert load(sender="SHOP", **KEY)
    assert list(problems(sender="SHOP", **{key: KEY[key]})) == [missing]


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_sid": "SK" + "0" * 32},
        {"key_sid": "AC" + "0" * 32},
        {"messaging_service_sid": "MG1"},
        {"region": "us1.evil.example"},
        {"region": "jp"},
        {"edge": "tokyo.evil"},
        {"edge": "to kyo"},
        {"rate": 0},
        {"timeout": 60},
        {"auth_token": "two words"},
        {"base_url": "https://api.twilio.com"},
    ],
)
def test_a_wrong_setting_is_named(wrong):
    given = {"sender": "SHOP"} | (KEY if "key_sid" in wrong else {}) | wrong
    if "messaging_service_sid" in wrong:
        del given["sender"]

    assert list(problems(**given)) == list(wrong)


@pytest.mark.parametrize(
    ("region", "edge", "address"),
    [
        (None, None, "https://api.twilio.com"),
        ("ie1", "dublin", "https://api.dublin.ie1.twilio.com"),
        ("au1", None, "https://api.au1.twilio.com"),
        (None, "tokyo", "https://api.tokyo.us1.twilio.com"),
    ],
)
def test_region_and_edge_make_the_address(region, edge, address):
    assert host(region, edge) == address


def test_the_secrets_do_not_show():
    assert "sesame" not in repr(load(sender="SHOP"))


def test_each_setting_has_a_label_and_a_help_sentence_in_both_languages():
    for name, setting in TwilioSettings().fields.items():
        if name != "base_url":
            assert setting.metadata["label"].ja
            assert setting.metadata["help"].en.endswith(".")
            assert setting.metadata["help"].ja.endswith("。")
