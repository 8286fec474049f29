"""A person's word on a send counts from its commit on, whatever the workers are at."""

import threading
import time
from datetime import timedelta

import pytest

from hub.errors import ConfigError
from hub.messages import halting, steering
from hub.messages.claiming import give_back
from hub.messages.recording import Answered, record
from hub.messages.sinks import sinks_of
from hub.sdk import Receipt, ReceiptState

from .doubles import Gateway

BUSY = Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=1)
UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)


def finish(house, send_id=1):
    return steering.finish_canceling(house.db, house.clock, send_id)


def test_nothing_of_a_paused_send_leaves_until_it_is_resumed(make_house):
    house = make_house(2)
    house.create()
    house.steer(steering.pause)
    house.drain()
    assert (house.states(), house.gateway.posts) == (["queued", "queued"], [])
    house.steer(steering.resume)
    house.drain()
    assert house.states() == ["submitted", "submitted"]


def test_what_a_worker_had_claimed_before_the_pause_is_not_marked_after_it(make_house):
    house = make_house(2)
    house.create()
    rows = house.claim()
    house.steer(steering.pause)
    assert house.mark(rows) == []
    assert house.states() == ["queued", "queued"]


def test_a_pause_waits_for_the_mark_that_is_being_made(make_house):
    house = make_house(1)
    house.create()
    rows = house.claim()
    told = []

    def pause():
        house.steer(steering.pause)
        told.append(house.rows()[0].state)

    pausing = threading.Thread(target=pause)
    with house.db.write() as tx:
        going, _ = halting.halt(tx, rows, house.clock())
        assert len(going) == 1
        pausing.start()
        time.sleep(0.2)
        assert told == []
    pausing.join(5)
    assert told == ["claimed"]


def test_a_paused_message_whose_last_moment_passes_expires(make_house, clock):
    house = make_house(1)
    house.create(not_after=clock() + timedelta(minutes=5))
    house.steer(steering.pause)
    clock.advance(301)
    house.reconcile()
    house.steer(steering.resume)
    house.drain()
    assert (house.states(), house.rows()[0].reason) == (["expired"], "not_after")
    assert house.gateway.posts == []


def test_a_canceled_sends_messages_are_canceled_wherever_they_wait(make_house, clock):
    house = make_house(3)
    house.create()
    claimed = house.claim(1)
    house.steer(steering.cancel)
    assert finish(house) == 3
    assert (house.send_state(), house.states()) == ("canceled", ["canceled"] * 3)
    assert house.mark(claimed) == []
    assert house.steps(claimed[0].id) == ["queued", "held", "canceled"]
    assert {row.reason for row in house.rows()} == {"canceled"}


def test_a_held_message_is_canceled_and_never_opens(make_house, clock):
    house = make_house(1)
    house.create(not_before=clock() + timedelta(hours=1))
    house.steer(steering.cancel)
    finish(house)
    clock.advance(3601)
    house.reconcile()
    assert house.states() == ["canceled"]


def test_the_reconcile_pass_ends_a_cancel_that_was_broken_off(make_house):
    house = make_house(2)
    house.create()
    house.steer(steering.cancel)
    assert house.send_state() == "canceling"
    assert house.reconcile().canceled == 2
    assert house.send_state() == "canceled"


def test_a_message_on_its_way_keeps_a_send_from_being_canceled_whole(make_house, clock):
    house = make_house(1)
    house.create()
    rows = house.mark(house.claim())
    house.steer(steering.cancel)
    assert finish(house) == 0
    assert (house.send_state(), house.states()) == ("canceling", ["submitting"])
    # The gateway was busy: the message comes back, and goes no further.
    with house.db.write() as tx:
        answered = [Answered(row=rows[0].row, receipt=BUSY)]
        record(tx, house.cipher, answered, now=clock(), sinks=sinks_of(house.connections))
    house.reconcile()
    assert (house.send_state(), house.states()) == ("canceled", ["canceled"])


@pytest.mark.parametrize(
    ("idempotency", "state"), [("key", "unknown"), ("lookup", "rejected"), ("none", "unknown")]
)
def test_an_unknown_message_of_a_canceled_send_is_not_sent_again(
    make_house, clock, idempotency, state
):
    house = make_house(1, gateway=Gateway(idempotency=idempotency))
    house.gateway.answers = [UNKNOWN]
    house.create()
    house.drain()
    house.steer(steering.cancel)
    finish(house)
    clock.advance(31)
    house.reconcile()
    house.drain()
    assert (house.states(), len(house.gateway.posts)) == ([state], 1)


