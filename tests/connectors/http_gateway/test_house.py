"""The plugin in a whole hub, on each kind of store: gate, dispatch, reports."""

import pytest

from ...messages.doubles import Platform, contact
from ...messages.house import House, numbers


@pytest.fixture
def house(store_url, redis_url, clock, gateway):
    platform = Platform([contact(place, n) for place, n in enumerate(numbers(3), 1)])
    house = House(store_url, redis_url, clock, gateway, platform)
    house.prepare()
    yield house
    house.db.close()


def test_three_people_get_their_sms_and_the_results_settle_them(house, hub, sandbox):
    house.create()
    house.drain()
    assert house.states() == ["submitted"] * 3

    house.report(*hub.wait_for(6))

    assert house.states() == ["delivered"] * 3
    assert len(sandbox.messages) == 3


def test_a_lost_answer_is_settled_and_nobody_gets_two(house, sandbox, clock):
    house.create()
    sandbox.drop(times=3, after=True)
    house.drain()
    assert house.states() == ["unknown"] * 3

    clock.advance(60)
    house.reconcile()
    house.drain()

    assert set(house.states()) <= {"submitted", "delivered"}
    assert len(sandbox.messages) == 3


def test_what_surely_never_arrived_is_sent_again(house, sandbox, clock):
    house.create()
    sandbox.drop(times=3)
    house.drain()
    assert house.states() == ["unknown"] * 3

    clock.advance(600)
    house.reconcile()
    house.drain()

    assert set(house.states()) <= {"submitted", "delivered"}
    assert len(sandbox.messages) == 3
