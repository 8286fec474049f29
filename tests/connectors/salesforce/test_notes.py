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
