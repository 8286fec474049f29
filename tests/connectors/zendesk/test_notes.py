# SPDX-License-Identifier: GPL-3.0-or-later
"""Noting what became of an SMS."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.zendesk.notes import SETTLES, ZendeskNotes
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import user_id
from hub.sdk import Activity, Connection, OutcomeState, Ref

Connect = Callable[..., Connection]
AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
LATER, DONE, GONE = OutcomeState.LATER, OutcomeState.DONE, OutcomeState.GONE


class Time:
    """A clock that stands still until it is moved."""

    now = AT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sink(connect: Connect, time: Time) -> ZendeskNotes:
    return ZendeskNotes(connect(), clock=time)


@pytest.fixture
def ticket(zendesk: ZendeskSandbox) -> Ref:
    return Ref("ticket", str(zendesk.ticket_of(1)))


def sent(ref: Ref, **changes: Any) -> Activity:
    """That an SMS was sent."""
    values: dict[str, Any] = {
        "id": "a1",
        "ref": ref,
        "thread": "m1",
        "state": "submitted",
        "text": "SMSを送信しました。",
        "at": AT,
    }
    return Activity(**values | changes)


def delivered(ref: Ref, **changes: Any) -> Activity:
    """That it arrived, five seconds later."""
    values = {"id": "a2", "state": "delivered", "text": "SMSが届きました。"}
    return sent(ref, **values | {"at": AT + timedelta(seconds=5)} | changes)


def notes(zendesk: ZendeskSandbox, ticket: Ref) -> list[str]:
    """What the hub left on a ticket."""
    return [text for text in zendesk.comments_of(ticket.id) if "SMS" in text and "#" in text]


def test_sent_and_delivered_are_one_internal_note(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    assert [each.state for each in sink.note([sent(ticket), delivered(ticket)])] == [DONE, DONE]

    (note,) = notes(zendesk, ticket)
    assert note.startswith("SMSを送信しました。\nSMSが届きました。 #")


def test_sent_alone_waits_for_what_follows(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref, time: Time
) -> None:
    (outcome,) = sink.note([sent(ticket)])
    assert (outcome.state, outcome.retry_after) == (LATER, SETTLES.total_seconds())

    assert [each.state for each in sink.note([delivered(ticket)])] == [DONE]
    time.now = AT + SETTLES
    assert [each.state for each in sink.note([sent(ticket)])] == [DONE]
    assert len(notes(zendesk, ticket)) == 1


def test_sent_is_noted_where_nothing_follows_and_a_late_end_is_told_too(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref, time: Time
) -> None:
    time.now = AT + SETTLES
    assert [each.state for each in sink.note([sent(ticket)])] == [DONE]
    assert [each.state for each in sink.note([sent(ticket)])] == [DONE]
    assert len(notes(zendesk, ticket)) == 1

    sink.note([delivered(ticket)])
    sink.note([delivered(ticket)])
    assert len(notes(zendesk, ticket)) == 2


def test_two_sms_of_one_ticket_are_two_notes(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    sink.note([delivered(ticket), delivered(ticket, id="b2", thread="m2")])

    assert len(notes(zendesk, ticket)) == 2


def test_a_note_whose_answer_was_lost_is_not_left_twice(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    # One call before it reads the ticket itself.
    zendesk.drop(after=True, path=f"/api/v2/tickets/{ticket.id}")
    assert [each.state for each in sink.note([delivered(ticket)])] == [LATER]
    assert [each.state for each in sink.note([delivered(ticket)])] == [DONE]

    assert len(notes(zendesk, ticket)) == 1


def test_the_requester_never_sees_a_note(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    sink.note([delivered(ticket)])

    comments = zendesk.account.tickets.comments(int(ticket.id))
    assert [each["public"] for each in comments if "SMS" in each["body"]][-1] is False


def test_a_ticket_that_takes_no_more_keeps_no_other_waiting(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    zendesk.throttle(times=1, retry_after=600, path="/comments")
    other = Ref("ticket", str(int(ticket.id) + 1))
    busy, free = sink.note([delivered(ticket), delivered(other, id="b2", thread="m2")])

    assert (busy.state, busy.retry_after) == (LATER, 600.0)
    assert free.state is DONE


def test_where_two_tickets_are_refused_the_rest_is_not_tried(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    zendesk.throttle(times=2, retry_after=9, path="/comments")
    refs = [Ref("ticket", str(int(ticket.id) + at)) for at in range(3)]
    outcomes = sink.note([delivered(ref, id=str(ref), thread=str(ref)) for ref in refs])

    assert [each.state for each in outcomes] == [LATER] * 3
    assert sum("/comments" in call.path for call in zendesk.calls()) == 2


def test_a_throttle_leaves_the_rest_of_a_ticket_untried(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    zendesk.throttle(times=1, retry_after=9, path="/comments")
    first, second = sink.note([delivered(ticket), delivered(ticket, id="b2", thread="m2")])

    assert (first.state, first.retry_after) == (second.state, second.retry_after) == (LATER, 9.0)
    assert not notes(zendesk, ticket)


def test_a_ticket_or_user_that_is_gone_is_told(sink: ZendeskNotes, zendesk: ZendeskSandbox) -> None:
    zendesk.delete(user_id(2))
    refs = [Ref("ticket", "999999999"), Ref("user", "999999999"), Ref("user", str(user_id(2)))]

    outcomes = sink.note([delivered(ref, id=str(ref)) for ref in refs])

    assert [each.state for each in outcomes] == [GONE, GONE, GONE]


def test_a_closed_ticket_blocks_with_a_sentence(
    sink: ZendeskNotes, zendesk: ZendeskSandbox, ticket: Ref
) -> None:
    with zendesk.account.lock:
        closed = zendesk.account.tickets.get(int(ticket.id)) | {"status": "closed"}
        zendesk.account.tickets.put(closed)

    (outcome,) = sink.note([delivered(ticket)])

    assert outcome.state is OutcomeState.BLOCKED
    assert outcome.why is not None
    assert "closed" in outcome.why.en


def test_on_a_user_an_sms_is_one_line_that_its_end_replaces(
    sink: ZendeskNotes, zendesk: ZendeskSandbox
) -> None:
    user = Ref("user", str(user_id(1)))
    zendesk.edit(user.id, notes="電話は午前中に")
    assert [each.state for each in sink.note([sent(user)])] == [DONE]
    zendesk.account.rates = type(zendesk.account.rates)(limits=False)
    assert [each.state for each in sink.note([delivered(user)])] == [DONE]
    assert [each.state for each in sink.note([sent(user), delivered(user)])] == [DONE, DONE]

    lines = zendesk.user(user.id)["notes"].splitlines()
    assert lines[0] == "電話は午前中に"
    assert len(lines) == 2
    assert lines[1].startswith("SMSが届きました。 (2026-01-13 10:00) #")


def test_the_limit_of_one_user_a_second_makes_the_rest_wait(
    sink: ZendeskNotes, zendesk: ZendeskSandbox
) -> None:
    users = [Ref("user", str(user_id(index))) for index in (1, 2)]

    done, waits = sink.note([delivered(user, id=str(user)) for user in users])

    assert (done.state, waits.state) == (DONE, LATER)
    assert waits.retry_after is not None
