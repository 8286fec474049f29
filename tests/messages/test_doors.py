"""Every way by which a message can come to leave, and the gate in each of them."""

import ast
import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from hub.config import QuietHours
from hub.consent import ledger
from hub.consent.entry import CONFIRMATION, Entry, EventType, Ground, Method
from hub.messages import claiming, confirmation, steering
from hub.messages.orders import PRIORITY
from hub.messages.states import FIRST, NEXT, State, after_report
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState
from hub.store import people

from ..tree import OURS, name, text_of
from .doubles import Gateway
from .house import SENDER, House

UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)
BUSY = Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=1)


# ---- the doors: each brings one message to where only the next drain is between it and its person


def list_send(house: House, clock) -> None:
    house.create()


def single(house: House, clock) -> None:
    house.single(1)


def rule(house: House, clock) -> None:
    house.single(1, kind="rule")


def api(house: House, clock) -> None:
    house.single(1, kind="api")


def confirmation_code(house: House, clock) -> None:
    contact_id, now = house.contact_id(1), clock()
    with house.db.write() as tx:
        people.lock_contacts(tx, [contact_id])
        confirmation.prepare(tx, SENDER, now)
        request = Entry(
            event_type=EventType.REQUESTED,
            ground=Ground.REQUEST,
            contact_id=contact_id,
            purpose_key=CONFIRMATION,
            method=Method.PAGE,
            actor="person",
            occurred_at=now,
        )
        ledger.append(tx, house.cipher, [request], now)
        made = confirmation.order(
            tx,
            house.cipher,
            house.connections,
            contact_id=contact_id,
            gateway_id=house.gateway_id,
            language="ja",
            code="123456",
            host="hub.example",
            site_id=None,
            sender=SENDER,
            policy=house.policy,
            now=now,
            not_after=now + timedelta(minutes=10),
        )
    assert made is not None


def scheduled(house: House, clock) -> None:
    house.create(not_before=clock() + timedelta(hours=1))
    assert house.states() == ["held"]
    clock.advance(3600)
    house.reconcile()


def after_quiet_hours(house: House, clock) -> None:
    from dataclasses import replace
    from datetime import time

    policy = house.policy
    house.create()
    house.policy = replace(policy, quiet_hours=QuietHours(start=time(9), end=time(11)))
    house.drain()
    assert [row.reason for row in house.rows()] == ["quiet_hours"]
    house.policy = policy
    clock.advance(3600)
    house.reconcile()


def after_its_platform_was_away(house: House, clock) -> None:
    house.create()
    clock.advance(20 * 60)
    house.platform.away = True
    house.drain()
    assert [row.reason for row in house.rows()] == ["source_stale"]
    house.platform.away = False
    clock.advance(5 * 60)
    house.reconcile()


def retry(house: House, clock) -> None:
    house.gateway.answers = [BUSY]
    house.create()
    house.drain()
    clock.advance(2)


def broken_off_send(house: House, clock) -> None:
    house.create()
    house.create()


def lost_claim(house: House, clock) -> None:
    house.create()
    _claim(house, clock)
    clock.advance(61)
    house.reconcile()


def claim_given_back(house: House, clock) -> None:
    house.create()
    rows = _claim(house, clock)
    with house.db.write() as tx:
        assert claiming.give_back(tx, rows, "dead", clock()) == 1


def unknown_under_the_same_key(house: House, clock) -> None:
    house.gateway.answers = [UNKNOWN]
    house.create()
    house.drain()
    clock.advance(31)
    house.reconcile()


def unknown_that_never_arrived(house: House, clock) -> None:
    house.gateway.profile = Gateway(idempotency="lookup").profile
    unknown_under_the_same_key(house, clock)


def paused_and_resumed(house: House, clock) -> None:
    house.create()
    rows = _claim(house, clock)
    house.steer(steering.pause)
    assert house.mark(rows) == []
    house.steer(steering.resume)


def rejected_and_retried(house: House, clock) -> None:
    house.gateway.answers = [Receipt(state=ReceiptState.REJECTED, reason="quota")]
    house.create()
    house.drain()
    assert house.again.message(house.rows()[0].id, actor="user:1").going == 1


def made_anew(house: House, clock) -> None:
    house.create()
    house.drain()
    (row,) = house.rows()
    house.report(DeliveryReport(id="1", key=row.key, state=ReportState.EXPIRED))
    assert house.again.message(row.id, actor="user:1", may_double=True).going == 1


def failed_over(house: House, clock) -> None:
    house.route("spare", "sms")
    house.spare.answers = [Receipt(state=ReceiptState.REJECTED, reason="quota")]
    house.create(gateway_id=None)
    house.drain(gateway_id=house.spare_id)
    assert len(house.spare.posts) == 1


