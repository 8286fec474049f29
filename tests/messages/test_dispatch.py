import threading
import time
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.messages.limits import Limits
from hub.queue import Bells, flag
from hub.sdk import AuthError, ConfigError, Receipt, ReceiptState, TransientError
from hub.store import connections

from .doubles import Gateway

QUICK = Limits(post=0.3, lease=9)


def test_every_queued_message_reaches_the_gateway_once(make_house):
    house = make_house(25)
    house.create()
    drained = house.drain()
    assert (drained.posted, drained.why) == (25, None)
    assert house.states() == ["submitted"] * 25
    assert set(house.gateway.posts_by_key.values()) == {1}
    row = house.rows()[0]
    assert (row.gateway_reference, row.billed_units) == (f"ref-{row.key}", 1)
    assert house.steps(row.id) == ["queued", "submitting", "submitted"]


def test_what_was_rejected_says_why(make_house):
    house = make_house(1, gateway=Gateway())
    house.gateway.answers = [Receipt(state=ReceiptState.REJECTED, reason="bad_number")]
    house.create()
    house.drain()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("rejected", "bad_number")


def test_somebody_who_opted_out_at_the_gateway_is_opted_out_everywhere(make_house):
    house = make_house(1)
    house.gateway.answers = [Receipt(state=ReceiptState.REJECTED, reason="opted_out")]
    house.create()
    house.drain()
    house.create("again")
    assert [row.reason for row in house.rows()] == ["opted_out", "suppressed_promotional"]


def test_what_surely_did_not_leave_goes_back_and_is_tried_when_the_gateway_said(make_house, clock):
    house = make_house(1)
    house.gateway.answers = [
        Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=0.2)
    ]
    house.create()
    house.drain()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("queued", "quota")
    assert row.due_at == clock() + timedelta(seconds=0.2)
    clock.advance(1)
    house.drain()
    assert house.states() == ["submitted"]
    assert len(set(house.gateway.posts_by_key)) == 1, "under the same key"


def test_an_answer_that_says_neither_leaves_the_message_unknown(make_house):
    house = make_house(3)
    house.gateway.answers = [
        Receipt(state=ReceiptState.UNKNOWN),
        TransientError("Broke off.", maybe_done=True),
        ValueError("a bug in the plugin"),
    ]
    house.create()
    house.drain()
    assert house.states() == ["unknown"] * 3
    assert sorted(row.reason for row in house.rows()) == ["gateway_fault", "no_answer", "no_answer"]


def test_a_connection_that_was_refused_surely_sent_nothing(make_house):
    house = make_house(1)
    house.gateway.answers = [TransientError("Connection refused.")]
    house.create()
    house.drain()
    assert [(row.state, row.reason) for row in house.rows()] == [("queued", "unreachable")]


def test_a_wrong_password_costs_one_post_and_parks_the_gateway(make_house):
    house = make_house(30)
    house.gateway.answers = [AuthError("Sign in again.", "再認証してください。")] * 30
    house.create()
    drained = house.drain()
    assert len(house.gateway.posts) == 1
    assert drained.why.en == "Sign in again."
    assert set(house.states()) == {"queued"}
    assert house.connections.by_id(house.gateway_id).state == "parked"
    assert "parked" in house.drain().why.en
    assert len(house.gateway.posts) == 1


def test_a_plugin_that_breaks_again_and_again_is_parked_before_everything_is_unknown(make_house):
    house = make_house(60)
    house.gateway.answers = [ConfigError("x", "Broken.", "壊れています。")] * 60
    house.create()
    house.drain(Limits(window=1, faults=3, record_every=1))
    assert house.states().count("unknown") == 3
    assert house.connections.by_id(house.gateway_id).state == "parked"


def test_a_post_that_hangs_leaves_its_message_unknown_and_the_others_go_on(make_house):
    house = make_house(5)
    forever = threading.Event()
    house.gateway.gates = [None, forever]
    house.create()
    house.drain(QUICK)
    assert sorted(house.states()) == ["submitted"] * 4 + ["unknown"]
    forever.set()


def test_a_disabled_gateway_sends_nothing_and_loses_nothing(make_house):
    house = make_house(1)
    house.create()
    with house.db.write() as tx:
        connections.set_enabled(tx, house.gateway_id, False)
    assert "disabled" in house.drain().why.en
    assert house.states() == ["queued"]


def test_without_a_broker_messages_wait_and_it_is_said(make_house):
    house = make_house(2)
    house.create()
    there = house.bells
    house.bells = Bells(redis.Redis(port=1, retry=Retry(NoBackoff(), 0)))
    drained = house.drain()
    assert "broker is away" in drained.why.en
    assert house.states() == ["queued"] * 2
    house.bells = there
    house.drain()
    assert house.states() == ["submitted"] * 2


