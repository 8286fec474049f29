"""What everything that writes to a platform's records promises."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import AuthError, TransientError
from hub.testing.contacts_contract import everybody
from hub.testing.rig import MANY, PROMPT, Rig
from hub.values.activity import Activity
from hub.values.optout import Change, OptOut, Outcome, OutcomeState
from hub.values.ref import Ref

_NOWHERE = "999999999999"


class OptOutsContract:
    """`opt_out_sink`: each record is changed, and harmlessly so when told twice."""

    def test_an_opt_out_is_written_and_twice_is_harmless(self, rig: Rig) -> None:
        """Done both times, and the record reads as opted out."""
        ref = _one(rig)
        sink = rig.plugin.opt_out_sink(rig.connection)
        first = _only(sink.record([_opt_out(ref)]))
        again = _only(sink.record([_opt_out(ref)]))

        assert first.state is OutcomeState.DONE, f"The opt-out was {first.state}."
        assert again.state is OutcomeState.DONE, f"The same opt-out again was {again.state}."
        assert _is_out(rig, ref), "The record does not read as opted out."
        rig.seen(first)

    def test_one_record_that_is_gone_keeps_no_other_from_it(self, rig: Rig) -> None:
        """Outcomes by id: gone for the one, done for the others."""
        refs = _refs(rig)[:2]
        nowhere = Ref(refs[0].object, _NOWHERE)
        asked = [_opt_out(ref) for ref in (refs[0], nowhere, refs[1])]
        outcomes = {
            outcome.id: outcome for outcome in rig.plugin.opt_out_sink(rig.connection).record(asked)
        }

        states = [outcomes[opt_out.id].state for opt_out in asked]
        assert states == [OutcomeState.DONE, OutcomeState.GONE, OutcomeState.DONE]

    def test_a_restore_opens_the_record_or_says_why_not(self, rig: Rig) -> None:
        """Done and no longer opted out, or blocked with a sentence and still opted out."""
        ref = _one(rig)
        sink = rig.plugin.opt_out_sink(rig.connection)
        sink.record([_opt_out(ref)])
        restore = replace(
            _opt_out(ref),
            id="restore-1",
            change=Change.RESTORE,
            at=datetime.now(UTC) + timedelta(minutes=5),
        )
        outcome = _only(sink.record([restore]))

        assert outcome.state in (OutcomeState.DONE, OutcomeState.BLOCKED)
        if outcome.state is OutcomeState.BLOCKED:
            assert outcome.why is not None, "Say why a record is blocked."
            assert outcome.why.ja.strip(), "Say it in Japanese too."
        assert _is_out(rig, ref) is (outcome.state is OutcomeState.BLOCKED)

    def test_a_throttled_write_stays_open(self, rig: Rig) -> None:
        """Later, or TransientError; never done."""
        ref = _one(rig)
        sink = rig.plugin.opt_out_sink(rig.connection)
        _stays_open(rig, lambda: sink.record([_opt_out(ref)]))

    def test_wrong_credentials_stop_the_pushes(self, rig: Rig) -> None:
        """AuthError, so that the hub asks somebody to sign in again."""
        ref = _one(rig)
        refused = rig.refused()
        with pytest.raises(AuthError) as caught:
            refused.plugin.opt_out_sink(refused.connection).record([_opt_out(ref)])
        refused.told(caught.value)


class NotesContract:
    """`activity_sink`: each note once.

    The sandbox gives `comments_of(record_id) -> list[str]`, what a record shows.
    """

    def test_a_note_told_twice_is_left_once(self, rig: Rig) -> None:
        """Done both times, and one note on the record, with its text."""
        ref = _one(rig)
        sink = rig.plugin.activity_sink(rig.connection)
        before = len(_notes(rig, ref))
        first = _only(sink.note([_activity(ref)]))
        again = _only(sink.note([_activity(ref)]))
        notes = _notes(rig, ref)

        assert first.state is OutcomeState.DONE, f"The note was {first.state}."
        assert again.state is OutcomeState.DONE, f"The same note again was {again.state}."
        assert len(notes) == before + 1, "The same note told twice must be left once."
        assert any(_activity(ref).text in note for note in notes), "The note lacks its text."
        rig.seen(first)

    def test_a_note_for_a_record_that_is_gone_is_told(self, rig: Rig) -> None:
        """Gone, and the other note is left."""
        ref = _one(rig)
        nowhere = Ref(ref.object, _NOWHERE)
        asked = [_activity(nowhere), _activity(ref)]
        outcomes = {
            outcome.id: outcome for outcome in rig.plugin.activity_sink(rig.connection).note(asked)
        }

        states = [outcomes[activity.id].state for activity in asked]
        assert states == [OutcomeState.GONE, OutcomeState.DONE]

    def test_a_throttled_note_stays_open(self, rig: Rig) -> None:
        """Later, or TransientError; never done."""
        ref = _one(rig)
        sink = rig.plugin.activity_sink(rig.connection)
        _stays_open(rig, lambda: sink.note([_activity(ref)]))


def _refs(rig: Rig) -> list[Ref]:
    if "contact_source" not in rig.plugin.roles:
        return [Ref("record", rig.sandbox.records()["consented"]["id"])]
    contacts = everybody(rig.plugin.contact_source(rig.connection))
    return [
        contact.ref for contact in contacts if contact.opt_out is None or not contact.opt_out.out
    ]


def _one(rig: Rig) -> Ref:
    return _refs(rig)[0]


def _only(outcomes: Sequence[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def _opt_out(ref: Ref) -> OptOut:
    return OptOut(
        id=f"opt-out-{ref.id}",
        ref=ref,
        change=Change.OPT_OUT,
        scope="promotional",
        channel="page",
        at=datetime.now(UTC),
    )


def _activity(ref: Ref) -> Activity:
    return Activity(
        id=f"activity-{ref.id}",
        ref=ref,
        thread="message-1",
        state="delivered",
        text="SMSが届きました。",
        at=datetime.now(UTC),
    )


def _is_out(rig: Rig, ref: Ref) -> bool:
    if "contact_source" not in rig.plugin.roles:
        pytest.skip("A plugin without a contact source cannot show what it wrote.")
    contact = rig.plugin.contact_source(rig.connection).get([ref])[ref]
    return contact is not None and contact.opt_out is not None and contact.opt_out.out


def _notes(rig: Rig, ref: Ref) -> list[str]:
    show: Callable[[str], list[str]] | None = getattr(rig.sandbox, "comments_of", None)
    if show is None:
        pytest.fail("Give the sandbox comments_of(record_id), which lists a record's notes.")
    return show(ref.id)


def _stays_open(rig: Rig, write: Callable[[], Sequence[Outcome]]) -> None:
    rig.sandbox.throttle(times=MANY, retry_after=7)
    started = time.monotonic()
    try:
        outcome = _only(write())
        state, delay = outcome.state, outcome.retry_after
    except TransientError as exc:
        rig.told(exc)
        state, delay = OutcomeState.LATER, exc.retry_after

    assert time.monotonic() - started < PROMPT, "A throttled write must not sleep."
    assert state is OutcomeState.LATER, f"A throttled write was {state}."
    assert delay == pytest.approx(7, abs=1.5), "Pass on the platform's delay."
