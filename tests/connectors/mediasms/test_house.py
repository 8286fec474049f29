"""The plugin in a whole hub, on each kind of store: gate, dispatch, reports, exclusions."""

from dataclasses import replace

import pytest

from connectors.mediasms.gateway import MediaGateway

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


def test_a_failure_and_the_consoles_own_retry_end_as_delivered(house, hub, gateway, sandbox):
    house.create()
    house.drain()
    delivered = [item for item in hub.wait_for(6) if item.state.value == "delivered"]
    row = house.rows()[0]
    away = hub.requests[0]
    body = away.body.replace(away.body.split(b'"smsid": "')[1][:32], row.key.encode())
    failed = body.replace(b'"status": "2"', b'"status": "14"')
    assert failed != body

    house.report(*gateway.receive(replace(away, body=failed)))
    assert house.states()[0] == "undelivered"
    house.report(*delivered)

    assert house.states() == ["delivered"] * 3


def test_results_that_are_not_posted_are_asked_for(house, sandbox, clock, wait_until):
    house.create()
    house.drain()
    wait_until(lambda: all(len(message.results) == 2 for message in sandbox.messages))
    assert house.states() == ["submitted"] * 3

    clock.advance(601)
    house.reconcile()

    assert house.states() == ["delivered"] * 3


def test_a_lost_answer_is_settled_by_the_same_key_and_nobody_gets_two(house, sandbox, clock):
    house.create()
    sandbox.drop(times=3, after=True)
    house.drain()
    assert house.states() == ["unknown"] * 3

    clock.advance(60)
    house.reconcile()
    house.drain()

    assert house.states() == ["submitted"] * 3
    assert sorted(post.code for post in sandbox.posts) == ["200"] * 3 + ["587"] * 3
    assert len(sandbox.messages) == 3


def test_a_tap_on_the_consoles_own_opt_out_address_excludes_the_person_here(house, hub, sandbox):
    for number in numbers(3):
        sandbox.tap(number)
    house.create()
    house.drain()
    house.report(*hub.wait_for(3))
    assert {row.reason for row in house.rows()} == {"opted_out"}

    house.create("second")

    assert {row.reason for row in house.rows() if row.state == "refused"} == {
        "suppressed_promotional"
    }
    assert len(sandbox.messages) == 3


def test_a_stop_from_the_handset_excludes_the_person_here(house, hub, sandbox):
    house.create()
    house.drain()
    items = list(hub.wait_for(6))
    sandbox.reply(numbers(3)[0], "停止")
    reply, _ = hub.wait_for(8)[len(items) :]

    assert vars(house.reply(reply)) == {"new": 1, "repeated": 0, "opted_out": 1}
    assert vars(house.reply(reply)) == {"new": 0, "repeated": 1, "opted_out": 0}


def test_one_refused_password_parks_the_connection_and_is_not_sent_again(
    store_url, redis_url, clock, sandbox, connect
):
    connection = connect(sandbox, password="wrong-password")
    platform = Platform([contact(place, n) for place, n in enumerate(numbers(30), 1)])
    house = House(store_url, redis_url, clock, MediaGateway(connection), platform)
    house.prepare()
    house.create()

    why = house.drain().why

    assert "refused user name or password" in why.en
    assert house.connections.by_id(house.gateway_id).state == "parked"
    assert set(house.states()) == {"queued"}
    house.connections.recovered(house.gateway_id)
    clock.advance(3700)
    assert "refused user name or password" in house.drain().why.en
    assert len(sandbox.calls()) == 1
    house.db.close()
