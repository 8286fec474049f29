"""`hub prepare`: what a platform needs is made on request, and asking twice makes nothing twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.zendesk.sandbox import ZendeskSandbox


@pytest.fixture
def desk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(people=20, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def deployed(run, desk: ZendeskSandbox, crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The commands on a hub with a Zendesk that lacks a user field, and a kintone."""
    desk.lose_field("sms_consent_source")
    settings = desk.connection_settings()
    monkeypatch.setenv("DESK_SECRET", settings["client_secret"])
    monkeypatch.setenv("CRM_TOKEN", crm.connection_settings()["api_token"])
    (tmp_path / "plugins.toml").write_text(
        f"""
[plugins]
load = ["kintone", "zendesk"]

[connections.desk]
plugin = "zendesk"
subdomain = "{settings["subdomain"]}"
auth = "oauth"
client_id = "{settings["client_id"]}"
client_secret = {{ env = "DESK_SECRET" }}
base_url = "{desk.base_url}"

[connections.crm]
plugin = "kintone"
domain = "sandbox.cybozu.com"
app = 1
api_token = {{ env = "CRM_TOKEN" }}
base_url = "{crm.base_url}"
""",
        encoding="utf-8",
    )
    return run


def states(told) -> dict[str, str]:
    return {line.split()[1]: line.split()[0] for line in told.out.splitlines()[:3]}


def test_it_shows_what_is_there_and_what_is_missing(deployed) -> None:
    told = deployed("prepare", "desk")
    assert told.code == 0
    assert states(told) == {"user_fields": "missing", "events": "missing", "tickets": "missing"}
    assert "hub prepare desk STEP" in told.out + told.err


def test_all_makes_what_is_missing_and_shows_each_secret_once(deployed) -> None:
    made = deployed("prepare", "desk", "--all", "--json").json
    assert [each["key"] for each in made["made"]] == ["user_fields", "events", "tickets"]
    assert all(each["made"] for each in made["made"])
    assert all(each["there"] for each in made["steps"])
    secrets = [each["settings"].get("webhook_secret") for each in made["made"][1:]]
    assert len(set(secrets)) == 2
    again = deployed("prepare", "desk", "--all", "--json").json
    assert again["made"] == []


def test_where_all_is_there_it_says_nothing_of_making(deployed) -> None:
    deployed("prepare", "desk", "--all")
    told = deployed("prepare", "desk")
    assert set(states(told).values()) == {"there"}
    assert "hub prepare desk STEP" not in told.out + told.err


def test_a_step_that_is_there_already_is_told_so(deployed) -> None:
    deployed("prepare", "desk", "events")
    told = deployed("prepare", "desk", "events")
    assert "events: was there already." in told.out + told.err


def test_an_unknown_step_names_those_there_are(deployed) -> None:
    told = deployed("prepare", "desk", "everything")
    assert told.code == 1
    assert "user_fields, events, tickets" in told.err


def test_a_platform_that_is_prepared_by_hand_says_so(deployed) -> None:
    told = deployed("prepare", "crm")
    assert told.code == 1
    assert "Follow its manual." in told.err


def test_what_was_made_is_in_the_trail_without_its_secret(deployed) -> None:
    from hub.factory import build

    secret = deployed("prepare", "desk", "events", "--json").json["made"][0]["settings"]
    with build().database.read() as tx:
        rows = tx.exec_driver_sql("SELECT action, object, detail FROM audit").all()
    told = json.dumps([list(row) for row in rows], default=str)
    assert "connection.prepare.events" in told
    assert secret["webhook_secret"] not in told
