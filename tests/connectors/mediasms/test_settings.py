import pytest
from marshmallow import ValidationError

from connectors.mediasms.settings import MOST_REQUESTS, MediaSettings

USER = {"username": "shop_api", "password": "secret-01"}


def test_user_and_password_are_enough():
    settings = MediaSettings().load(USER)

    assert settings["host"] == "www.sms-console.jp"
    assert settings["rate"] + settings["burst"] <= MOST_REQUESTS
    assert (settings["long_text"], settings["replies"], settings["callback_key"]) == (
        False,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "https://www.sms-console.jp"),
        ("host", "www.sms-console.jp/api/"),
        ("host", "localhost"),
        ("host", "192.0.2.1"),
        ("username", "a"),
        ("username", "a:b"),
        ("username", "x" * 21),
        ("username", "shop\n"),
        ("password", "short"),
        ("password", "with space"),
        ("password", "パスワード123"),
        ("callback_key", "k" * 21),
        ("callback_key", "key/with/slashes/0123456789"),
        ("callback_addresses", ["203.0.113.300"]),
        ("callback_addresses", ["203.0.113.1/24"]),
        ("sender_title", "123456"),
        ("sender_title", "日本語"),
        ("sender_title", "TooLongATitle"),
        ("number_style", "e164"),
        ("smsid_prefix", "A-1"),
        ("smsid_prefix", "toolong09"),
        ("rate", 0),
        ("burst", 0),
        ("parallel", 0),
        ("timeout", 16),
        ("base_url", "https://www.sms-console.jp"),
    ],
)
def test_what_the_console_would_refuse_is_told_before(key, value):
    with pytest.raises(ValidationError) as refused:
        MediaSettings().load(USER | {key: value})

    assert list(refused.value.messages) == [key]
    assert "pattern" not in str(refused.value.messages)


def test_no_secret_shows_in_the_settings():
    settings = MediaSettings().load(USER | {"callback_key": "k" * 22})

    assert "secret-01" not in repr(settings)
    assert "k" * 22 not in repr(settings)


def test_each_setting_of_its_own_has_label_and_help_in_both_languages():
    for name, setting in MediaSettings().fields.items():
        if name != "base_url":
            assert setting.metadata["label"].ja
            assert setting.metadata["help"].ja.endswith("。")
            assert setting.metadata["help"].en.endswith(".")
