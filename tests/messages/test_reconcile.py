from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.messages import claiming
from hub.sdk import (
    AuthError,
    DeliveryReport,
    Receipt,
    ReceiptState,
    ReportState,
    TransientError,
)
from hub.store import connections

from .doubles import Gateway

UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)


def unknown_house(make_house, idempotency, people=1):
    house = make_house(people, gateway=Gateway(idempotency=idempotency))
    house.gateway.answers = [UNKNOWN] * people
    house.create()
    house.drain()
    assert house.states() == ["unknown"] * people
    return house


def test_a_claim_whose_lease_is_over_goes_back_to_the_queue(make_house, clock):
    house = make_house(2)
    house.create()
    with house.db.write() as tx:
        claiming.claim(
            tx,
            house.gateway_id,
            worker="dead",
            now=clock(),
            lease_until=clock() + timedelta(seconds=60),
            limit=1,
        )
    assert house.reconcile().given_back == 0, "not before"
    clock.advance(61)
    assert house.reconcile().given_back == 1
    assert house.states() == ["queued"] * 2


def test_under_a_key_the_gateway_takes_once_an_unknown_message_is_sent_again(make_house, clock):
    house = unknown_house(make_house, "key")
    clock.advance(31)
    assert house.reconcile().settled == 1
    house.drain()
    assert house.states() == ["submitted"]
    assert list(house.gateway.posts_by_key.values()) == [2]


def test_a_key_too_old_to_be_known_again_is_not_used_again(make_house, clock):
    house = unknown_house(make_house, "key")
    clock.advance(25 * 3600)
    house.reconcile()
    assert house.states() == ["unknown"]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (None, "queued"),
        (Receipt(state=ReceiptState.ACCEPTED, reference="r"), "submitted"),
        (Receipt(state=ReceiptState.REJECTED, reason="content"), "rejected"),
        (DeliveryReport(id="1", state=ReportState.DELIVERED, key="k"), "delivered"),
        (DeliveryReport(id="1", state=ReportState.EXPIRED, key="k"), "expired"),
        (UNKNOWN, "unknown"),
        (TransientError("Away."), "unknown"),
        (AuthError("Away."), "unknown"),
    ],
)
def test_a_gateway_that_can_be_asked_is_asked_before_anything_is_sent_again(
    make_house, clock, found, state
):
    house = unknown_house(make_house, "lookup")
    (row,) = house.rows()
    house.gateway.found = {row.key: found}
    clock.advance(31)
    house.reconcile()
    assert house.states() == [state]
    assert len(house.gateway.posts) == 1


def test_a_gateway_that_says_when_asked_that_the_person_opted_out_is_believed(make_house, clock):
    house = unknown_house(make_house, "lookup")
    (row,) = house.rows()
    house.gateway.found = {row.key: Receipt(state=ReceiptState.REJECTED, reason="opted_out")}
    clock.advance(31)
    house.reconcile()
    house.create("again")
    assert [row.reason for row in house.rows()] == ["opted_out", "suppressed_promotional"]


def test_with_neither_an_unknown_message_stays_listed_and_is_never_sent_again(make_house, clock):
    house = unknown_house(make_house, "none")
    for _ in range(5):
        clock.advance(3600)
        house.reconcile()
        house.drain()
    assert house.states() == ["unknown"]
    assert len(house.gateway.posts) == 1


def test_a_held_message_goes_when_its_window_opens(make_house, clock):
    house = make_house(1)
    house.create(not_before=clock() + timedelta(minutes=5))
    house.reconcile()
    assert house.states() == ["held"]
    clock.advance(301)
    assert house.reconcile().opened == 1
    house.drain()
    assert house.states() == ["submitted"]


def test_a_message_whose_last_moment_passed_expires_wherever_it_waits(make_house, clock):
    house = make_house(2)
    end = clock() + timedelta(minutes=2)
    house.create("held", not_before=clock() + timedelta(minutes=1), not_after=end)
    house.create("queued", not_after=end)
    clock.advance(121)
    assert house.reconcile().expired == 4
    house.drain()
    assert {(row.state, row.reason) for row in house.rows()} == {("expired", "not_after")}
    assert house.gateway.posts == []


def test_a_message_too_late_at_the_mark_expires_there(make_house, clock):
    house = make_house(1)
    house.create(not_after=clock() + timedelta(minutes=2))
    clock.advance(121)
    house.drain()
    assert house.states() == ["expired"]


def test_reports_that_waited_are_matched(make_house):
    house = unknown_house(make_house, "none")
    (row,) = house.rows()
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE message SET key = 'away'"))
    house.report(DeliveryReport(id="x", state=ReportState.DELIVERED, key=row.key))
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE message SET key = :key"), {"key": row.key})
    assert house.reconcile().reports == 1
    assert house.states() == ["delivered"]


def test_the_pass_rings_for_what_is_due_even_after_the_broker_was_wiped(make_house):
    house = make_house(1)
    house.create()
    house.bells.redis.flushall()
    house.reconcile()
    assert house.bells.redis.exists(f"hub:bell:send:{house.gateway_id}")


def test_nobody_rings_for_a_gateway_that_is_out_of_order(make_house):
    house = make_house(1)
    house.create()
    house.bells.redis.flushall()
    with house.db.write() as tx:
        connections.set_enabled(tx, house.gateway_id, False)
    house.reconcile()
    assert not house.bells.redis.exists(f"hub:bell:send:{house.gateway_id}")


def test_the_pass_may_be_repeated_as_often_as_one_likes(make_house, clock):
    house = unknown_house(make_house, "key", people=3)
    clock.advance(31)
    house.reconcile()
    assert not house.reconcile().anything
