"""Contact and Lead may name their fields differently, in one connection."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.optouts import SalesforceOptOuts
from connectors.salesforce.places import Places
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.plugins.mapping import load_mapping
from hub.sdk import Answer, Change, OptOut, OutcomeState, Ref

from .conftest import Connect, Town
from .test_contacts import BESIDE, walk

AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
OWN = {
    "SMS_Opt_In__c": "Lead_Opt_In__c",
    "SMS_Opt_Out__c": "Lead_Opt_Out__c",
    "SMS_Opt_Out_Date__c": "Lead_Opt_Out_At__c",
    "Store__c": "Shop__c",
}
LEAD = {
    "consent": "Lead_Opt_In__c",
    "opt_out": "Lead_Opt_Out__c",
    "opt_out_at": "Lead_Opt_Out_At__c",
    "attributes": {"store": "Shop__c"},
}
APART = {"objects": {"Lead": LEAD}}


@pytest.fixture
def renamed(salesforce: SalesforceSandbox) -> SalesforceSandbox:
    """An org whose Leads have other names for four fields."""
    table = salesforce.org.tables["Lead"]
    for old, new in OWN.items():
        field = table.about.field(old)
        assert field is not None
        table.about.lose(old)
        table.about.fields[new.lower()] = replace(field, name=new)
    for row in list(table.all()):
        values = {OWN.get(name, name): value for name, value in row.values.items()}
        table.put(row.with_values(values, row.modified))
    return salesforce


@pytest.fixture
def lead(renamed: SalesforceSandbox, town: Town) -> Ref:
    return Ref(
        "Lead",
        next(
            row["Id"]
            for row in town.all("Lead")
            if row["Lead_Opt_In__c"] and not row["Lead_Opt_Out__c"]
        ),
    )


def opt_out(ref: Ref, change: Change = Change.OPT_OUT, **more: Any) -> OptOut:
    return OptOut(
        id=f"{change}-{ref.id}",
        ref=ref,
        change=change,
        scope="promotional",
        channel="page",
        at=AT,
        **more,
    )


def test_each_object_is_read_by_its_own_names(connect: Connect, lead: Ref) -> None:
    found, _ = walk(SalesforceContacts(connect(APART)))
    read = found[lead]

    assert {ref.object for ref in found} == {"Contact", "Lead"}
    assert read.consents[0].answer is Answer.YES
    assert read.consents[0].field == "Lead_Opt_In__c"
    assert read.attributes["store"]
    assert SalesforceContacts(connect(APART)).get([lead])[lead] == read


def test_an_opt_out_goes_to_each_objects_own_field(
    renamed: SalesforceSandbox, connect: Connect, town: Town, lead: Ref
) -> None:
    contact = Ref("Contact", str(renamed.records()["consented"]["id"]))
    sink = SalesforceOptOuts(connect(APART))
    outcomes = sink.record([opt_out(contact), opt_out(lead)])

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert all(outcome.confirmed for outcome in outcomes)
    assert town.values(contact.id)["SMS_Opt_Out__c"] is True
    assert town.values(lead.id)["Lead_Opt_Out__c"] is True
    assert town.values(lead.id)["Lead_Opt_Out_At__c"].startswith("2026-01-13T01:00:20")


def test_a_date_that_cannot_be_written_on_one_object_keeps_no_opt_out_back(
    renamed: SalesforceSandbox, connect: Connect, town: Town, lead: Ref
) -> None:
    sink = SalesforceOptOuts(connect(APART))
    contact = Ref("Contact", str(renamed.records()["consented"]["id"]))
    sink.record([opt_out(contact)])
    # After the sink's own look at the org.
    renamed.org.tables["Lead"].about.change("Lead_Opt_Out_At__c", locked=True)
    (outcome,) = sink.record([opt_out(lead)])

    assert outcome.state is OutcomeState.DONE
    assert town.values(lead.id)["Lead_Opt_Out__c"] is True


def test_what_does_not_fit_on_one_object_keeps_no_opt_out_from_the_other(
    renamed: SalesforceSandbox, connect: Connect, town: Town, lead: Ref
) -> None:
    contact = Ref("Contact", str(renamed.records()["consented"]["id"]))
    renamed.org.tables["Lead"].about.change("Lead_Opt_Out__c", locked=True)
    done, blocked = SalesforceOptOuts(connect(APART)).record([opt_out(contact), opt_out(lead)])

    assert done.state is OutcomeState.DONE
    assert blocked.state is OutcomeState.BLOCKED
    assert blocked.why is not None
    assert "mapping.objects.Lead.opt_out" in blocked.why.en
    assert [task["WhoId"] for task in town.all("Task")] == [lead.id]


def test_one_object_may_have_fields_where_the_other_has_consent_rows(
    renamed: SalesforceSandbox, connect: Connect, town: Town, lead: Ref
) -> None:
    own = {**LEAD, "consent_yes": ["true"], "opt_out_value": ["true"]}
    connection = connect({**BESIDE, "objects": {"Lead": own}})
    contact = Ref("Contact", str(renamed.records()["consented"]["id"]))
    before = len(town.all("ContactPointTypeConsent"))
    outcomes = SalesforceOptOuts(connection).record([opt_out(contact), opt_out(lead)])
    found = SalesforceContacts(connection).get([contact, lead])

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert town.values(lead.id)["Lead_Opt_Out__c"] is True
    assert len(town.all("ContactPointTypeConsent")) == before
    assert all(each and each.opt_out and each.opt_out.out for each in found.values())


def test_another_name_on_one_object_is_another_mapping_to_be_read_anew(
    renamed: SalesforceSandbox, connect: Connect, lead: Ref
) -> None:
    other = {"objects": {"Lead": {**LEAD, "attributes": {}}}}
    _, pages = walk(SalesforceContacts(connect(APART)))
    again, _ = walk(SalesforceContacts(connect(APART)), pages[-1].cursor)
    anew, _ = walk(SalesforceContacts(connect(other)), pages[-1].cursor)

    assert len(anew) > len(again)


def test_dates_and_joins_are_known_by_object() -> None:
    mapping = load_mapping(
        {
            "phone": "MobilePhone",
            "opt_out": "Individual.HasOptedOutSolicit",
            "opt_out_value": ["true"],
            "opt_out_at": "Out_At__c",
            "objects": {
                "Lead": {
                    "opt_out": "ContactPointTypeConsent:ads",
                    "opt_out_value": ["OptOut"],
                    "opt_out_at": "Individual.Out_At__c",
                }
            },
        }
    )
    places = Places(mapping, ["Contact", "Lead"])

    assert places.dates == {("Contact", "Out_At__c"), ("Individual", "Out_At__c")}
    assert (places.joins("Contact"), places.joins("Lead")) == (False, True)
    assert str(places.code) == "ContactPointTypeConsent:ads"
    assert places.needs_individual("Contact")
