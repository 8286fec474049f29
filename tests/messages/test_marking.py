import random
import threading
import time

import sqlalchemy as sa

from hub.messages.limits import Limits
from hub.sdk import Answer
from hub.store import people
from hub.store.tables.optouts import push

from .doubles import Gateway


def test_an_opt_out_before_the_mark_wins(make_house):
    house = make_house(2)
    house.create()
    house.opt_out(house.contact_id(1))
    house.drain()
    assert house.states() == ["refused", "submitted"]
    assert house.rows()[0].reason == "suppressed_promotional"
    assert house.gateway.posts[0].id == house.rows()[1].key


def test_a_mark_waits_for_an_opt_out_that_is_being_written(make_house):
    house = make_house(1)
    house.create()
    contact_id = house.contact_id(1)
    drained = threading.Thread(target=house.drain)
    with house.db.write() as tx:
        people.lock_contacts(tx, [contact_id])
        drained.start()
        time.sleep(0.3)
        assert house.gateway.posts == []
        from hub.optout import act

        act.opt_out(
            tx,
            house.cipher,
            contact_id=contact_id,
            scope="all",
            origin="page",
            actor="test",
            occurred_at=house.clock(),
            now=house.clock(),
            sink_connections=[],
        )
    drained.join()
    assert (house.states(), house.gateway.posts) == (["refused"], [])


def test_people_who_opt_out_while_messages_leave_get_none_after_their_opt_out(make_house):
    people_count = 60
    house = make_house(people_count, gateway=Gateway(rate=150, burst=10))
    house.create()
    contacts = {row.contact_id: row.key for row in house.rows()}
    stopped: dict[int, set[str]] = {}

    def stop() -> None:
        chance = random.Random(7)
        for contact_id in chance.sample(sorted(contacts), people_count // 2):
            house.opt_out(contact_id)
            # What was marked by now, by the store's own word, the instant the opt-out was there.
            with house.db.read() as tx:
                rows = tx.execute(sa.text("SELECT key FROM message WHERE marked_at IS NOT NULL"))
                stopped[contact_id] = set(rows.scalars())

    stopping = threading.Thread(target=stop)
    stopping.start()
    house.drain(Limits(record_every=5))
    stopping.join()
    posted = set(house.gateway.posts_by_key)
    late = [each for each, marked in stopped.items() if contacts[each] in posted - marked]
    assert late == []
    assert len(posted) < people_count


def test_an_opt_out_has_its_records_told(make_house):
    house = make_house(1)
    house.opt_out(house.contact_id(1))
    with house.db.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(push)).scalar_one() == 1


def test_records_too_old_at_the_mark_are_read_again(make_house, clock):
    house = make_house(2)
    house.create()
    clock.advance(20 * 60)
    house.platform.reads = 0
    house.platform.say(1, Answer.NO)
    house.drain()
    assert house.platform.reads == 2
    assert house.states() == ["refused", "submitted"]


def test_records_read_lately_are_not_read_again(make_house, clock):
    house = make_house(2)
    house.create()
    clock.advance(5 * 60)
    house.platform.reads = 0
    house.drain()
    assert house.platform.reads == 0
    assert house.states() == ["submitted"] * 2


def test_a_platform_that_cannot_be_read_at_the_mark_holds_its_messages(make_house, clock):
    house = make_house(1)
    house.create()
    clock.advance(20 * 60)
    house.platform.away = True
    house.drain()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("held", "source_stale")
    house.platform.away = False
    clock.advance(10 * 60)
    house.reconcile()
    house.drain()
    assert house.states() == ["submitted"]


def test_a_service_message_needs_no_fresh_reading(make_house, clock):
    house = make_house(1, message_class="transactional", body="{{name}}様 ご予約は明日です")
    house.create()
    clock.advance(3600)
    house.platform.away = True
    house.drain()
    assert house.states() == ["submitted"]


def test_in_quiet_hours_advertising_waits_for_the_morning(make_house, clock):
    from dataclasses import replace
    from datetime import time as day_time

    from hub.config import QuietHours

    house = make_house(1)
    house.create()
    house.policy = replace(
        house.policy, quiet_hours=QuietHours(start=day_time(9), end=day_time(12))
    )
    house.drain()
    (row,) = house.rows()
    assert (row.state, row.reason) == ("held", "quiet_hours")
    assert (row.due_at - clock()).total_seconds() == 2 * 3600


def test_the_message_names_the_entry_it_left_on(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    (row,) = house.rows()
    with house.db.read() as tx:
        found = tx.execute(
            sa.text("SELECT contact_id FROM evidence WHERE event_id = :id"), {"id": row.evidence_id}
        ).scalar_one()
    assert found == row.contact_id
    assert row.attempt == 1
