"""Merges, conversions, late commits, and what was deleted or updated."""

import pytest


def test_a_merge_leaves_the_winner_and_says_in_the_bin_who_it_is(api, salesforce, contacts):
    winner, loser = contacts[:2]
    task = salesforce.hand.add("Task", {"WhoId": loser, "Subject": "SMS"})
    salesforce.hand.merge(winner, [loser])
    soql = f"SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id IN ('{winner}', '{loser}')"
    assert [row["Id"] for row in api.query(soql)] == [winner]
    by_id = {row["Id"]: row for row in api.query(soql, deleted=True)}
    assert by_id[loser]["MasterRecordId"] == winner
    assert by_id[loser]["IsDeleted"] is True
    assert salesforce.hand.value(task, "WhoId") == winner


def test_a_converted_lead_stays_and_names_its_contact(api, salesforce):
    lead = salesforce.hand.ids("Lead")[0]
    code = salesforce.hand.value(lead, "Customer_Code__c")
    contact = salesforce.hand.convert(lead)
    (row,) = api.query(f"SELECT IsConverted, ConvertedContactId FROM Lead WHERE Id = '{lead}'")
    assert row == {"IsConverted": True, "ConvertedContactId": contact}
    assert salesforce.hand.value(contact, "Customer_Code__c") == code
    with pytest.raises(ValueError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        salesforce.hand.convert(lead)


@pytest.mark.parametrize("losers", [[], ["self"], ["0035i00000zzzzzAAA"]])
def test_a_merge_that_makes_no_sense_is_refused(salesforce, contacts, losers):
    chosen = [contacts[0] if each == "self" else each for each in losers]
    with pytest.raises(ValueError, match="Salesforce refuses"):
        salesforce.hand.merge(contacts[0], chosen)


def test_a_late_commit_appears_later_with_an_old_stamp(api, salesforce, clock, contacts):
    salesforce.hand.commit_late(contacts[0], {"Title": "late"}, seconds=300)
    clock.advance(60)
    salesforce.hand.edit(contacts[1], {"Title": "soon"})
    since = "SELECT Id FROM Contact WHERE SystemModstamp >= 2026-01-13T01:00:00Z"
    assert api.ids(since) == [contacts[1]]
    locked = api.code("PATCH", f"sobjects/Contact/{contacts[0]}", json={"Title": "x"})
    assert locked == (400, "UNABLE_TO_LOCK_ROW")
    clock.advance(241)
    assert api.ids(since) == contacts[:2]
    assert salesforce.hand.value(contacts[0], "SystemModstamp") == "2026-01-13T01:00:00.000+0000"


def test_late_commits_can_be_ended_at_once(api, salesforce, contacts):
    salesforce.hand.commit_late(contacts[0], {"Title": "late"}, seconds=300)
    salesforce.hand.commit()
    assert salesforce.hand.value(contacts[0], "Title") == "late"


STRETCH = {"start": "2026-01-13T00:00:00Z", "end": "2026-01-13T02:00:00+00:00"}


def test_deleted_and_updated_records_are_listed(api, salesforce, contacts):
    salesforce.hand.delete(contacts[0])
    salesforce.hand.edit(contacts[1], {"Title": "x"})
    _, gone = api("GET", "sobjects/Contact/deleted/", params=STRETCH)
    assert [each["id"] for each in gone["deletedRecords"]] == [contacts[0]]
    assert gone["earliestDateAvailable"] < gone["latestDateCovered"]
    _, changed = api("GET", "sobjects/Contact/updated/", params=STRETCH)
    assert changed["ids"] == [contacts[1]]


def test_what_is_covered_waits_for_running_transactions(api, salesforce, clock, contacts):
    salesforce.hand.commit_late(contacts[0], {"Title": "late"}, seconds=3_000)
    clock.advance(600)
    _, changed = api("GET", "sobjects/Contact/updated/", params=STRETCH)
    assert changed["latestDateCovered"] == "2026-01-13T01:00:00.000+0000"


@pytest.mark.parametrize(
    "stretch",
    [
        {"start": "2026-01-13T00:00:00Z", "end": "2026-01-13T00:00:30Z"},
        {"start": "2025-01-13T00:00:00Z", "end": "2026-01-13T00:00:00Z"},
        {"start": "yesterday", "end": "today"},
        {"start": "2026-01-13T00:00:00Z"},
    ],
)
def test_a_stretch_that_is_none_is_refused(api, stretch):
    assert api("GET", "sobjects/Contact/deleted/", params=stretch)[0] == 400


def test_an_undeleted_record_is_back(api, salesforce, contacts):
    salesforce.hand.delete(contacts[0])
    salesforce.hand.undelete(contacts[0])
    assert contacts[0] in api.ids("SELECT Id FROM Contact")
