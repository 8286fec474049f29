"""What everything that is called from outside promises: event triggers and gateways."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hub.errors import RefusedInbound
from hub.roles import ReceivesEvents
from hub.testing.rig import Rig
from hub.values.event import Inbound

_BODIES = (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 2_000, b'{"id": 1}')
_NO_PROOF = frozenset({"content-type", "content-length", "user-agent", "host"})


class EventsContract:
    """`event_trigger`, where the platform calls us."""

    def test_the_same_webhook_twice_is_one_event(self, rig: Rig) -> None:
        """The ids are the platform's own, so a repeat is recognised."""
        _same_twice(rig, _events(rig))

    def test_a_webhook_without_proof_is_refused(self, rig: Rig) -> None:
        """RefusedInbound for a missing and for a wrong secret."""
        _believes_no_stranger(rig, _events(rig))

    @pytest.mark.parametrize("body", _BODIES)
    def test_a_malformed_webhook_is_no_crash(self, rig: Rig, body: bytes) -> None:
        """Refused, or genuine with nothing in it for the hub."""
        _survives(rig, _events(rig), body)

    def test_a_webhook_is_checked_without_network(self, rig: Rig) -> None:
        """A stranger's request must not cost us a call."""
        _stays_here(rig, _events(rig))


class ReportsContract:
    """`message_gateway`, where the gateway calls us with reports and replies."""

    def test_the_same_report_twice_is_one_report(self, rig: Rig) -> None:
        """The ids are the same, so a repeat is recognised."""
        _same_twice(rig, _reports(rig))

    def test_a_report_without_proof_is_refused(self, rig: Rig) -> None:
        """RefusedInbound for a missing and for a wrong signature."""
        _believes_no_stranger(rig, _reports(rig))

    @pytest.mark.parametrize("body", _BODIES)
    def test_a_malformed_report_is_no_crash(self, rig: Rig, body: bytes) -> None:
        """Refused, or genuine with nothing in it for the hub."""
        _survives(rig, _reports(rig), body)

    def test_a_report_is_checked_without_network(self, rig: Rig) -> None:
        """A stranger's request must not cost us a call."""
        _stays_here(rig, _reports(rig))


Receive = Callable[[Inbound], Sequence[Any]]


def _events(rig: Rig) -> Receive:
    trigger = rig.plugin.event_trigger(rig.connection)
    if not isinstance(trigger, ReceivesEvents):
        pytest.skip("This trigger is polled; no platform calls it.")
    return trigger.receive


def _reports(rig: Rig) -> Receive:
    receiver = rig.plugin.report_receiver(rig.connection)
    if receiver is None:
        pytest.skip("This gateway never calls us.")
    return receiver.receive


def _same_twice(rig: Rig, receive: Receive) -> None:
    request = rig.inbound(rig.sandbox.webhook())
    first, again = receive(request), receive(request)

    assert first, "The sandbox's sample webhook told nothing."
    assert [item.id for item in first] == [item.id for item in again], (
        "The same request twice gave other ids, so the hub would act twice."
    )
    rig.seen(request, *first)


def _believes_no_stranger(rig: Rig, receive: Receive) -> None:
    sample = rig.sandbox.webhook()
    bare = {
        name.lower(): value for name, value in sample.headers.items() if name.lower() in _NO_PROOF
    }
    forged = [rig.inbound(sample, tail="", headers=bare)]
    if sample.path_tail:
        forged.append(rig.inbound(sample, tail=sample.path_tail[:-1]))
        forged.append(rig.inbound(sample, tail=sample.path_tail + "x"))
    else:
        forged.append(rig.inbound(sample, body=sample.body + b" "))
    for request in forged:
        with pytest.raises(RefusedInbound) as caught:
            receive(request)
        rig.told(caught.value)
        assert 400 <= caught.value.status < 500, "A refusal is answered with a status of 4xx."
        assert caught.value.reason.strip(), "A refusal has a short reason that is counted."


def _survives(rig: Rig, receive: Receive, body: bytes) -> None:
    request = rig.inbound(rig.sandbox.webhook(), body=body)
    try:
        told = receive(request)
    except RefusedInbound as exc:
        rig.told(exc)
    else:
        assert not told, "A body that says nothing gave an event."


def _stays_here(rig: Rig, receive: Receive) -> None:
    request = rig.inbound(rig.sandbox.webhook())
    before = len(rig.sandbox.calls())
    receive(request)

    assert len(rig.sandbox.calls()) == before, "`receive` called the platform."
