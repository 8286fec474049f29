"""A reply that may be a stop: advertising waits until a person has decided."""

import pytest
import sqlalchemy as sa

from hub.messages import doubts
from hub.sdk import Reply
from hub.store import replies
from hub.store.tables.consent import exclusion

from .house import numbers

NUMBER = "+81" + numbers(1)[0][1:]
MAYBE = "配信停止の方法を教えてください"


def say(house, text, id_="1", **about):
    return house.reply(Reply(id=id_, number=NUMBER, text=text, **about))


def accept(house, reply_id=1):
    with house.db.write() as tx:
        sinks = house.connections.with_role("opt_out_sink")
        return doubts.accept(
            tx,
            house.cipher,
            reply_id,
            actor="user:1",
            now=house.clock(),
            sink_connections=sinks,
        )


def dismiss(house, reply_id=1):
    with house.db.write() as tx:
        return doubts.dismiss(tx, reply_id, actor="user:1", now=house.clock())


def tasks(house):
    with house.db.read() as tx:
        return [row.task for row in reversed(replies.listing(tx, open_only=False, limit=9))]


def test_what_may_be_a_stop_holds_advertising_that_was_queued_before(make_house):
    house = make_house(1)
    house.create()
    say(house, MAYBE)
    house.drain()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("held", "reply_in_doubt")
    assert tasks(house) == ["open"]


def test_a_service_message_goes_on(make_house):
    house = make_house(1, message_class="transactional", body="{{name}}様 ご予約の確認です")
    say(house, MAYBE)
    house.create()
    house.drain()
    assert "reply_in_doubt" not in {row.reason for row in house.rows()}


def test_taken_for_a_stop_it_opts_out_as_of_when_it_was_written(make_house, clock):
    house = make_house(1)
    written = clock()
    clock.advance(3600)
    say(house, MAYBE, at=written)
    assert accept(house).done
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}
    with house.db.read() as tx:
        (row,) = tx.execute(sa.select(exclusion.c.origin, exclusion.c.occurred_at)).all()
    assert tuple(row) == ("reply", written)
    assert tasks(house) == ["accepted"]


def test_dismissed_advertising_goes_on_by_itself(make_house, clock):
    house = make_house(1)
    house.create()
    say(house, MAYBE)
    house.drain()
    assert dismiss(house).done
    clock.advance(301)
    house.reconcile()
    house.drain()
    assert house.states() == ["submitted"]


def test_advertising_waits_for_the_last_decision(make_house):
    house = make_house(1)
    say(house, MAYBE)
    say(house, "もう送らないで", "2")
    dismiss(house, 1)
    assert dict(house.create().reasons) == {"reply_in_doubt": 1}


@pytest.mark.parametrize("decide", [accept, dismiss])
def test_what_was_decided_stays_decided(make_house, decide):
    house = make_house(1)
    say(house, MAYBE)
    dismiss(house)
    assert not decide(house).done
    assert tasks(house) == ["dismissed"]
    assert decide(house, 99) is None


def test_a_stop_that_follows_answers_the_question(make_house):
    house = make_house(1)
    say(house, MAYBE)
    say(house, "停止", "2")
    assert tasks(house) == ["accepted", None]
    assert dict(house.create().reasons) == {"suppressed_promotional": 1}


def test_a_start_that_follows_answers_it_too_and_one_from_before_does_not(make_house, clock):
    house = make_house(1)
    before = clock()
    clock.advance(60)
    say(house, MAYBE)
    say(house, "START", "2", at=before)
    assert dict(house.create("a").reasons) == {"reply_in_doubt": 1}
    clock.advance(60)
    say(house, "START", "3")
    assert house.create("b").states == {"queued": 1}


def test_a_stranger_who_may_have_said_stop_is_remembered(make_house):
    house = make_house(1, prepare=False)
    say(house, "やめてください")
    house.prepare()
    assert dict(house.create().reasons) == {"reply_in_doubt": 1}
