"""Everybody is read once; what changes comes again, and what goes takes its refusal along."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.salesforce import bulk
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Answer, ConfigError, Page, Ref, SourceContact
from hub.testing.clock import SandboxClock

from .conftest import Connect, Town

BESIDE = {
    "consent": "ContactPointTypeConsent:SMSキャンペーン",
    "consent_yes": ["OptIn"],
    "consent_at": None,
    "consent_until": None,
    "consent_method": None,
    "opt_out": "ContactPointTypeConsent:SMSキャンペーン",
    "opt_out_value": ["OptOut"],
    "opt_out_at": None,
}
POINT = {
    key: value.replace("TypeConsent", "Consent") if isinstance(value, str) else value
    for key, value in BESIDE.items()
}


def walk(
    source: SalesforceContacts, cursor: str | None = None
) -> tuple[dict[Ref, SourceContact], list[Page[SourceContact]]]:
    pages: list[Page[SourceContact]] = []
    while True:
        page = source.changed(cursor)
        pages.append(page)
        cursor = page.cursor
        if page.done:
            return {each.ref: each for page in pages for each in page.items}, pages


def calls(salesforce: SalesforceSandbox, part: str) -> int:
    return len([call for call in salesforce.calls() if part in call.path])


@pytest.fixture
def agreed(salesforce: SalesforceSandbox) -> Ref:
    return Ref("Contact", str(salesforce.records()["consented"]["id"]))


def test_contacts_and_leads_are_read_with_what_they_agreed_to(
    salesforce: SalesforceSandbox, connect: Connect, agreed: Ref
) -> None:
    found, _ = walk(SalesforceContacts(connect()))

    assert {ref.object for ref in found} == {"Contact", "Lead"}
    reading = found[agreed].consents[0]
    assert reading.answer is Answer.YES
    assert reading.at is not None
    assert reading.wording
    assert reading.default_ticked is False


def test_a_large_object_is_read_by_bulk_to_the_same_people(
    salesforce: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pages, _ = walk(SalesforceContacts(connect()))
    monkeypatch.setattr("connectors.salesforce.contacts.ABOVE", 10)
    monkeypatch.setattr(bulk, "ROWS", 50)
    by_bulk, pages = walk(SalesforceContacts(connect()))

    assert by_bulk == by_pages
    assert calls(salesforce, "/results") >= 3
    assert max(len(page.items) for page in pages) <= 50


def test_a_bulk_result_that_is_gone_is_read_by_pages(
    salesforce: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.salesforce.contacts.ABOVE", 10)
    connection = connect()
    source = SalesforceContacts(connection)
    first = source.changed(None)
    client = SalesforceClient(connection)
    assert first.cursor is not None
    job = first.cursor.partition('"job":"')[2].partition('"')[0]
    client.call("DELETE", f"jobs/query/{job}")

    found, _ = walk(source, first.cursor)

    assert len(found) == salesforce.records()["people"]["count"]


def test_a_change_comes_with_the_next_round_and_an_old_one_does_not(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    clock.set(clock() + timedelta(hours=1))
    town.set(agreed.id, SMS_Opt_In__c=False)

    found, _ = walk(source, pages[-1].cursor)

    assert set(found) == {agreed}
    assert found[agreed].consents[0].answer is Answer.SILENT


def test_a_row_that_is_committed_late_with_an_old_stamp_is_read(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    began = clock()
    clock.set(began + timedelta(minutes=5))
    _, pages = walk(source, pages[-1].cursor)
    clock.set(began)
    town.set(agreed.id, SMS_Opt_Out__c=True)
    clock.set(began + timedelta(minutes=9))

    found, _ = walk(source, pages[-1].cursor)

    assert found[agreed].opt_out is not None
    assert found[agreed].opt_out.out


def test_many_rows_with_one_stamp_are_all_read(
    salesforce: SalesforceSandbox,
    connect: Connect,
    town: Town,
    clock: SandboxClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.salesforce.soql.PAGE", 7)
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    clock.set(clock() + timedelta(hours=1))
    ids = [row["Id"] for row in town.all("Contact")][:40]
    for id_ in ids:
        town.set(id_, Store__c="名古屋")

    found, _ = walk(source, pages[-1].cursor)

    assert {ref.id for ref in found} == set(ids)


def test_a_deleted_record_is_told_as_gone(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    clock.set(clock() + timedelta(hours=1))
    town.delete(agreed.id)

    found, pages = walk(source, pages[-1].cursor)

    assert found == {}
    assert [ref for page in pages for ref in page.gone] == [agreed]
    assert source.get([agreed]) == {agreed: None}


def test_the_winner_of_a_merge_says_the_losers_no(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    loser = Ref("Contact", str(salesforce.records()["withdrawn"]["id"]))
    clock.set(clock() + timedelta(hours=1))
    town.delete(loser.id, MasterRecordId=agreed.id)

    found, pages = walk(source, pages[-1].cursor)

    assert found[agreed].opt_out is not None
    assert found[agreed].opt_out.out
    assert not any(each.answer is Answer.YES for each in found[loser].consents)
    assert [ref for page in pages for ref in page.gone] == [loser]


def test_a_yes_is_not_inherited_in_a_merge(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    silent = Ref("Contact", str(salesforce.records()["not_consented"]["id"]))
    clock.set(clock() + timedelta(hours=1))
    town.delete(agreed.id, MasterRecordId=silent.id)

    found, _ = walk(source, pages[-1].cursor)

    assert agreed not in found
    assert source.get([silent])[silent].consents[0].answer is Answer.SILENT  # type: ignore[union-attr]


def test_a_converted_lead_goes_and_its_no_moves_to_the_contact(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    _, pages = walk(source)
    lead = next(row["Id"] for row in town.all("Lead"))
    clock.set(clock() + timedelta(hours=1))
    town.set(lead, IsConverted=True, ConvertedContactId=agreed.id, SMS_Opt_Out__c=True)

    found, pages = walk(source, pages[-1].cursor)

    assert found[agreed].opt_out is not None
    assert found[agreed].opt_out.out
    assert Ref("Lead", lead) in [ref for page in pages for ref in page.gone]
    assert source.get([Ref("Lead", lead)])[Ref("Lead", lead)] is None


@pytest.mark.parametrize("mapping", [BESIDE, POINT], ids=["type", "point"])
def test_consent_beside_the_record_is_read_with_its_dates(
    connect: Connect, salesforce: SalesforceSandbox, agreed: Ref, mapping: dict[str, Any]
) -> None:
    found, _ = walk(SalesforceContacts(connect(mapping)))
    withdrawn = found[Ref("Contact", str(salesforce.records()["withdrawn"]["id"]))]
    never = found[Ref("Contact", str(salesforce.records()["not_consented"]["id"]))]

    assert found[agreed].consents[0].answer is Answer.YES
    assert found[agreed].consents[0].at is not None
    assert withdrawn.consents[0].answer is Answer.NO
    assert withdrawn.opt_out is not None
    assert withdrawn.opt_out.out
    assert never.consents[0].answer is Answer.SILENT


def test_a_change_of_a_consent_row_alone_is_seen(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect(BESIDE))
    before, pages = walk(source)
    individual = town.values(agreed.id)["IndividualId"]
    row = next(
        each for each in town.all("ContactPointTypeConsent") if each["PartyId"] == individual
    )
    clock.set(clock() + timedelta(hours=1))
    town.set(row["Id"], PrivacyConsentStatus="OptOut")

    found, _ = walk(source, pages[-1].cursor)

    assert found[agreed].consents[0].answer is Answer.NO
    assert found[agreed].version != before[agreed].version


def test_a_consent_for_a_number_the_person_gave_up_counts_no_more(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(connect(POINT))
    before, pages = walk(source)
    individual = town.values(agreed.id)["IndividualId"]
    phone = next(each for each in town.all("ContactPointPhone") if each["ParentId"] == individual)
    clock.set(clock() + timedelta(hours=1))
    town.set(phone["Id"], TelephoneNumber="090-0000-0000")

    found, _ = walk(source, pages[-1].cursor)

    assert before[agreed].consents[0].answer is Answer.YES
    assert found[agreed].consents[0].answer is Answer.SILENT
    assert found[agreed].version != before[agreed].version


def test_an_individual_who_wants_nothing_is_read_through_the_record(
    connect: Connect, town: Town, clock: SandboxClock, agreed: Ref
) -> None:
    source = SalesforceContacts(
        connect({"opt_out": "Individual.HasOptedOutSolicit", "opt_out_at": None})
    )
    _, pages = walk(source)
    clock.set(clock() + timedelta(hours=1))
    town.set(town.values(agreed.id)["IndividualId"], HasOptedOutSolicit=True)

    found, _ = walk(source, pages[-1].cursor)

    assert found[agreed].opt_out is not None
    assert found[agreed].opt_out.out


def test_a_consent_field_that_is_hidden_later_is_no_withdrawal(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    source = SalesforceContacts(connect())
    source.changed(None)
    salesforce.org.tables["Contact"].about.lose("SMS_Opt_In__c")

    with pytest.raises(ConfigError) as caught:
        source.changed(None)

    assert caught.value.key == "mapping.consent"
    assert "SMS_Opt_In__c" in caught.value.words.en


def test_fields_of_related_records_can_be_attributes(connect: Connect, agreed: Ref) -> None:
    source = SalesforceContacts(
        connect({"attributes": {"shop": "Account.Name"}}, objects=["Contact"])
    )

    assert source.get([agreed])[agreed].attributes["shop"].endswith("店")  # type: ignore[union-attr]
