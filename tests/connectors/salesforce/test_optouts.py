"""Opt-outs reach the record, its Individual or its consent rows, or the people who work with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.optouts import SalesforceOptOuts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Change, OptOut, Outcome, OutcomeState, Ref
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind

from .conftest import Connect, Town
from .test_contacts import BESIDE, POINT

AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
NONE = {"opt_out_at": None}


def opt_out(ref: Ref, change: Change = Change.OPT_OUT, at: datetime = AT, **more: Any) -> OptOut:
    return OptOut(
        id=f"{change}-{ref.id}",
        ref=ref,
        change=change,
        scope="promotional",
        channel="page",
        at=at,
        **more,
    )


def restore(ref: Ref, at: datetime = AT, **more: Any) -> OptOut:
    return opt_out(ref, Change.RESTORE, at, **more)


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture
def person(salesforce: SalesforceSandbox) -> Ref:
    """Somebody who agreed and is not opted out."""
    return Ref("Contact", str(salesforce.records()["consented"]["id"]))


def writes(salesforce: SalesforceSandbox) -> int:
    return len([call for call in salesforce.calls() if call.method == "PATCH"])


def test_the_box_is_ticked_and_dated_with_the_persons_own_time(
    connect: Connect, town: Town, person: Ref
) -> None:
    outcome = only(SalesforceOptOuts(connect()).record([opt_out(person)]))

    assert outcome.state is OutcomeState.DONE
    assert outcome.confirmed
    assert town.values(person.id)["SMS_Opt_Out__c"] is True
    assert town.values(person.id)["SMS_Opt_Out_Date__c"].startswith("2026-01-13T01:00:20")


def test_the_version_of_the_write_is_the_one_the_next_pull_reads(
    connect: Connect, person: Ref
) -> None:
    outcome = only(SalesforceOptOuts(connect()).record([opt_out(person)]))
    contact = SalesforceContacts(connect()).get([person])[person]

    assert contact is not None
    assert outcome.version == contact.version


def test_twice_is_one_write(salesforce: SalesforceSandbox, connect: Connect, person: Ref) -> None:
    sink = SalesforceOptOuts(connect())
    sink.record([opt_out(person)])
    before = writes(salesforce)
    again = only(sink.record([opt_out(person)]))

    assert again.state is OutcomeState.DONE
    assert again.confirmed
    assert writes(salesforce) == before


def test_many_records_are_one_call(
    salesforce: SalesforceSandbox, connect: Connect, town: Town
) -> None:
    refs = [Ref("Contact", row["Id"]) for row in town.all("Contact")]
    refs += [Ref("Lead", row["Id"]) for row in town.all("Lead")]
    outcomes = SalesforceOptOuts(connect()).record([opt_out(ref) for ref in refs])

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert writes(salesforce) == 1


def test_a_locked_row_waits_and_its_neighbours_are_written(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, person: Ref
) -> None:
    other = next(
        Ref("Contact", row["Id"])
        for row in town.all("Contact")
        if row["Id"] != person.id and not row["SMS_Opt_Out__c"]
    )
    salesforce.org.trouble.locked[person.id] = 1
    sink = SalesforceOptOuts(connect())
    states = [outcome.state for outcome in sink.record([opt_out(person), opt_out(other)])]

    assert states == [OutcomeState.LATER, OutcomeState.DONE]
    assert only(sink.record([opt_out(person)])).state is OutcomeState.DONE


def test_a_validation_rule_is_told_and_people_are_asked_once(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, person: Ref
) -> None:
    salesforce.org.trouble.rules["Contact"] = ("店舗を入力してください", "Store__c")
    sink = SalesforceOptOuts(connect())
    first = only(sink.record([opt_out(person)]))
    again = only(sink.record([opt_out(person)]))

    assert first.state is again.state is OutcomeState.BLOCKED
    assert first.why is not None
    assert "validation rule" in first.why.en
    assert "店舗を入力" not in first.why.ja + first.why.en
    asked = [task for task in town.all("Task") if task["WhoId"] == person.id]
    assert [task["Status"] for task in asked] == ["Not Started"]


def test_a_field_nobody_may_write_is_told(
    salesforce: SalesforceSandbox, connect: Connect, person: Ref
) -> None:
    salesforce.org.tables["Contact"].about.change("SMS_Opt_Out__c", written=False)
    outcome = only(SalesforceOptOuts(connect()).record([opt_out(person)]))

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "Edit" in outcome.why.en


def test_a_broken_consent_field_keeps_no_opt_out_back(
    salesforce: SalesforceSandbox, connect: Connect, person: Ref
) -> None:
    salesforce.org.tables["Contact"].about.lose("SMS_Opt_In__c")

    assert only(SalesforceOptOuts(connect()).record([opt_out(person)])).state is OutcomeState.DONE


def test_the_opt_out_of_a_merged_record_goes_to_the_winner(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, person: Ref
) -> None:
    winner = str(salesforce.records()["not_consented"]["id"])
    town.delete(person.id, MasterRecordId=winner)
    outcome = only(SalesforceOptOuts(connect()).record([opt_out(person)]))

    assert outcome.state is OutcomeState.DONE
    assert town.values(winner)["SMS_Opt_Out__c"] is True


def test_a_deleted_record_is_gone(connect: Connect, town: Town, person: Ref) -> None:
    town.delete(person.id)

    assert only(SalesforceOptOuts(connect()).record([opt_out(person)])).state is OutcomeState.GONE


@pytest.mark.parametrize("mapping", [BESIDE, POINT], ids=["type", "point"])
def test_a_consent_row_is_set_to_opt_out(
    connect: Connect, person: Ref, mapping: dict[str, Any]
) -> None:
    connection = connect(mapping)
    outcome = only(SalesforceOptOuts(connection).record([opt_out(person)]))
    contact = SalesforceContacts(connection).get([person])[person]

    assert outcome.state is OutcomeState.DONE
    assert outcome.confirmed
    assert contact is not None
    assert contact.opt_out is not None
    assert contact.opt_out.out
    assert contact.opt_out.at == AT
    assert outcome.version == contact.version


@pytest.mark.parametrize("mapping", [BESIDE, POINT], ids=["type", "point"])
def test_a_consent_row_is_made_where_there_is_none_and_once(
    salesforce: SalesforceSandbox,
    connect: Connect,
    town: Town,
    mapping: dict[str, Any],
) -> None:
    ref = Ref("Contact", str(salesforce.records()["not_consented"]["id"]))
    sink = SalesforceOptOuts(connect(mapping))
    object_ = mapping["consent"].partition(":")[0]
    before = len(town.all(object_))
    states = [only(sink.record([opt_out(ref)])).state for _ in range(2)]

    assert states == [OutcomeState.DONE, OutcomeState.DONE]
    assert len(town.all(object_)) == before + 1


def test_field_and_consent_row_are_both_written_where_both_are_mapped(
    connect: Connect, town: Town, person: Ref
) -> None:
    beside = {key: value for key, value in BESIDE.items() if not key.startswith("opt_out")}
    outcome = only(SalesforceOptOuts(connect(beside)).record([opt_out(person)]))
    individual = town.values(person.id)["IndividualId"]
    rows = [row for row in town.all("ContactPointTypeConsent") if row["PartyId"] == individual]

    assert outcome.state is OutcomeState.DONE
    assert town.values(person.id)["SMS_Opt_Out__c"] is True
    assert {row["PrivacyConsentStatus"] for row in rows} == {"OptOut"}


def test_a_record_without_an_individual_is_told(connect: Connect, town: Town, person: Ref) -> None:
    town.set(person.id, IndividualId=None)
    outcome = only(SalesforceOptOuts(connect(BESIDE)).record([opt_out(person)]))

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "Individual" in outcome.why.en


def test_the_individuals_own_box_is_ticked(connect: Connect, town: Town, person: Ref) -> None:
    mapping = {"opt_out": "Individual.HasOptedOutSolicit", "opt_out_at": None}
    outcome = only(SalesforceOptOuts(connect(mapping)).record([opt_out(person)]))

    assert outcome.state is OutcomeState.DONE
    assert town.values(town.values(person.id)["IndividualId"])["HasOptedOutSolicit"] is True


def test_a_restore_takes_back_what_is_older_by_its_own_date(
    connect: Connect, town: Town, person: Ref
) -> None:
    SalesforceOptOuts(connect()).record([opt_out(person)])
    later = restore(person, AT + timedelta(days=1))
    outcome = only(SalesforceOptOuts(connect()).record([later]))

    assert outcome.state is OutcomeState.DONE
    assert town.values(person.id)["SMS_Opt_Out__c"] is False
    assert town.values(person.id)["SMS_Opt_Out_Date__c"] is None


def test_a_restore_never_overwrites_a_later_opt_out(
    connect: Connect, town: Town, clock: SandboxClock, person: Ref
) -> None:
    sink = SalesforceOptOuts(connect(NONE))
    mine = only(sink.record([opt_out(person)]))
    clock.advance(60)
    town.set(person.id, SMS_Opt_Out__c=True)
    outcome = only(sink.record([restore(person, AT + timedelta(days=1), version=mine.version)]))

    assert outcome.state is OutcomeState.BLOCKED
    assert town.values(person.id)["SMS_Opt_Out__c"] is True


def test_a_restore_takes_back_the_hubs_own_untouched_write(
    connect: Connect, town: Town, person: Ref
) -> None:
    mine = only(SalesforceOptOuts(connect(NONE)).record([opt_out(person)]))
    again = restore(person, AT + timedelta(days=1), version=mine.version)
    outcome = only(SalesforceOptOuts(connect(NONE)).record([again]))

    assert outcome.state is OutcomeState.DONE
    assert town.values(person.id)["SMS_Opt_Out__c"] is False


def test_a_restore_of_a_consent_row_is_never_a_yes(
    connect: Connect, town: Town, person: Ref
) -> None:
    SalesforceOptOuts(connect(BESIDE)).record([opt_out(person)])
    again = restore(person, AT + timedelta(days=1))
    outcome = only(SalesforceOptOuts(connect(BESIDE)).record([again]))
    individual = town.values(person.id)["IndividualId"]
    rows = [row for row in town.all("ContactPointTypeConsent") if row["PartyId"] == individual]

    assert outcome.state is OutcomeState.DONE
    assert {row["PrivacyConsentStatus"] for row in rows} == {"Seen"}


def test_an_answer_that_never_came_leaves_the_push_open(
    salesforce: SalesforceSandbox, connect: Connect, person: Ref
) -> None:
    sink = SalesforceOptOuts(connect())
    salesforce.faults.add(
        Fault(kind=FaultKind.DROP, after=True, path="composite/sobjects", times=1)
    )

    assert only(sink.record([opt_out(person)])).state is OutcomeState.LATER
    assert only(sink.record([opt_out(person)])).state is OutcomeState.DONE
