"""The intake: what is believed, stored and answered."""

import json
from typing import Any

from hub.errors import TransientError
from hub.events.intake import IntakeResult, take
from hub.store import connections as connection_rows
from hub.store import events as event_rows
from hub.values.event import Inbound

from ..contacts.town import Platform
from .conftest import EventHub


def call(hub: EventHub, told: Any, *, to: str = "crm", key: str = "sesame") -> IntakeResult:
    inbound = Inbound(
        method="POST",
        tail=key if to == "crm" else "",
        url=f"https://hub.example.jp/in/{to}/",
        query={},
        headers={"x-key": key},
        body=json.dumps(told).encode(),
        received_at=hub.now,
    )
    row = hub.connections.row(to)
    return take(
        hub.db,
        hub.cipher,
        hub.connections,
        hub.bells,
        hub.clock,
        row,
        inbound,  # type: ignore[arg-type]
    )


ADDED = {"id": "e1", "type": "record_added", "record": "1"}


def test_a_genuine_event_is_stored_and_its_bell_rung(hub: EventHub) -> None:
    assert call(hub, [ADDED]) == IntakeResult(status=200, outcome="stored", new=1)
    assert (hub.event().source_id, hub.event().ref) == ("e1", "12:1")
    assert hub.bells.rung == ["events"]


def test_the_same_event_again_is_counted_and_changes_nothing(hub: EventHub) -> None:
    call(hub, [ADDED])
    assert call(hub, [ADDED]) == IntakeResult(status=200, outcome="stored", repeated=1)
    assert (hub.count("event"), hub.event().repeats) == (1, 1)
    assert hub.bells.rung == ["events"]


def test_a_wrong_secret_is_counted_and_does_nothing_else(hub: EventHub) -> None:
    for _ in range(3):
        assert call(hub, [ADDED], key="guess").status == 401
    assert hub.count("event") == 0
    assert hub.connections.row("crm").state == "ok"
    with hub.db.read() as tx:
        assert event_rows.refused_counts(tx, hub.ids["crm"]) == {"wrong_key": 3}


def test_a_genuine_call_with_nothing_in_it_is_well(hub: EventHub) -> None:
    assert call(hub, []) == IntakeResult(status=200, outcome="nothing")


def test_a_disabled_connection_still_stores(hub: EventHub) -> None:
    with hub.db.write() as tx:
        connection_rows.set_enabled(tx, hub.ids["crm"], False)
    assert call(hub, [ADDED]).new == 1


def test_a_plugin_that_breaks_is_answered_with_an_error_so_that_the_platform_repeats(
    hub: EventHub, crm: Platform
) -> None:
    crm.trouble = [ValueError("090-1234-5678")]
    assert call(hub, [ADDED]) == IntakeResult(status=500, outcome="plugin_bug")
    crm.trouble = [TransientError("Busy.")]
    assert call(hub, [ADDED]).status == 503
    assert hub.connections.row("crm").state == "ok"


def test_reports_and_replies_come_in_through_the_same_door(hub: EventHub) -> None:
    told = [
        {"id": "r1", "reference": "unknown"},
        {"id": "t1", "number": "090-1234-5678", "text": "ありがとう"},
    ]
    assert call(hub, told, to="sms").new == 2
    assert call(hub, told, to="sms").repeated == 2
    assert (hub.count("report"), hub.count("reply")) == (1, 1)
    assert call(hub, told, to="sms", key="guess").status == 401
