"""A consent row is made once, however often and by however many it is tried."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.salesforce.consentcode import KEY
from connectors.salesforce.optouts import SalesforceOptOuts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Change, OptOut, Outcome, OutcomeState, Ref
from hub.testing.faults import Fault, FaultKind

from .conftest import Connect, Town
from .test_contacts import BESIDE, POINT

AT = datetime(2026, 1, 13, 1, 0, 20, tzinfo=UTC)
BOTH = pytest.mark.parametrize("mapping", [BESIDE, POINT], ids=["type", "point"])


def opt_out(ref: Ref, id_: str = "o-1") -> OptOut:
    return OptOut(
        id=id_, ref=ref, change=Change.OPT_OUT, scope="promotional", channel="page", at=AT
    )


def object_of(mapping: dict[str, Any]) -> str:
    return str(mapping["consent"]).partition(":")[0]


@pytest.fixture
def unasked(salesforce: SalesforceSandbox) -> Ref:
    """Somebody of whom no consent object says anything."""
    return Ref("Contact", str(salesforce.records()["not_consented"]["id"]))


def without_key(salesforce: SalesforceSandbox, mapping: dict[str, Any]) -> None:
    salesforce.org.tables[object_of(mapping)].about.lose(KEY)


@BOTH
def test_a_row_whose_answer_was_lost_is_not_made_again(
    salesforce: SalesforceSandbox,
    connect: Connect,
    town: Town,
    unasked: Ref,
    mapping: dict[str, Any],
) -> None:
    before = len(town.all(object_of(mapping)))
    sink = SalesforceOptOuts(connect(mapping))
    salesforce.faults.add(Fault(kind=FaultKind.DROP, after=True, path="composite/sobjects"))
    (lost,) = sink.record([opt_out(unasked)])
    (again,) = sink.record([opt_out(unasked)])

    assert (lost.state, again.state) == (OutcomeState.LATER, OutcomeState.DONE)
    assert len(town.all(object_of(mapping))) == before + 1


@BOTH
def test_two_writers_at_the_same_moment_make_one_row(
    salesforce: SalesforceSandbox,
    connect: Connect,
    town: Town,
    unasked: Ref,
    mapping: dict[str, Any],
) -> None:
    before = len(town.all(object_of(mapping)))
    outcomes = at_once(salesforce, connect, unasked, mapping)

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert len(town.all(object_of(mapping))) == before + 1


def test_without_the_external_id_two_writers_at_once_can_make_two(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, unasked: Ref
) -> None:
    without_key(salesforce, BESIDE)
    before = len(town.all("ContactPointTypeConsent"))
    at_once(salesforce, connect, unasked, BESIDE)

    # What the advice of the connection's test warns of.
    assert len(town.all("ContactPointTypeConsent")) == before + 2


def at_once(
    salesforce: SalesforceSandbox, connect: Connect, ref: Ref, mapping: dict[str, Any]
) -> list[Outcome]:
    """Let two workers push the same opt-out: both look before either writes."""
    sinks = [SalesforceOptOuts(connect(mapping)) for _ in range(2)]
    outcomes: list[Outcome] = []
    salesforce.faults.add(
        Fault(kind=FaultKind.STALL, seconds=1.0, path="composite/sobjects", times=2)
    )
    workers = [
        threading.Thread(target=lambda sink=sink: outcomes.extend(sink.record([opt_out(ref)])))
        for sink in sinks
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return outcomes


@BOTH
def test_without_the_external_id_the_row_is_looked_up_before_it_is_made(
    salesforce: SalesforceSandbox,
    connect: Connect,
    town: Town,
    unasked: Ref,
    mapping: dict[str, Any],
) -> None:
    without_key(salesforce, mapping)
    before = len(town.all(object_of(mapping)))
    for _ in range(2):
        # A worker of its own each time: nothing is remembered between the two.
        (outcome,) = SalesforceOptOuts(connect(mapping)).record([opt_out(unasked)])
        assert outcome.state is OutcomeState.DONE

    assert len(town.all(object_of(mapping))) == before + 1


@pytest.mark.parametrize("keyed", [True, False], ids=["by external id", "without"])
def test_two_records_of_one_person_share_the_row(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, unasked: Ref, keyed: bool
) -> None:
    if not keyed:
        without_key(salesforce, BESIDE)
    individual = town.values(unasked.id)["IndividualId"]
    lead = Ref("Lead", town.all("Lead")[0]["Id"])
    town.set(lead.id, IndividualId=individual)
    outcomes = SalesforceOptOuts(connect(BESIDE)).record([opt_out(unasked), opt_out(lead, "o-2")])
    rows = [row for row in town.all("ContactPointTypeConsent") if row["PartyId"] == individual]

    assert {outcome.state for outcome in outcomes} == {OutcomeState.DONE}
    assert [row["PrivacyConsentStatus"] for row in rows] == ["OptOut"]


def test_a_row_that_is_there_is_changed_whoever_made_it(
    salesforce: SalesforceSandbox, connect: Connect, town: Town
) -> None:
    person = Ref("Contact", str(salesforce.records()["consented"]["id"]))
    before = len(town.all("ContactPointTypeConsent"))
    SalesforceOptOuts(connect(BESIDE)).record([opt_out(person)])
    individual = town.values(person.id)["IndividualId"]
    (row,) = (r for r in town.all("ContactPointTypeConsent") if r["PartyId"] == individual)

    assert row["PrivacyConsentStatus"] == "OptOut"
    assert len(town.all("ContactPointTypeConsent")) == before
