"""`hub doctor` as its user meets it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from hub.cli import checkup
from hub.cli.visit import visit
from hub.config import read_config
from hub.factory import build, system_clock


def lines(told) -> dict[str, str]:
    return {each["about"]: each["level"] for each in told.json["findings"]}


def found(told, about: str) -> str:
    return " ".join(
        f"{each['found']} {each['todo'] or ''}"
        for each in told.json["findings"]
        if each["about"] == about
    )


def test_a_deployment_in_order_has_nothing_bad(pulled, redis_url, monkeypatch):
    monkeypatch.setenv("HUB_REDIS_URL", redis_url)
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://sms.example.jp")
    told = pulled("doctor")
    assert told.code == 0
    assert told.out.endswith("\n0 bad, 0 to look at\n")
    assert "keeps an append-only file" in told.out
    assert "signed in as" in told.out
    assert "/in/crm/ " in told.out


def test_no_secret_is_shown(pulled, crm, phone):
    told = pulled("doctor", "--json")
    for secret in (phone.api_key, crm.connection_settings()["webhook_key"]):
        assert secret not in told.out + told.err


def test_a_new_folder_is_in_order_but_for_what_must_be_set(run):
    told = run("doctor", "--json")
    assert told.code == 0
    assert lines(told)["store"] == lines(told)["keys"] == "ok"
    assert lines(told)["HUB_PUBLIC_URL"] == lines(told)["sender"] == "warn"
    assert found(told, "broker") == "The embedded broker does not run. hub run starts it."


def test_a_broker_that_does_not_answer_is_bad(run, monkeypatch):
    monkeypatch.setenv("HUB_REDIS_URL", "redis://127.0.0.1:1/0")
    told = run("doctor", "--json")
    assert told.code == 1
    assert lines(told)["broker"] == "bad"


def test_a_wrong_setting_is_told_and_nothing_else_is_tried(run, monkeypatch):
    monkeypatch.setenv("HUB_PORT", "eighty")
    told = run("doctor", "--json")
    assert told.code == 1
    assert found(told, "settings").startswith("HUB_PORT: write a whole number")


def test_missing_keys_are_told(pulled, tmp_path: Path):
    (tmp_path / "var" / "hub.keys").unlink()
    told = pulled("doctor", "--json")
    assert told.code == 1
    assert lines(told)["keys"] == "bad"
    assert "Put the file back" in found(told, "keys")


def test_malformed_plugins_toml_is_told_beside_the_rest(run, tmp_path: Path):
    (tmp_path / "plugins.toml").write_text("[plugins\n")
    told = run("doctor", "--json")
    assert told.code == 1
    assert lines(told)["plugins.toml"] == "bad"
    assert lines(told)["store"] == "ok"


def test_a_plugin_that_is_not_installed_is_bad_and_the_others_are_well(run, tmp_path: Path):
    (tmp_path / "plugins.toml").write_text('[plugins]\nload = ["kintone", "kintonne"]\n')
    told = run("doctor", "--json")
    assert told.code == 1
    assert lines(told)["plugin kintone"] == "ok"
    assert 'did you mean "kintone"?' in found(told, "plugin kintonne")


def test_wrong_credentials_are_bad_for_that_connection_alone(pulled, monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", "a-token-of-no-app-00000000000000000000000")
    told = pulled("doctor", "--json")
    assert told.code == 1
    levels = [e["level"] for e in told.json["findings"] if e["about"] == "connection crm"]
    assert levels[0] == "bad"
    assert lines(told)["connection sms"] == "ok"


def test_a_parked_connection_that_signs_in_again_is_used_again(pulled, monkeypatch):
    token = os.environ["CRM_TOKEN"]
    monkeypatch.setenv("CRM_TOKEN", "a-token-of-no-app-00000000000000000000000")
    assert pulled("sync", "crm").code == 1
    assert "Parked" in pulled("connections").out
    monkeypatch.setenv("CRM_TOKEN", token)
    assert pulled("doctor").code == 0
    assert pulled("sync", "crm").code == 0


def test_a_connection_that_was_never_read_is_to_be_read(deployed):
    told = deployed("doctor", "--json")
    assert "Run hub sync crm." in found(told, "connection crm")


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://sms.example.jp", "ok"),
        ("http://sms.example.jp", "warn"),
        ("https://localhost:8000", "warn"),
        ("https://192.168.1.7", "warn"),
        ("https://[::1]:8000", "warn"),
        ("https://hub", "warn"),
        ("https://hub.internal", "warn"),
    ],
)
def test_an_address_that_others_cannot_call_is_pointed_out(url, level, tmp_path: Path):
    config = read_config({"HUB_PUBLIC_URL": url, "HUB_DATA_DIR": str(tmp_path)})
    (about, _) = checkup.settings(config)
    assert about.level == level


def test_suspended_consents_are_bad_and_say_why(pulled, crm):
    crm.lose_field("SMS許諾")
    pulled("sync", "crm")
    told = pulled("doctor", "--json")
    assert told.code == 1
    assert "mapping.consent" in found(told, "connection crm")
    assert "read it again with hub sync" in found(told, "connection crm")


def test_opt_outs_for_a_connection_the_file_no_longer_names_wait_for_it(
    pulled, crm, tmp_path: Path
):
    pulled("exclusion", "add", "crm", f"1:{crm.records()['consented']['id']}")
    (tmp_path / "plugins.toml").write_text('[plugins]\nload = ["kintone"]\n')
    told = pulled("doctor", "--json")
    assert told.code == 0
    assert lines(told)["connection crm"] in ("ok", "warn")
    assert "wait until it is back" in found(told, "connection crm")
    assert "not acknowledged" in found(told, "connection crm")


def test_what_waits_for_too_long_is_pointed_out(pulled, crm):
    pulled("exclusion", "add", "crm", f"1:{crm.records()['consented']['id']}")
    later = build(clock=lambda: system_clock() + timedelta(days=2))
    findings = visit(later, later.connections.row("crm"))
    levels = {each.found.en: (each.level, each.todo and each.todo.en) for each in findings}
    assert levels["It was last read 2 d ago."] == ("warn", "Run hub sync crm.")
    (late,) = [each for each in findings if "not acknowledged" in each.found.en]
    assert late.level == "bad"
    assert "hub optouts --open --connection crm" in (late.todo.en if late.todo else "")


@pytest.mark.parametrize(
    ("ahead", "level"), [(0, "ok"), (30, "warn"), (-30, "warn"), (3600, "bad")]
)
def test_a_clock_that_is_off_the_brokers_is_pointed_out(redis_url, tmp_path: Path, ahead, level):
    config = read_config({"HUB_REDIS_URL": redis_url, "HUB_DATA_DIR": str(tmp_path)})
    findings = checkup.broker(config, lambda: system_clock() + timedelta(seconds=ahead))
    assert [each.level for each in findings] == ["ok", level]


def test_a_broker_that_keeps_no_file_is_pointed_out(redis_url, tmp_path: Path):
    config = read_config({"HUB_REDIS_URL": redis_url, "HUB_DATA_DIR": str(tmp_path)})
    with redis.Redis.from_url(redis_url) as broker:
        broker.config_set("appendonly", "no")
        try:
            (about, _) = checkup.broker(config, system_clock)
        finally:
            broker.config_set("appendonly", "yes")
    assert about.level == "warn"
    assert "Set appendonly yes" in (about.todo.en if about.todo else "")
