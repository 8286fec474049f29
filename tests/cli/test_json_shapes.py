"""What `--json` prints has the shape that docs/commands.md shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ..tree import ROOT, text_of

AD = "{{sender_name}}です。配信停止: {{opt_out_url}}"
SECTIONS = re.split(r"^### `(hub [a-z -]+)`\n", text_of(ROOT / "docs" / "commands.md"), flags=re.M)


def shown(words: str) -> Any:
    section = SECTIONS[SECTIONS.index(words) + 1]
    block = re.search(r"```json\n(.+?)```", section, re.S)
    assert block
    return json.loads(block[1])


def keys(value: Any) -> Any:
    """The shape of a value: the keys at every level; counts by code are free."""
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    if isinstance(value, dict):
        free = not value or all(isinstance(each, int | list) for each in value.values())
        return {} if free else {key: keys(each) for key, each in value.items()}
    return None


@pytest.fixture
def filled(pulled, crm, tmp_path: Path):
    """A deployment with one of everything that can be listed."""
    ad = tmp_path / "ad.txt"
    ad.write_text(AD, encoding="utf-8")
    spring = ("--purpose", "campaign", "--label", "春", "--file", str(ad))
    assert pulled("template", "add", "spring", *spring).code == 0
    signed = ("--from", "2024-04-01", "--signed-by", "佐藤", "--statement", "取得しました。")
    how = ("--purpose", "campaign", "--method", "checkbox", "--wording-file", str(ad))
    where = ("--where", "store=東京")
    assert pulled("consent", "collection", "declare", "crm", *how, *signed, *where).code == 0
    rule = ("--on", "record_added", "--template", "spring", "--via", "sms")
    assert pulled("rule", "add", "crm", *rule).code == 0
    record = f"1:{crm.records()['consented']['id']}"
    assert pulled("exclusion", "add", "crm", record).code == 0
    other = f"1:{crm.records()['not_consented']['id']}"
    assert pulled("erase", "person", "--record", "crm", other, "--confirm", "1").code == 0
    return pulled


@pytest.mark.parametrize(
    "words",
    [
        "hub audit verify",
        "hub config",
        "hub connections",
        "hub consent collection list",
        "hub consent verify",
        "hub doctor",
        "hub exclusion list",
        "hub keys list",
        "hub erase list",
        "hub optouts",
        "hub retention",
        "hub rule list",
        "hub stock",
        "hub template list",
    ],
)
def test_a_listing_looks_as_the_manual_says(filled, words):
    assert keys(filled(*words.split()[1:], "--json").json) == keys(shown(words))


def test_a_loaded_plugin_looks_as_the_manual_says(filled):
    loaded = [each for each in filled("plugin", "list", "--json").json if each["roles"]]
    assert keys(loaded) == keys(shown("hub plugin list"))


def test_what_reads_and_sends_looks_as_the_manual_says(filled, crm, tmp_path: Path):
    synced = filled("sync", "crm", "--json").json
    assert keys(synced).keys() == keys(shown("hub sync")).keys()
    others = ("--from", "crm", "--via", "sms", "--yes", "--json")
    sent = filled("send", "spring", *others).json
    # Everybody's name can be sent here, so there are no characters to tell of.
    assert sent["characters"] == []
    assert keys(sent) == keys(shown("hub send") | {"characters": []})
    record = f"1:{crm.records()['consented']['id']}"
    person = filled("consent", "show", "crm", record, "--json").json
    assert keys(person) == keys(shown("hub consent show"))
    again = filled("exclusion", "add", "crm", record, "--json").json
    assert again.keys() == shown("hub exclusion add").keys()
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("春です", encoding="utf-8")
    checked = filled("template", "lint", str(wrong), "--purpose", "campaign", "--json").json
    told = shown("hub template lint")
    told["gateways"][0]["characters"] = []
    assert keys(checked) == keys(told)


def test_what_erases_and_answers_a_person_looks_as_the_manual_says(filled, crm):
    record = ("--record", "crm", f"1:{crm.records()['consented']['id']}")
    ordered = filled("erase", "person", *record, "--confirm", "1", "--json").json
    assert keys(ordered) == keys(shown("hub erase person"))
    read = filled("person", "reread", *record, "--json").json
    assert keys(read) == keys(shown("hub person reread"))
    stopped = filled("person", "stop", *record, "--json").json
    assert keys(stopped) == keys(shown("hub person stop"))
