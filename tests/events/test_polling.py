"""Polling: events that a platform has to be asked for."""

from hub.errors import AuthError, TransientError
from hub.events.polling import PollResult, poll
from hub.values.event import Event
from hub.values.ref import Ref

from ..contacts.town import Platform
from .conftest import EventHub


def ask(hub: EventHub) -> PollResult:
    return poll(
        hub.db,
        hub.connections,
        hub.bells,
        hub.clock,
        hub.ids["crm"],  # type: ignore[arg-type]
    )


def events(crm: Platform, *ids: str) -> None:
    crm.polled += [Event(id=id_, type="record_added", ref=Ref("12", id_)) for id_ in ids]


def test_each_event_is_stored_once(hub: EventHub, crm: Platform) -> None:
    events(crm, "1", "2", "3", "4")
    assert ask(hub) == PollResult(state="done", new=4)
    events(crm, "4", "5")
    assert ask(hub) == PollResult(state="done", new=1, repeated=1)
    assert hub.count("event") == 5
    assert hub.bells.rung == ["events", "events"]


def test_a_poll_in_trouble_goes_on_behind_the_last_page(hub: EventHub, crm: Platform) -> None:
    events(crm, "1", "2", "3", "4")
    crm.trouble = [TransientError("Busy.", retry_after=9)]
    assert (ask(hub).state, hub.count("event")) == ("stopped", 0)
    assert ask(hub).new == 4


def test_refused_credentials_park_the_connection(hub: EventHub, crm: Platform) -> None:
    crm.trouble = [AuthError("Refused. Sign in again.")]
    assert ask(hub).state == "failed"
    assert ask(hub).state == "unusable"
