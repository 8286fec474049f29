"""What failed goes once more because a person says so, and never twice by one word."""

import pytest

from hub.errors import ConfigError
from hub.messages import steering
from hub.messages.again import key_after
from hub.messages.retrying import Way
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState

from .doubles import Gateway

NO_QUOTA = Receipt(state=ReceiptState.REJECTED, reason="quota")
BAD = Receipt(state=ReceiptState.REJECTED, reason="bad_number")
UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)


def failed(house, *receipts):
    house.gateway.answers = list(receipts)
    house.create()
    house.drain()


def undelivered(house, clock, **about):
    house.create()
    house.drain()
    (row,) = house.rows()
    house.report(DeliveryReport(id="1", key=row.key, state=ReportState.UNDELIVERED, **about))
    return row


def test_all_that_failed_of_a_send_goes_again_and_what_did_not_stays(make_house):
    house = make_house(3)
    failed(house, NO_QUOTA, BAD)
    states = {row.reason: row for row in house.rows()}
    done = house.again.send(1, actor="user:1")
    assert dict(done.ways) == {Way.QUEUE: 1, Way.NO_USE: 1}
    house.drain()
    key = states["quota"].key
    assert house.gateway.posts_by_key[key] == 2
    assert sorted(house.states()) == ["rejected", "submitted", "submitted"]


def test_a_retry_passes_the_gate(make_house):
    house = make_house(1)
    failed(house, NO_QUOTA)
    house.opt_out(house.contact_id(1))
    assert house.again.send(1, actor="user:1").going == 1
    house.drain()
    assert (house.states(), len(house.gateway.posts)) == (["refused"], 1)


def test_a_gateway_that_can_be_asked_is_asked_at_once(make_house, clock):
    house = make_house(1, gateway=Gateway(idempotency="lookup"))
    failed(house, UNKNOWN)
    (row,) = house.rows()
    house.gateway.found = {row.key: Receipt(state=ReceiptState.ACCEPTED, reference="r")}
    done = house.again.message(row.id, actor="user:1")
    assert dict(done.ways) == {Way.ASK: 1}
    house.reconcile()
    assert (house.states(), len(house.gateway.posts)) == (["submitted"], 1)


def test_what_nobody_knows_stays_unknown_until_a_person_takes_a_second_one(make_house):
    house = make_house(1, gateway=Gateway(idempotency="none"))
    failed(house, UNKNOWN)
    (row,) = house.rows()
    assert dict(house.again.message(row.id, actor="user:1").ways) == {Way.MAY_DOUBLE: 1}
    house.drain()
    assert len(house.gateway.posts) == 1
    assert house.again.message(row.id, actor="user:1", may_double=True).going == 1
    house.drain()
    assert house.gateway.posts_by_key == {row.key: 2}


def test_what_was_not_delivered_goes_as_a_new_message_once(make_house, clock):
    house = make_house(1)
    row = undelivered(house, clock, permanent=False)
    assert house.again.message(row.id, actor="user:1").going == 0
    done = house.again.message(row.id, actor="user:1", may_double=True)
    assert (dict(done.ways), done.send_id) == ({Way.ANEW: 1}, 2)
    house.drain()
    first, second = house.gateway.posts
    assert (second.id, second.text) == (key_after(first.id), first.text)
    assert house.states() == ["undelivered", "submitted"]
    repeated = house.again.message(row.id, actor="user:1", may_double=True)
    assert dict(repeated.ways) == {Way.NOT_FAILED: 1}
    house.drain()
    assert len(house.gateway.posts) == 2


def test_a_late_delivery_of_the_first_one_still_counts(make_house, clock):
    house = make_house(1)
    row = undelivered(house, clock)
    house.again.message(row.id, actor="user:1", may_double=True)
    house.report(DeliveryReport(id="2", key=row.key, state=ReportState.DELIVERED))
    assert house.states() == ["delivered", "queued"]


def test_the_message_made_anew_passes_the_gate(make_house, clock):
    house = make_house(1)
    row = undelivered(house, clock)
    house.again.message(row.id, actor="user:1", may_double=True)
    house.opt_out(row.contact_id)
    house.drain()
    assert (house.states(), len(house.gateway.posts)) == (["undelivered", "refused"], 1)


def test_a_canceled_send_is_not_retried(make_house):
    house = make_house(1)
    failed(house, NO_QUOTA)
    house.steer(steering.cancel)
    with pytest.raises(ConfigError, match="was canceled"):
        house.again.send(1, actor="user:1")


def test_a_paused_sends_retry_waits_for_its_resumption(make_house):
    house = make_house(1)
    failed(house, NO_QUOTA)
    house.steer(steering.pause)
    house.again.send(1, actor="user:1")
    house.drain()
    assert house.states() == ["queued"]
    house.steer(steering.resume)
    house.drain()
    assert house.states() == ["submitted"]


def test_there_must_be_such_a_send_or_message(make_house):
    house = make_house(1)
    with pytest.raises(ConfigError, match="There is no send 7"):
        house.again.send(7, actor="user:1")
    assert house.again.message(7, actor="user:1") is None
