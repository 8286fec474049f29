"""`hub config`, `hub db` and `hub signin` as their user meets them."""

import re

import pytest

from hub.variables import VARIABLES


def test_it_lists_every_setting_with_default_and_meaning(run):
    told = run("config", "--json")
    assert told.code == 0
    assert [row["name"] for row in told.json] == [each.name for each in VARIABLES]
    by_name = {row["name"]: row for row in told.json}
    assert by_name["HUB_MIN_STRENGTH"]["default"] == "3"
    assert by_name["HUB_LANGUAGE"]["value"] == "en"


def test_every_meaning_is_told_in_both_languages(run, monkeypatch):
    english = run("config").out
    monkeypatch.setenv("HUB_LANGUAGE", "ja")
    japanese = run("config").out
    for each in VARIABLES:
        assert each.meaning.en in english
        assert each.meaning.ja in japanese


def test_a_secret_is_not_shown(run, monkeypatch):
    monkeypatch.setenv("HUB_REDIS_URL", "redis://:open-sesame@127.0.0.1:1/0")
    for told in (run("config"), run("config", "--json")):
        assert "open-sesame" not in told.out
        assert "(set)" in told.out


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_wrong_setting_ends_every_command_with_one_line(run, monkeypatch, language):
    monkeypatch.setenv("HUB_MIN_STRENGTH", "9")
    monkeypatch.setenv("HUB_LANGUAGE", language)
    for words in (("config",), ("connections",), ("db", "upgrade")):
        told = run(*words)
        assert told.code == 1
        assert told.err.startswith("HUB_MIN_STRENGTH")
        assert told.err.count("\n") == 1


def test_the_schema_is_made_and_made_again_without_harm(run):
    assert run("db", "upgrade").code == 0
    told = run("db", "upgrade")
    assert told.code == 0
    assert told.out.endswith("up to date\n")


def test_a_database_that_is_away_is_told_without_its_password(run, monkeypatch):
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub:open-sesame@127.0.0.1:1/hub")
    told = run("db", "upgrade")
    assert told.code == 1
    assert "The store cannot be reached" in told.err
    assert "open-sesame" not in told.out + told.err


def test_sign_in_prints_a_new_link_each_time(run, monkeypatch):
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://sms.example.jp")
    links = {run("signin").out for _ in range(2)}
    assert len(links) == 2
    for link in links:
        assert re.fullmatch(r"https://sms\.example\.jp/signin/[\w-]{43}\n", link)


def test_an_unknown_command_is_wrong_usage(run):
    told = run("sendd")
    assert told.code == 2
    assert "No such command" in told.err
