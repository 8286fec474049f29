"""What everything that writes consents to a platform's records promises."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import AuthError, TransientError
from hub.testing.contacts_contract import everybody
from hub.testing.rig import MANY, PROMPT, Rig
from hub.values.consent import Consent
from hub.values.contact import Answer, SourceContact
from hub.values.optout import Change, OptOut, Outcome, OutcomeState
from hub.values.ref import Ref

WORDING = "契約テストの文言に同意します。"
_NOWHERE = "999999999999"


class ConsentsContract:
    """`consent_sink`: a record that says nothing says yes afterwards, and never against a stop."""

    def test_a_consent_is_written_and_twice_is_harmless(self, rig: Rig) -> None:
        """Done both times, and the record reads as a yes of that time."""
        ref = _silent(rig)
        sink = rig.plugin.consent_sink(rig.connection)
        first = _only(sink.record([_consent(ref)]))
        again = _only(sink.record([_consent(ref)]))
        if again.state is OutcomeState.LATER:
            # Platforms that tell times by the second cannot tell a change of this second.
            time.sleep(1.1)
            again = _only(sink.record([_consent(ref)]))

        assert first.state is OutcomeState.DONE, f"The consent was {first.state}."
        assert again.state is OutcomeState.DONE, f"The same consent again was {again.state}."
        reading = _read(rig, ref).consents[0]
        assert reading.answer is Answer.YES, "The record does not read as a yes."
        mapping = rig.connection.mapping
        if mapping is not None and mapping.consent_at:
            assert reading.at is not None, "The record does not say when."
            assert abs(reading.at - _consent(ref).at) < timedelta(days=1)
        if mapping is not None and mapping.consent_wording:
            assert reading.wording == WORDING, "The record does not hold the words."
        rig.seen(first)

    def test_a_consent_never_overwrites_an_opt_out(self, rig: Rig) -> None:
        """Not done, and the record still reads as opted out."""
        if "opt_out_sink" not in rig.plugin.roles:
            pytest.skip("The plugin writes no opt-outs.")
        ref = _silent(rig)
        at = datetime.now(UTC) - timedelta(hours=1)
        rig.plugin.opt_out_sink(rig.connection).record([_stop(ref, at)])
        outcome = _only(rig.plugin.consent_sink(rig.connection).record([_consent(ref)]))

        assert outcome.state in (OutcomeState.BLOCKED, OutcomeState.LATER)
        if outcome.state is OutcomeState.BLOCKED:
            assert outcome.why is not None, "Say why a record is blocked."
            assert outcome.why.ja.strip(), "Say it in Japanese too."
        contact = _read(rig, ref)
        assert contact.opt_out is not None
        assert contact.opt_out.out, "The consent took the opt-out back."

    def test_a_consent_for_a_record_that_is_gone_is_told(self, rig: Rig) -> None:
        """Outcomes by id: gone for the one, done for the other."""
        ref = _silent(rig)
        asked = [_consent(Ref(ref.object, _NOWHERE)), _consent(ref)]
        outcomes = {each.id: each for each in rig.plugin.consent_sink(rig.connection).record(asked)}

        states = [outcomes[consent.id].state for consent in asked]
        assert states == [OutcomeState.GONE, OutcomeState.DONE]

    def test_a_throttled_consent_stays_open(self, rig: Rig) -> None:
        """Later, or TransientError; never done."""
        ref = _silent(rig)
        sink = rig.plugin.consent_sink(rig.connection)
        rig.sandbox.throttle(times=MANY, retry_after=7)
        started = time.monotonic()
        try:
            outcome = _only(sink.record([_consent(ref)]))
            state, delay = outcome.state, outcome.retry_after
        except TransientError as exc:
            rig.told(exc)
            state, delay = OutcomeState.LATER, exc.retry_after

        assert time.monotonic() - started < PROMPT, "A throttled write must not sleep."
        assert state is OutcomeState.LATER, f"A throttled consent was {state}."
        assert delay == pytest.approx(7, abs=1.5), "Pass on the platform's delay."

    def test_wrong_credentials_stop_the_consents(self, rig: Rig) -> None:
        """AuthError, so that the hub asks somebody to sign in again."""
        ref = _silent(rig)
        refused = rig.refused()
        with pytest.raises(AuthError) as caught:
            refused.plugin.consent_sink(refused.connection).record([_consent(ref)])
        refused.told(caught.value)


def _silent(rig: Rig) -> Ref:
    """A record that says neither yes nor stop."""
    for contact in everybody(rig.plugin.contact_source(rig.connection)):
        out = contact.opt_out is not None and contact.opt_out.out
        if not out and contact.consents and contact.consents[0].answer is Answer.SILENT:
            return contact.ref
    return pytest.fail("The sandbox has nobody who was never asked.")


def _read(rig: Rig, ref: Ref) -> SourceContact:
    contact = rig.plugin.contact_source(rig.connection).get([ref])[ref]
    assert contact is not None
    return contact


def _only(outcomes: Sequence[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def _consent(ref: Ref) -> Consent:
    return Consent(
        id=f"consent-{ref.id}",
        ref=ref,
        purpose="campaign",
        # A minute ahead of the sandbox's records, which may have been made this very moment.
        at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1),
        method="double_opt_in_sms",
        wording=WORDING,
        form_url="https://sms.example.jp/f/news",
    )


def _stop(ref: Ref, at: datetime) -> OptOut:
    return OptOut(
        id=f"opt-out-{ref.id}",
        ref=ref,
        change=Change.OPT_OUT,
        scope="promotional",
        channel="page",
        at=at,
    )
