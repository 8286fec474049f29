"""Characters a gateway cannot carry, as the user of the commands meets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.mediasms.sandbox import MediaSandbox
from hub.testing.roster import person

WORDS = ("--from", "crm", "--via", "jis")


@pytest.fixture
def console() -> Iterator[MediaSandbox]:
    """A gateway that carries what Shift_JIS has."""
    with MediaSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def ready(pulled, console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The deployment with that gateway as `jis` and a template that names the person."""
    settings = console.connection_settings()
    monkeypatch.setenv("JIS_PASSWORD", settings["password"])
    toml = tmp_path / "plugins.toml"
    lines = [
        toml.read_text(encoding="utf-8").replace(
            '"sandbox_gateway"]', '"sandbox_gateway", "mediasms"]'
        ),
        "[connections.jis]",
        'plugin = "mediasms"',
        'label = "JIS"',
        f'base_url = "{console.base_url}"',
        f'username = "{settings["username"]}"',
        'password = { env = "JIS_PASSWORD" }',
        "long_text = true",
        "",
    ]
    toml.write_text("\n".join(lines), encoding="utf-8")
    store(pulled, tmp_path, "{{name}}様、明日お待ちしております。")
    return pulled


def store(run, folder: Path, body: str):
    file = folder / "text.txt"
    file.write_text(body + "{{sender_name}} 配信停止:{{opt_out_url}}", encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "ご案内", "--file", str(file))
    return run("template", "add", "visit", *words)


def test_a_dry_run_tells_which_characters_of_whose_record_cannot_go(ready):
    told = ready("send", "visit", *WORDS, "--dry-run", "--json").json
    found = {(each["character"], each["suggestion"]): each for each in told["characters"]}
    high = found["髙", "高"]
    assert high["field"] == "name"
    assert high["words"] == '"髙" in the field name cannot be carried by the gateway. "高" can.'
    refused = {each["code"]: each["count"] for each in told["reasons"]}
    assert 0 < high["people"] <= refused["unsupported_character"]
    first = high["examples"][0]
    number = person(int(first["record"].partition(":")[2])).e164
    assert first["number"][-4:] == number[-4:]
    assert "*" in first["number"]
    assert len(high["examples"]) <= 3


def test_a_dry_run_prints_the_character_and_never_the_name(ready):
    told = ready("send", "visit", *WORDS, "--dry-run")
    assert "Characters that cannot go:" in told.out
    assert '"髙" in the field name' in told.out
    assert "****" in told.out
    assert "髙橋" not in told.out
    assert "Units charged (estimate): " in told.out


def test_what_is_charged_is_told_beside_the_segments(ready):
    told = ready("send", "visit", "--from", "crm", "--via", "sms", "--dry-run", "--json").json
    assert told["billed_units"] == told["segments"] > 0
    assert told["characters"] == []


def test_one_person_is_refused_with_the_character_to_change(ready):
    dry = ready("send", "visit", *WORDS, "--dry-run", "--json").json
    record = dry["characters"][0]["examples"][0]["record"]
    told = ready("send", "visit", *WORDS, "--record", record)
    assert told.code == 1
    assert "The text holds a character this gateway cannot carry." in told.out
    assert "in the field name cannot be carried by the gateway." in told.out
    shown = ready("send", "visit", *WORDS, "--record", record, "--dry-run", "--json").json
    assert shown["characters"][0]["people"] == 1
    assert shown["characters"][0]["examples"][0]["record"] == record


def test_by_a_gateway_that_carries_it_the_same_person_gets_it(ready):
    dry = ready("send", "visit", *WORDS, "--dry-run", "--json").json
    record = dry["characters"][0]["examples"][0]["record"]
    told = ready("send", "visit", "--from", "crm", "--via", "sms", "--record", record)
    assert told.code == 0


def test_a_template_is_checked_against_every_gateway_in_use(ready, tmp_path):
    file = tmp_path / "sale.txt"
    file.write_text("①日だけ♡{{sender_name}} 配信停止:{{opt_out_url}}", encoding="utf-8")
    words = ("template", "lint", str(file), "--purpose", "campaign")
    told = ready(*words)
    assert told.code == 0
    assert 'jis: "①" in the text cannot be carried by the gateway. "(1)" can.' in told.err
    assert 'jis: "♡" in the text cannot be carried by the gateway. Leave it out.' in told.err
    assert "sms: " not in told.err
    gateways = {each["gateway"]: each for each in ready(*words, "--json").json["gateways"]}
    assert [each["character"] for each in gateways["jis"]["characters"]] == ["①", "♡"]
    assert gateways["sms"]["characters"] == []
    assert gateways["sms"]["units"] < gateways["jis"]["units"] <= gateways["jis"]["max_units"]


def test_such_a_template_is_stored_with_a_warning(ready, tmp_path):
    told = store(ready, tmp_path, "①日だけのご案内です。")
    assert told.code == 0
    assert 'jis: "①" in the text cannot be carried by the gateway. "(1)" can.' in told.err
