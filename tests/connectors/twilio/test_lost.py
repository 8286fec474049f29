"""Answers that get lost, with the hub's own dispatcher: everybody gets one SMS, nobody two."""

import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from connectors.twilio.gateway import TwilioGateway
from connectors.twilio.sandbox import TwilioSandbox
from hub.sdk import Connection
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind, Rubbish

from ...messages.doubles import Platform, contact
from ...messages.house import House, numbers

# Without a link of its own in it, so that texts to one person are word for word the same.
BODY = "{{name}}様 ご予約の確認です {{sender_name}}"
FAULTS = (
    Fault(kind=FaultKind.DROP, method="POST"),
    Fault(kind=FaultKind.DROP, method="POST", after=True),
    Fault(kind=FaultKind.STATUS, method="POST", status=500),
    Fault(kind=FaultKind.RUBBISH, method="POST", rubbish=Rubbish.HTML_502),
    Fault(kind=FaultKind.RUBBISH, method="POST", rubbish=Rubbish.TRUNCATED_JSON),
    Fault(kind=FaultKind.THROTTLE, method="POST", retry_after=1),
    Fault(kind=FaultKind.RUBBISH, method="GET", rubbish=Rubbish.EMPTY),
    Fault(kind=FaultKind.STATUS, method="GET", status=503),
)


@pytest.fixture
def town(
    connect: Callable[..., Connection], ready_sqlite_url: str, redis_url: str, clock: SandboxClock
) -> Iterator[tuple[House, TwilioSandbox]]:
    """Twelve people, and a Twilio that follows the hub's clock."""
    with TwilioSandbox(limits=False, clock=clock) as sandbox:
        sandbox.set(report_delay=0.01)
        gateway = TwilioGateway(connect(sandbox, timeout=2, rate=100, callback_url=None))
        people = [contact(place, number) for place, number in enumerate(numbers(12), 1)]
        house = House(ready_sqlite_url, redis_url, clock, gateway, Platform(people))
        house.prepare(body=BODY, message_class="transactional")
        yield house, sandbox
        house.db.close()


def run(house: House, clock: SandboxClock) -> None:
    """Send and reconcile for an hour. Nobody calls back, so each end is asked for."""
    for _ in range(18):
        house.drain()
        clock.advance(200)
        house.reconcile()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_gets_lost_everybody_gets_one_sms(town, clock, seed):
    house, sandbox = town
    chance = random.Random(seed)
    for _ in range(10):
        sandbox.faults.add(chance.choice(FAULTS))
    house.create()
    run(house, clock)

    assert Counter(house.states()) == {"delivered": 12}
    assert Counter(each.number for each in sandbox.messages) == dict.fromkeys(
        (f"+81{number[1:]}" for number in numbers(12)), 1
    )
    references = [row.gateway_reference for row in house.rows()]
    assert sorted(references) == sorted(each.sid for each in sandbox.messages)


def test_two_equal_messages_to_one_person_are_two_sms_and_never_three(town, clock):
    house, sandbox = town
    for fault in (FAULTS[1], FAULTS[0]):
        sandbox.faults.add(fault)
    house.single(1, "first")
    house.single(1, "second")
    run(house, clock)

    assert house.states() == ["delivered"] * 2
    assert len({each.body for each in sandbox.messages}) == 1
    assert len(sandbox.messages) == 2
