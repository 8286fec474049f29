"""`hub rule` as its user meets it."""

from pathlib import Path

import pytest

WORDS = ("--on", "record_added", "--template", "thanks", "--via", "sms")


@pytest.fixture
def ready(pulled, tmp_path: Path):
    """The deployment with the template `thanks` for bookings."""
    file = tmp_path / "thanks.txt"
    file.write_text("{{name}}様、ご予約ありがとうございます。", encoding="utf-8")
    words = ("--purpose", "booking", "--label", "お礼", "--file", str(file))
    assert pulled("template", "add", "thanks", *words).code == 0
    return pulled


def test_without_any_it_says_how_to_add_one(run):
    told = run("rule", "list")
    assert (told.code, told.out) == (0, "There are no rules yet. Add one with hub rule add.\n")


def test_a_rule_is_on_at_once_and_listed(ready):
    words = (*WORDS, "--once-per-record", "--where", "store=東京")
    told = ready("rule", "add", "crm", *words)
    assert (told.code, told.out) == (0, "Rule 1 is on.\n")
    (listed,) = ready("rule", "list", "--json").json
    assert (listed["connection"], listed["event"], listed["via"]) == ("crm", "record_added", "sms")
    assert listed["enabled"]
    assert listed["once_per_record"]
    assert listed["where"] == {"store": ["東京"]}
    assert "store=東京" in ready("rule", "list").out


def test_a_rule_can_be_turned_off_and_on(ready):
    ready("rule", "add", "crm", *WORDS)
    assert ready("rule", "off", "1").out == "Rule 1 is off.\n"
    assert not ready("rule", "list", "--json").json[0]["enabled"]
    assert ready("rule", "on", "1", "--json").json == {"id": 1, "enabled": True}
    assert ready("rule", "list", "--json").json[0]["enabled"]


def test_a_rule_that_is_not_there_is_told(ready):
    told = ready("rule", "off", "7")
    assert told.code == 1
    assert told.err == "There is no rule 7. See hub rule list.\n"


@pytest.mark.parametrize(
    ("connection", "words", "code", "told"),
    [
        ("sms", WORDS, 1, '"SMS" tells of no events.'),
        ("crm", (*WORDS[:-1], "crm"), 1, "sends no messages"),
        ("crm", ("--on", "x", "--template", "nope", "--via", "sms"), 1, 'no template "nope"'),
        ("crm", (*WORDS, "--where", "shop=1"), 2, "The attributes of crm are: store"),
    ],
)
def test_a_rule_that_could_never_work_is_refused(ready, connection, words, code, told):
    answer = ready("rule", "add", connection, *words)
    assert answer.code == code
    assert told in answer.err
    assert ready("rule", "list", "--json").json == []
