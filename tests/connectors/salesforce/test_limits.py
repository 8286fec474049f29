"""The org's calls of 24 hours are shared: what is used is told, and the last ones are kept."""

from datetime import UTC, datetime

import pytest

from connectors.salesforce import bulk
from connectors.salesforce.contacts import SalesforceContacts
from connectors.salesforce.optouts import SalesforceOptOuts
from connectors.salesforce.sandbox import SalesforceSandbox
from hub.sdk import Change, OptOut, OutcomeState, Ref, TransientError

from .conftest import Connect


def opt_out(ref: Ref) -> OptOut:
    at = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
    return OptOut(
        id=f"1-{ref.id}",
        ref=ref,
        change=Change.OPT_OUT,
        scope="promotional",
        channel="page",
        at=at,
    )


@pytest.fixture
def agreed(salesforce: SalesforceSandbox) -> Ref:
    return Ref("Contact", str(salesforce.records()["consented"]["id"]))


def used_up(salesforce: SalesforceSandbox, calls: int) -> None:
    """Let others of the org's integrations make calls until so many are used."""
    for _ in range(calls - salesforce.org.used()):
        salesforce.org.count_call()


def test_the_org_keeps_its_last_calls_of_the_day(
    salesforce: SalesforceSandbox, connect: Connect, agreed: Ref
) -> None:
    source = SalesforceContacts(connect())
    source.changed(None)
    salesforce.org.most_calls = 1_000
    used_up(salesforce, 960)

    with pytest.raises(TransientError, match="kept for opt-outs") as caught:
        source.changed(None)
    assert caught.value.retry_after == 1_800
    # What is kept is for single reads and opt-outs, until none is left.
    assert source.get([agreed])[agreed] is not None
    (outcome,) = SalesforceOptOuts(connect()).record([opt_out(agreed)])
    assert outcome.state is OutcomeState.DONE
    used_up(salesforce, 1_000)
    (outcome,) = SalesforceOptOuts(connect()).record([opt_out(agreed)])
    assert outcome.state is OutcomeState.LATER


def test_a_pull_by_bulk_pauses_between_two_pages(
    salesforce: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.salesforce.contacts.ABOVE", 10)
    monkeypatch.setattr(bulk, "ROWS", 50)
    source = SalesforceContacts(connect())
    started = source.changed(None)
    page = source.changed(started.cursor)
    salesforce.org.most_calls = salesforce.org.used() + 1
    source.get([Ref("Contact", "0035i0000000001AAA")])

    with pytest.raises(TransientError, match="kept for opt-outs"):
        source.changed(page.cursor)
    salesforce.org.most_calls = 15_000
    source.get([Ref("Contact", "0035i0000000001AAA")])
    assert source.changed(page.cursor).items


def test_each_page_tells_how_many_calls_of_the_day_are_used(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    page = SalesforceContacts(connect()).changed(None)

    assert page.usage is not None
    assert page.usage.limit == salesforce.org.most_calls
    assert 0 < page.usage.used <= salesforce.org.used()