def test_a_send_canceled_while_it_is_made_gets_no_more_messages(make_house, monkeypatch):
    house = make_house(3)
    monkeypatch.setattr("hub.messages.outbox.PAGE", 1)
    make = house.outbox._make
    made = []

    def one_page(*args):
        if made:
            house.steer(steering.cancel)
        made.append(make(*args))
        return made[-1]

    monkeypatch.setattr(house.outbox, "_make", one_page)
    house.create()
    house.reconcile()
    assert made == [True, False]
    assert (house.send_state(), house.states()) == ("canceled", ["canceled"])


def test_a_send_that_is_being_made_cannot_be_paused(make_house):
    house = make_house(1)
    house.create()
    with house.db.write() as tx:
        tx.exec_driver_sql("UPDATE send SET state = 'building'")
    with pytest.raises(ConfigError, match="Send 1 is still being made"):
        house.steer(steering.pause)


@pytest.mark.parametrize("how", [steering.pause, steering.resume])
def test_what_was_canceled_stays_canceled(make_house, how):
    house = make_house(1)
    house.create()
    house.steer(steering.cancel)
    finish(house)
    with pytest.raises(ConfigError, match="Send 1 is canceled"):
        house.steer(how)
    house.steer(steering.cancel)
    assert house.send_state() == "canceled"


@pytest.mark.parametrize("how", [steering.pause, steering.resume, steering.cancel])
def test_there_must_be_such_a_send(make_house, how):
    house = make_house(1)
    with pytest.raises(ConfigError, match="There is no send 9"):
        house.steer(how, 9)


def cancel_one(house, message_id):
    with house.db.write() as tx:
        return steering.cancel_message(tx, message_id, house.clock())


def test_one_message_is_canceled_and_the_others_go(make_house):
    house = make_house(2)
    house.create()
    assert cancel_one(house, house.rows()[0].id).done
    house.drain()
    assert house.states() == ["canceled", "submitted"]


def test_what_the_gateway_has_cannot_be_canceled(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    done = cancel_one(house, house.rows()[0].id)
    assert (done.done, done.state) == (False, "submitted")
    assert cancel_one(house, 99) is None


def test_a_worker_that_gives_back_a_canceled_message_changes_nothing(make_house):
    house = make_house(1)
    house.create()
    rows = house.claim()
    cancel_one(house, rows[0].id)
    with house.db.write() as tx:
        assert give_back(tx, rows, "somebody", house.clock()) == 0
    assert house.states() == ["canceled"]


def parked(house):
    with house.db.write() as tx:
        tx.exec_driver_sql(
            "UPDATE message SET state = 'unknown', reason = 'restored', due_at = '9999-01-01'"
        )


def test_what_a_restored_backup_left_in_doubt_is_closed_by_a_cancel(make_house):
    house = make_house(2)
    house.create()
    parked(house)
    assert cancel_one(house, house.rows()[0].id).done
    house.steer(steering.cancel)
    assert finish(house) == 1
    assert house.states() == ["rejected", "rejected"]
    assert {row.reason for row in house.rows()} == {"not_again"}


def test_what_a_restored_backup_left_in_doubt_goes_when_a_person_says_so(make_house):
    house = make_house(1, gateway=Gateway(idempotency="none"))
    house.create()
    parked(house)
    house.reconcile()
    assert house.again.send(1, actor="user:1").going == 0
    assert house.again.send(1, actor="user:1", may_double=True).going == 1
    house.drain()
    assert house.states() == ["submitted"]


def test_busy_workers_do_not_keep_a_pause_waiting(make_house):
    house = make_house(1)
    if house.db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody shares a lock there.")
    house.create()
    rows = house.claim()
    ended = threading.Event()

    def mark() -> None:
        while not ended.is_set():
            with house.db.write() as tx:
                halting.halt(tx, rows, house.clock())
                time.sleep(0.005)

    workers = [threading.Thread(target=mark) for _ in range(4)]
    for worker in workers:
        worker.start()
    begun = time.monotonic()
    house.steer(steering.pause)
    took = time.monotonic() - begun
    ended.set()
    for worker in workers:
        worker.join(5)
    assert house.send_state() == "paused"
    assert took < 5
