"""What `hub doctor` and its like tell of one connection: an org with limits and a mapping."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.salesforce.sandbox import SalesforceSandbox

from .conftest import Run

MAPPING = """
[connections.org.mapping]
phone = "MobilePhone"
consent = "SMS_Opt_In__c"
consent_yes = ["true"]
consent_at = "SMS_Consent_Date__c"
opt_out = "SMS_Opt_Out__c"
opt_out_value = ["true"]
purpose = "campaign"
"""


@pytest.fixture
def org() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox(people=60) as sandbox:
        yield sandbox


@pytest.fixture
def connected(
    run: Run, org: SalesforceSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Run]:
    """A deployment with the org as its connection `org`, and the mapping one gives."""
    settings = {**org.connection_settings()}
    del settings["mapping"]
    monkeypatch.setenv("ORG_KEY", settings.pop("private_key"))
    monkeypatch.setenv("ORG_HOOK", settings.pop("webhook_secret"))
    lines = [
        '[plugins]\nload = ["salesforce"]\n[connections.org]\nplugin = "salesforce"',
        'label = "Org"\nprivate_key = { env = "ORG_KEY" }\nwebhook_secret = { env = "ORG_HOOK" }',
        *(f"{key} = {json.dumps(value)}" for key, value in settings.items()),
    ]

    def with_mapping(mapping: str) -> Run:
        text = "\n".join([*lines, mapping])
        (tmp_path / "plugins.toml").write_text(text, encoding="utf-8")
        return run

    return with_mapping


def findings(run: Run) -> list[dict[str, str]]:
    told = run("doctor", "--json")
    return [each for each in told.json["findings"] if each["about"] == "connection org"]


def test_every_mapped_field_that_does_not_fit_has_a_line(connected, org: SalesforceSandbox):
    org.org.tables["Lead"].about.lose("SMS_Opt_In__c")
    org.org.tables["Contact"].about.change("SMS_Opt_Out__c", locked=True)
    wrong = MAPPING.replace('"SMS_Consent_Date__c"', '"Email"')
    told = [each["found"] for each in findings(connected(wrong)) if each["level"] == "bad"]
    keys = [sentence.partition(": ")[0].removeprefix("connections.org.") for sentence in told]
    assert keys == [
        "mapping.consent_at",
        "mapping.consent",
        "mapping.consent_at",
        "mapping.opt_out",
    ]


def test_the_calls_of_the_day_are_shown_and_warned_about_from_four_fifths_on(
    connected, org: SalesforceSandbox
):
    run = connected(MAPPING)
    calm = [each for each in findings(run) if "API calls" in each["found"]]
    assert [each["level"] for each in calm] == ["ok"]
    assert "of 15,000 used (0 %)" in calm[0]["found"]
    org.org.most_calls = 1_000
    while org.org.used() < 850:
        # Others of the org's integrations.
        org.org.count_call()
    high = [each for each in findings(run) if "API calls" in each["found"]]
    assert [each["level"] for each in high] == ["warn"]
    assert "Near the limit its reading waits" in (high[0]["todo"] or "")
    told = run("connections")
    assert "USED" in told.out
    assert "  org: API calls of the org in 24 hours:" in told.out


def test_a_pull_keeps_what_it_was_told_of_the_limit(connected, org: SalesforceSandbox):
    run = connected(MAPPING)
    assert run("connections", "--json").json[0]["usage"] is None
    assert run("sync", "org").code == 0
    usage = run("connections", "--json").json[0]["usage"]
    assert usage["limit"] == 15_000
    assert 0 < usage["used"] <= org.org.used()
    assert usage["at"].endswith("+00:00")


def test_advice_is_a_line_of_its_own_and_listed(connected, org: SalesforceSandbox):
    org.org.tables["Task"].about.change("Subject", locked=True)
    run = connected(MAPPING)
    advised = [each for each in findings(run) if "cannot leave tasks" in each["found"]]
    assert [each["level"] for each in advised] == ["warn"]
    assert "Subject" in run("connections", "--json").json[0]["advice"][0]
    org.org.tables["Task"].about.change("Subject", locked=False)
    findings(run)
    assert run("connections", "--json").json[0]["advice"] == []


def test_a_field_one_object_names_otherwise_is_kept_over_a_restart(
    connected, org: SalesforceSandbox
):
    lead = '[connections.org.mapping.objects.Lead]\nconsent = "No_Such__c"\n'
    told = [each["found"] for each in findings(connected(MAPPING + lead)) if each["level"] == "bad"]
    assert len(told) == 1
    assert told[0].startswith("connections.org.mapping.objects.Lead.consent: Lead has no field")