def test_an_agents_sms_does_not_wait_behind_a_list(make_house):
    house = make_house(40, gateway=Gateway(rate=20, burst=5))
    house.create()
    drained = threading.Thread(target=house.drain)
    drained.start()
    time.sleep(0.3)
    ordered = len(house.gateway.posts)
    # Number 40 is the last of the list.
    house.single(40)
    drained.join()
    urgent = house.rows()[-1]
    place = [post.id for post in house.gateway.posts].index(urgent.key)
    assert place <= ordered + 15
    assert len(house.gateway.posts) == 41


def test_the_rate_of_the_gateway_is_kept(make_house):
    house = make_house(25, gateway=Gateway(rate=20, burst=10))
    house.create()
    begun = time.monotonic()
    house.drain()
    assert 0.7 <= time.monotonic() - begun < 3
    assert len(house.gateway.posts) == 25


def test_two_workers_share_the_work_and_double_nothing(make_house):
    house = make_house(120)
    house.create()
    workers = [threading.Thread(target=house.drain, args=[Limits(claim=10)]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(house.states()) == {"submitted"}
    assert len(house.gateway.posts) == 120
    assert set(house.gateway.posts_by_key.values()) == {1}


def test_a_worker_whose_lease_ran_out_does_not_post(make_house, clock):
    house = make_house(3)
    house.create()
    first = threading.Event()
    house.gateway.gates = [first]
    drained = threading.Thread(target=house.drain, args=[Limits(lease=30, post=10)])
    drained.start()
    while not house.gateway.posts:
        time.sleep(0.01)
    # As if the process had been frozen and thawed: its answer comes after everybody gave up.
    clock.advance(3600)
    house.reconcile()
    assert sorted(house.states()) == ["queued", "queued", "queued"], "the key makes a repeat safe"
    first.set()
    drained.join()
    house.drain()
    assert set(house.states()) == {"submitted"}
    assert sorted(house.gateway.posts_by_key.values()) == [1, 1, 2]


def test_a_late_answer_settles_a_message_that_became_unknown(make_house, clock):
    house = make_house(1, gateway=Gateway(idempotency="none"))
    house.create()
    gate = threading.Event()
    house.gateway.gates = [gate]
    drained = threading.Thread(target=house.drain, args=[Limits(lease=30, post=10)])
    drained.start()
    while not house.gateway.posts:
        time.sleep(0.01)
    clock.advance(31)
    house.reconcile()
    assert house.states() == ["unknown"]
    gate.set()
    drained.join()
    assert house.states() == ["submitted"]


def test_a_long_wait_for_leave_ends_the_drain_and_gives_back_what_was_claimed(make_house):
    house = make_house(3, gateway=Gateway(rate=0.1, burst=1))
    house.create()
    house.drain(seconds=5)
    assert sorted(house.states()) == ["queued", "queued", "submitted"]
    assert all(row.claimed_by is None for row in house.rows())


def test_a_drain_that_ends_at_its_deadline_rings_for_the_rest(make_house, clock):
    class Slow(Gateway):
        def send(self, outgoing):
            clock.advance(1)
            return super().send(outgoing)

    house = make_house(30, gateway=Slow())
    house.create()
    house.bells.redis.flushall()
    house.drain(seconds=5)
    assert set(house.states()) == {"submitted", "queued"}
    assert house.bells.redis.exists(f"hub:bell:send:{house.gateway_id}")


def test_a_paused_send_waits(make_house):
    house = make_house(1)
    house.create()
    with house.db.write() as tx:
        tx.execute(sa.text("UPDATE send SET state = 'paused'"))
    house.drain()
    assert house.states() == ["queued"]


def test_what_waited_behind_a_hanging_post_is_sent_later_and_is_not_unknown(make_house, clock):
    gate = threading.Event()
    house = make_house(3)
    house.gateway.gates = [None, gate]
    house.create()
    house.drain(Limits(window=1, post=0.3))
    gate.set()
    assert sorted(house.states()) == ["queued", "submitted", "unknown"]
    clock.advance(60)
    house.drain()
    assert sorted(house.states()) == ["submitted", "submitted", "unknown"]
    assert set(house.gateway.posts_by_key.values()) == {1}


@pytest.mark.parametrize(("people", "called"), [(2, True), (1, False)])
def test_who_finds_a_whole_batch_calls_another_worker(make_house, people, called):
    house = make_house(people)
    house.create()
    house.bells.redis.flushall()
    house.drain(Limits(claim=2))
    assert bool(house.bells.redis.exists(flag(f"send:{house.gateway_id}"))) is called
