"""A note is a Task, left once, found again by its mark."""

from datetime import UTC, datetime

import pytest

from connectors.salesforce.notes import SalesforceNotes
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.tasks import Note
from hub.sdk import Activity, OutcomeState, Ref
from hub.testing.faults import Fault, FaultKind

from .conftest import Connect, Town

AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


def activity(ref: Ref, id_: str = "a-1") -> Activity:
    return Activity(
        id=id_, ref=ref, thread="m-1", state="delivered", text="SMSが届きました。", at=AT
    )


@pytest.fixture
def person(salesforce: SalesforceSandbox) -> Ref:
    return Ref("Contact", str(salesforce.records()["consented"]["id"]))


def test_a_note_is_a_completed_task_on_the_record(
    connect: Connect, town: Town, person: Ref
) -> None:
    SalesforceNotes(connect()).note([activity(person)])
    (task,) = town.all("Task")

    assert task["WhoId"] == person.id
    assert task["Status"] == "Completed"
    assert task["Description"] == "SMSが届きました。"
    assert task["ActivityDate"] == "2026-01-13"


def test_a_note_whose_answer_never_came_is_left_once(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, person: Ref
) -> None:
    sink = SalesforceNotes(connect())
    salesforce.faults.add(Fault(kind=FaultKind.DROP, after=True, path="composite/sobjects"))
    (first,) = sink.note([activity(person)])
    (again,) = sink.note([activity(person)])

    assert (first.state, again.state) == (OutcomeState.LATER, OutcomeState.DONE)
    assert len(town.all("Task")) == 1


def test_two_notes_on_one_record_are_two_tasks(connect: Connect, town: Town, person: Ref) -> None:
    SalesforceNotes(connect()).note([activity(person), activity(person, "a-2")])

    assert len(town.all("Task")) == 2


def test_a_record_of_another_object_is_told(connect: Connect) -> None:
    (outcome,) = SalesforceNotes(connect()).note([activity(Ref("Account", "001" + "0" * 15))])

    assert outcome.state is OutcomeState.BLOCKED


def test_a_long_text_keeps_its_mark() -> None:
    note = Note(id="a-1", ref=Ref("Contact", "x"), text="長" * 400, at=AT)

    assert len(note.subject) == 255
    assert note.subject[-9] == "#"


def test_the_note_of_a_merged_contact_goes_to_the_winner_once(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, person: Ref
) -> None:
    winner = str(salesforce.records()["not_consented"]["id"])
    sink = SalesforceNotes(connect())
    sink.note([activity(person)])
    salesforce.hand.merge(winner, [person.id])
    again, other = sink.note([activity(person), activity(person, "a-2")])

    assert {again.state, other.state} == {OutcomeState.DONE}
    assert [task["WhoId"] for task in town.all("Task")] == [winner, winner]


@pytest.mark.parametrize("objects", [["Contact", "Lead"], ["Lead"]])
def test_the_note_of_a_converted_lead_goes_to_the_contact_it_became(
    salesforce: SalesforceSandbox, connect: Connect, town: Town, objects: list[str]
) -> None:
    lead = Ref("Lead", town.all("Lead")[0]["Id"])
    contact = salesforce.hand.convert(lead.id)
    (outcome,) = SalesforceNotes(connect(objects=objects)).note([activity(lead)])

    assert outcome.state is OutcomeState.DONE
    assert [task["WhoId"] for task in town.all("Task")] == [contact]


def test_the_note_of_a_deleted_record_is_gone(connect: Connect, town: Town, person: Ref) -> None:
    town.delete(person.id)
    (outcome,) = SalesforceNotes(connect()).note([activity(person)])

    assert outcome.state is OutcomeState.GONE
    assert town.all("Task") == []
