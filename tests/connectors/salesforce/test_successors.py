"""A record that was merged or converted is followed to the one that goes on."""

import pytest

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.settings import OBJECTS
from connectors.salesforce.successors import Successors
from hub.sdk import Ref

from .conftest import Connect, Town


@pytest.fixture
def contacts(town: Town) -> list[Ref]:
    return [Ref("Contact", row["Id"]) for row in town.all("Contact")]


@pytest.fixture
def lead(town: Town) -> Ref:
    return Ref("Lead", town.all("Lead")[0]["Id"])


def test_a_chain_of_merges_ends_at_the_one_that_lives(
    salesforce: SalesforceSandbox, connect: Connect, contacts: list[Ref]
) -> None:
    first, second, third, other = contacts[:4]
    salesforce.hand.merge(second.id, [first.id])
    salesforce.hand.merge(third.id, [second.id])
    found = Successors(SalesforceClient(connect()), OBJECTS).of([first, second, other])

    assert found == {first: third, second: third, other: other}


def test_a_converted_lead_goes_on_as_the_contact_where_contacts_count(
    salesforce: SalesforceSandbox, connect: Connect, lead: Ref
) -> None:
    contact = Ref("Contact", salesforce.hand.convert(lead.id))
    client = SalesforceClient(connect())

    assert Successors(client, OBJECTS).of([lead]) == {lead: contact}
    assert Successors(client, ["Lead"]).of([lead]) == {lead: contact}
    assert Successors(client, ["Lead"]).of([lead], within=["Lead"]) == {}


def test_what_is_gone_without_a_successor_is_left_out(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, contacts: list[Ref]
) -> None:
    town.delete(contacts[0].id)
    unknown = Ref("Contact", "0035i000" + "9" * 7 + "AAA")

    assert Successors(SalesforceClient(connect()), OBJECTS).of([contacts[0], unknown]) == {}


def test_many_records_cost_one_call_an_object(
    salesforce: SalesforceSandbox, connect: Connect, contacts: list[Ref], lead: Ref
) -> None:
    client = SalesforceClient(connect())
    salesforce.hand.merge(contacts[1].id, [contacts[0].id])
    before = len(salesforce.calls())
    Successors(client, OBJECTS).of([*contacts[:100], lead])

    # A sign-in, each object once, and the winner.
    assert len(salesforce.calls()) - before == 4
