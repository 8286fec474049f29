"""`hub user`, `hub site` and `hub allow-list` as an administrator at the terminal meets them."""

import re

import pytest

from .test_json_shapes import keys, shown

MORE = ("--site", "tokyo", "--right", "export")


@pytest.fixture
def sites(run):
    for key in ("tokyo", "osaka"):
        assert run("site", "add", key).code == 0
    return run


def test_an_invited_user_is_listed_with_sites_and_rights(sites):
    told = sites("user", "invite", "Sato@example.jp", "--label", "佐藤", *MORE)
    assert re.fullmatch(r"http://localhost:8000/invitation/[\w-]{43}\n", told.out)
    assert "works once" in told.err
    (row,) = sites("user", "list", "--json").json
    assert row["login"] == "sato@example.jp"
    assert (row["role"], row["sites"], row["rights"]) == ("operator", ["tokyo"], ["export"])
    assert row["invited"]
    assert "invited" in sites("user", "list").out


def test_sites_role_and_rights_are_changed_one_by_one(sites):
    sites("user", "invite", "sato")
    assert sites("user", "sites", "sato", "osaka", "tokyo", "--json").json["sites"] == [
        "osaka",
        "tokyo",
    ]
    assert sites("user", "sites", "sato", "--json").json["sites"] == []
    assert sites("user", "rights", "sato", "see_numbers", "--json").json["rights"] == [
        "see_numbers"
    ]
    assert sites("user", "role", "sato", "administrator", "--json").json["role"] == "administrator"


def test_a_disabled_user_can_be_enabled_again(run):
    run("user", "invite", "sato")
    assert run("user", "disable", "sato", "--json").json["disabled_at"]
    assert "disabled" in run("user", "list").out
    assert run("user", "enable", "sato", "--json").json["disabled_at"] is None


def test_the_last_administrator_stays(run):
    run("signin")
    told = run("user", "disable", "administrator")
    assert told.code == 1
    assert "last administrator" in told.err
    assert run("user", "role", "administrator", "operator").code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("user", "invite", "a b"), 1),
        (("user", "invite", "sato", "--site", "nowhere"), 1),
        (("user", "invite", "sato", "--right", "everything"), 2),
        (("user", "link", "nobody"), 1),
        (("user", "role", "nobody", "operator"), 1),
        (("site", "add", "東京"), 2),
        (("allow-list", "add", "operator", "here"), 1),
        (("allow-list", "add", "everybody", "192.0.2.1"), 2),
        (("allow-list", "remove", "operator"), 2),
    ],
)
def test_what_cannot_be_done_is_told_and_not_done(run, words, code):
    assert run(*words).code == code
    assert run("user", "list", "--json").json == []


def test_networks_come_and_go_in_one_spelling(run):
    assert run("allow-list", "add", "operator", "192.0.2.77/24", "::ffff:203.0.113.1").code == 0
    lists = run("allow-list", "list", "--json").json
    assert lists["operator"] == ["192.0.2.0/24", "203.0.113.1/32"]
    assert "anywhere" in run("allow-list", "list").out
    run("allow-list", "remove", "operator", "203.0.113.1")
    assert run("allow-list", "list", "--json").json["operator"] == ["192.0.2.0/24"]
    assert run("allow-list", "remove", "operator", "--all", "--json").json["operator"] == []


def test_their_json_looks_as_the_manual_says(sites):
    assert keys(sites("user", "invite", "sato", *MORE, "--json").json) == keys(
        shown("hub user invite")
    )
    assert sites("allow-list", "add", "administrator", "203.0.113.0/24").code == 0
    for words in ("user list", "site list", "allow-list list"):
        assert keys(sites(*words.split(), "--json").json) == keys(shown(f"hub {words}"))
    for act in ("link", "reset-two-step", "sign-out", "disable", "enable"):
        words = ("user", act, "sato", "--json")
        assert keys(sites(*words).json) == keys(shown(f"hub user {act}"))
    on = sites("user", "demand-two-step", "on", "--json").json
    assert on == shown("hub user demand-two-step")
    assert sites("user", "demand-two-step", "off", "--json").json == {"demanded": False}


def test_everything_done_leaves_a_row(sites):
    sites("user", "invite", "sato")
    sites("user", "reset-two-step", "sato")
    sites("allow-list", "add", "api", "192.0.2.0/24")
    acts = [row["action"] for row in sites("audit", "list", "--json").json]
    for act in ("site.added", "user.invited", "two_step.reset", "allow_list.changed"):
        assert act in acts
