"""What a kintone connection asks for, and what it says to a wrong answer."""

from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.kintone.settings import KintoneSettings, webhook_keys
from hub.sdk import Secret, SecretText, Words

GOOD = {"domain": "acme.cybozu.com", "app": 12, "api_token": "abcDEF123"}
KEY = "Zk3v0QmT8rLx5NwYb7CdEf"


def complaint(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        KintoneSettings().load(GOOD | changes)
    return str(caught.value.messages)


def test_three_settings_are_enough() -> None:
    settings = KintoneSettings().load(GOOD)
    assert (settings["domain"], settings["app"]) == ("acme.cybozu.com", 12)
    assert settings["guest_space"] is settings["webhook_key"] is None


def test_each_setting_has_a_label_and_help_in_both_languages() -> None:
    for name, field in KintoneSettings().fields.items():
        if name != "base_url":
            assert isinstance(field.metadata["label"], Words), name
            assert isinstance(field.metadata["help"], Words), name


def test_everything_secret_is_a_secret() -> None:
    secrets = {n for n, field in KintoneSettings().fields.items() if isinstance(field, Secret)}
    assert secrets == {"api_token", "basic_password", "webhook_key"}


@pytest.mark.parametrize(
    "domain",
    [
        "acme.cybozu.com",
        "ACME.cybozu.com",
        "acme.kintone.com",
        "acme.cybozu.cn",
        "a-1.s.cybozu.com",
    ],
)
def test_a_bare_host_name_is_a_domain(domain: str) -> None:
    assert KintoneSettings().load(GOOD | {"domain": domain})["domain"] == domain


@pytest.mark.parametrize(
    "domain",
    [
        "https://acme.cybozu.com",
        "acme.cybozu.com/k/12/",
        "acme",
        "cybozu.com",
        "acme.cybozu.com.evil.example",
        "acme.cybozu.com:8443",
        "evil.example#.cybozu.com",
        "acme.cybozu.com\n",
        "",
    ],
)
def test_anything_else_is_told_what_to_write(domain: str) -> None:
    assert "write only the host name, such as acme.cybozu.com" in complaint(domain=domain)


@pytest.mark.parametrize("app", ["twelve", 0, -1, None, True])
def test_an_app_is_a_number(app: object) -> None:
    assert "app" in complaint(app=app)


@pytest.mark.parametrize("token", ["two words", "合言葉", "line\nbreak"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_repeated(token: str) -> None:
    said = complaint(api_token=token)
    assert "is no API token" in said
    assert token not in said


def test_basic_authentication_needs_both_halves() -> None:
    assert "basic_password" in complaint(basic_user="office")
    assert "basic_user" in complaint(basic_password="sesame")


@pytest.mark.parametrize("key", ["short", "a" * 40, KEY[:21], KEY + "/", f"{KEY},{KEY}x,{KEY}y"])
def test_a_webhook_key_that_can_be_guessed_is_refused(key: str) -> None:
    assert "webhook_key" in complaint(webhook_key=key)


def test_an_old_and_a_new_webhook_key_can_live_together() -> None:
    keys = KintoneSettings().load(GOOD | {"webhook_key": f"{KEY}, {KEY[::-1]}"})["webhook_key"]
    assert webhook_keys(keys) == (KEY, KEY[::-1])
    assert webhook_keys(None) == ()
    assert KEY not in repr(SecretText(KEY))


def test_another_address_is_for_development_only() -> None:
    assert "loopback" in complaint(base_url="http://kintone.example:8010")
