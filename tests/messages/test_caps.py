"""How often one number gets advertising, at the mark."""

import threading
from dataclasses import replace
from datetime import timedelta

from hub.config import FrequencyCap
from hub.sdk import Receipt, ReceiptState

DAY = 24 * 3600


def capped(house, count=1, days=1):
    caps = (FrequencyCap(count=count, span=timedelta(days=days)),)
    house.policy = replace(house.policy, caps=caps)


def test_of_two_sends_to_one_number_the_second_waits_until_the_cap_ends(make_house, clock):
    house = make_house(1)
    house.create("one")
    house.create("two")
    capped(house)
    house.drain()
    sent, held = house.rows()
    assert [sent.state, held.state, held.reason] == ["submitted", "held", "frequency_cap"]
    assert held.due_at == sent.marked_at + timedelta(days=1)
    clock.advance(DAY - 60)
    house.reconcile()
    house.drain()
    assert len(house.gateway.posts) == 1
    clock.advance(60)
    house.reconcile()
    house.drain()
    assert house.states() == ["submitted", "submitted"]


def test_two_drains_at_once_do_not_both_send_to_one_number(make_house):
    house = make_house(6)
    for key in ("one", "two", "three"):
        house.create(key)
    capped(house)
    drains = [threading.Thread(target=house.drain) for _ in range(3)]
    for each in drains:
        each.start()
    for each in drains:
        each.join()
    assert sorted(house.states()) == ["held"] * 12 + ["submitted"] * 6
    assert len({each.number for each in house.gateway.posts}) == 6


def test_what_surely_did_not_leave_does_not_count(make_house, clock):
    house = make_house(1)
    house.gateway.answers = [
        Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=1),
        Receipt(state=ReceiptState.REJECTED, reason="content"),
    ]
    house.create("one")
    capped(house)
    house.drain()
    assert house.states() == ["queued"]
    clock.advance(2)
    house.drain()
    assert house.states() == ["rejected"]
    house.create("two")
    house.drain()
    assert house.states() == ["rejected", "submitted"]


def test_what_may_have_left_counts(make_house):
    house = make_house(1)
    house.gateway.answers = [Receipt(state=ReceiptState.UNKNOWN)]
    house.create("one")
    capped(house)
    house.drain()
    house.create("two")
    house.drain()
    assert [row.reason for row in house.rows()][1] == "frequency_cap"


def test_notices_count_for_nobody_and_are_not_counted(make_house):
    house = make_house(1, message_class="transactional", body="{{name}}様 ご予約は明日です")
    capped(house)
    for key in ("one", "two", "three"):
        house.create(key)
    house.drain()
    assert house.states() == ["submitted"] * 3


def test_a_dry_run_tells_whom_the_cap_holds(make_house):
    house = make_house(2)
    house.single(1)
    house.drain()
    caps = (FrequencyCap(count=1, span=timedelta(days=1)),)
    would = house.with_policy(replace(house.policy, caps=caps)).preview(house.order("next"))
    assert (dict(would.states), dict(would.reasons)) == (
        {"held": 1, "queued": 1},
        {"frequency_cap": 1},
    )