def _claim(house: House, clock) -> list:
    with house.db.write() as tx:
        return claiming.claim(
            tx,
            house.gateway_id,
            worker="dead",
            now=clock(),
            lease_until=clock() + timedelta(seconds=60),
            limit=1,
        )


Door = Callable[[House, Callable], None]
MADE = "hub/messages/making.py:store"
DOORS: dict[Door, set[str]] = {
    list_send: {MADE},
    single: {MADE},
    rule: {MADE},
    api: {MADE},
    confirmation_code: {"hub/messages/confirmation.py:order"},
    broken_off_send: {MADE},
    scheduled: {"hub/messages/reconcile.py:_held"},
    after_quiet_hours: {"hub/messages/reconcile.py:_held"},
    after_its_platform_was_away: {"hub/messages/reconcile.py:_held"},
    retry: {"hub/messages/answers.py:after_answer"},
    lost_claim: {"hub/messages/reconcile.py:_lease_over"},
    claim_given_back: {"hub/messages/claiming.py:give_back"},
    unknown_under_the_same_key: {"hub/messages/unknowns.py:_again"},
    unknown_that_never_arrived: {"hub/messages/unknowns.py:_as_found"},
    paused_and_resumed: {"hub/messages/halting.py:halt"},
    rejected_and_retried: {"hub/messages/again.py:_queue"},
    made_anew: {"hub/messages/again.py:_make"},
    failed_over: {"hub/messages/failover.py:_to"},
}
"""Each door and the place in the code by which its message comes to be queued."""

doors = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@doors
def test_by_every_door_a_message_leaves_on_a_ground(make_house, clock, door):
    house = make_house(1)
    door(house, clock)
    assert house.states()[-1] == "queued"
    before = len(house.gateway.posts)
    house.drain()
    assert len(house.gateway.posts) == before + 1
    assert house.rows()[-1].evidence_id is not None


@doors
@pytest.mark.parametrize("stop", ["opt_out", "hold"])
def test_by_no_door_does_a_message_leave_after_a_stop(make_house, clock, door, stop):
    house = make_house(1)
    door(house, clock)
    before = len(house.gateway.posts)
    if stop == "opt_out":
        house.opt_out(house.contact_id(1), scope="all")
    else:
        house.hold(house.contact_id(1))
    house.drain()
    row = house.rows()[-1]
    reason = {"opt_out": "suppressed_all", "hold": "legal_hold"}[stop]
    assert (row.state, row.reason) == ("refused", reason)
    assert len(house.gateway.posts) == before


def test_every_kind_of_order_is_a_door():
    assert {"single", "rule", "api"} | {"list"} == set(PRIORITY)


def test_a_message_is_marked_for_sending_by_the_gate_and_nowhere_else():
    assert {was for was, to in NEXT.items() if State.SUBMITTING in to} == {State.CLAIMED}
    assert State.SUBMITTING not in FIRST
    assert places("SUBMITTING") == {"hub/messages/marking.py:mark"}
    assert called("mark") == {"hub/messages/dispatch.py"}
    assert stated("submitting") == set()


def test_every_place_that_lets_a_message_be_sent_has_its_door():
    made = calls("insert", of="messages")
    assert places("QUEUED") | made == set().union(*DOORS.values())
    assert stated("queued") == set()


def test_what_moves_a_message_into_a_state_it_computes_can_never_mark_it():
    # By reports only what they say, and on the way to being canceled.
    assert computed() == {
        "hub/messages/reports.py:by_reports",
        "hub/messages/canceling.py:to_canceled",
    }
    for state, known, reported in itertools.product(State, range(5), ReportState):
        assert not {State.SUBMITTING, State.QUEUED} & set(after_report(state, known, reported))


# ---- what the code says ------------------------------------------------------------------------


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the hub outside of its doubles, by file and name."""
    for path in OURS:
        if name(path).startswith(("hub/", "connectors/")) and "sandbox" not in path.parts:
            for node in ast.walk(ast.parse(text_of(path))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{name(path)}:{node.name}", node


def places(state: str) -> set[str]:
    """Where a message is moved into this state."""
    return {
        place
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "moved"
        and any(isinstance(each, ast.Attribute) and each.attr == state for each in node.args)
    }


def computed() -> set[str]:
    """Where a message is moved into a state that is not written there."""
    return {
        place
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "moved"
        and not isinstance(node.args[1], ast.Attribute)
    }


def calls(method: str, *, of: str) -> set[str]:
    """Where this function of that module is called."""
    return {
        place
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == of
    }


def called(function: str) -> set[str]:
    """The files in which a function of this name is called."""
    return {
        place.partition(":")[0]
        for place, body in functions()
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
    }


def stated(state: str) -> set[str]:
    """Where a statement writes this state into a row without the table of states."""
    return {
        place
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.keyword)
        and node.arg == "state"
        and isinstance(node.value, ast.Constant)
        and node.value.value == state
    }
