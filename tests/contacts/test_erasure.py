"""Erasure: what goes, what stays, when, and what a killed process leaves to the next."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from hub.config import Keeping
from hub.consent import ledger
from hub.contacts import erasure, retention
from hub.contacts.erasure import Erased
from hub.contacts.erasure_preview import preview
from hub.messages.canceling import cancel_waiting
from hub.sdk import Answer, Reply
from hub.store import erasure_orders, further, people
from hub.store.cleansing import noted
from hub.store.erasure_aim import Aim
from hub.store.tables.access import site, user
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.messages import message, reply
from hub.store.tables.optouts import opt_out_token
from hub.store.tables.people import contact, link

from ..messages.doubles import Gateway, Platform
from ..messages.doubles import contact as person
from ..messages.house import House, numbers

FOREVER = Keeping(
    bodies_days=None, replies_days=None, events_days=None, contacts_days=None, evidence_years=3
)


@pytest.fixture
def make(store_url, redis_url, clock) -> Iterator[House]:
    houses = []

    def make(people_=3):
        platform = Platform([person(place, n) for place, n in enumerate(numbers(people_), 1)])
        house = House(store_url, redis_url, clock, Gateway(), platform)
        houses.append(house)
        house.prepare()
        return house

    yield make
    for house in houses:
        house.db.close()


def order(house, kind="person", subject=0, after=0):
    now = house.clock()
    with house.db.write() as tx:
        return erasure.order(
            tx,
            kind=kind,
            subject=subject,
            by="user:1",
            now=now,
            due_at=now + timedelta(days=after),
            why="ordered",
        ).id


def carry_out(house, **limits) -> Erased:
    return erasure.carry_out_due(house.db, cancel_waiting, house.clock, **limits)


def later(house, **step):
    house.clock.advance(timedelta(**step).total_seconds())


def look(house, query):
    with house.db.read() as tx:
        return tx.execute(query).all()


def state(house, order_id):
    with house.db.read() as tx:
        return erasure_orders.by_id(tx, order_id)


def texted(house):
    """Everybody got an SMS, and the first one answered it."""
    house.create()
    house.drain()
    number = "+81" + numbers(1)[0][1:]
    house.reply(Reply(id="1", number=number, text="ありがとう、佐藤です"))


def test_number_name_texts_and_proofs_go(make):
    house = make(2)
    texted(house)
    first, second = house.contact_id(1), house.contact_id(2)
    order(house, subject=first)
    done = carry_out(house)
    assert (done.people, done.unfinished) == (1, False)
    assert done.counts == {"numbers": 1, "records": 1, "texts": 1, "replies": 1, "proofs": 1}
    kept = look(house, sa.select(contact.c.id).where(contact.c.number_enc.is_not(None)))
    assert kept == [(second,)]
    for sealed, of in (
        (link.c.name_enc, link.c.contact_id),
        (link.c.attributes_enc, link.c.contact_id),
        (message.c.body_enc, message.c.contact_id),
        (evidence.c.personal_enc, evidence.c.contact_id),
        (evidence.c.personal_salt, evidence.c.contact_id),
    ):
        assert look(house, sa.select(of).where(sealed.is_not(None))) == [(second,)]
    assert look(house, sa.select(reply.c.text_enc)) == [(None,)]
    digits = sa.select(opt_out_token.c.contact_id).where(opt_out_token.c.last_digits == "")
    assert look(house, digits) == [(first,)]
    assert look(house, sa.select(link.c.verdict).where(link.c.contact_id == first)) == [("erased",)]


def test_evidence_and_exclusion_outlive_it_and_the_ledger_verifies(make):
    house = make(1)
    house.opt_out(house.contact_id(1))
    before = look(house, sa.select(evidence.c.seq, evidence.c.event_type, evidence.c.source_ref))
    order(house, subject=house.contact_id(1))
    carry_out(house)
    after = look(house, sa.select(evidence.c.seq, evidence.c.event_type, evidence.c.source_ref))
    assert before == after
    assert look(house, sa.select(exclusion.c.lifted_at)) == [(None,)]
    with house.db.read() as tx:
        assert ledger.verify(tx, house.cipher).whole
        looked_up = people.find_contact(tx, house.cipher.lookups("+81" + numbers(1)[0][1:]))
    assert looked_up == house.contact_id(1)


def test_what_waits_to_be_sent_is_canceled_first(make):
    house = make(2)
    house.create()
    order(house, subject=house.contact_id(1))
    assert carry_out(house).counts["messages"] == 1
    assert house.states() == ["canceled", "queued"]
    assert house.steps(house.rows()[0].id) == ["queued", "held", "canceled"]
    house.drain()
    assert [post.number for post in house.gateway.posts] == ["+81" + numbers(2)[1][1:]]


def test_what_a_worker_has_claimed_is_canceled_too(make):
    house = make(1)
    house.create()
    with house.db.write() as tx:
        tx.execute(
            sa.update(message).values(
                state="claimed", claimed_by="w", lease_until=house.clock() + timedelta(minutes=5)
            )
        )
    order(house, subject=house.contact_id(1))
    carry_out(house)
    assert house.states() == ["canceled"]


def test_an_order_waits_for_its_day_and_can_be_canceled_until_then(make):
    house = make(2)
    ten_days = order(house, subject=house.contact_id(1), after=10)
    dropped = order(house, subject=house.contact_id(2), after=10)
    with house.db.write() as tx:
        assert erasure.cancel(tx, erasure_orders.by_id(tx, dropped), "user:1", house.clock())
        assert not erasure.cancel(tx, erasure_orders.by_id(tx, dropped), "user:1", house.clock())
    later(house, days=9, hours=23)
    assert carry_out(house).people == 0
    later(house, hours=1)
    assert carry_out(house).people == 1
    assert (state(house, ten_days).state, state(house, dropped).state) == ("done", "canceled")
    assert carry_out(house).people == 0


def test_the_same_order_again_is_the_same_order_and_the_earlier_day_counts(make):
    house = make(1)
    first = order(house, subject=house.contact_id(1), after=10)
    assert order(house, subject=house.contact_id(1), after=2) == first
    assert state(house, first).due_at == house.clock() + timedelta(days=2)


def test_a_legal_hold_keeps_everything_until_it_is_lifted(make):
    house = make(2)
    held = house.contact_id(1)
    with house.db.write() as tx:
        tx.execute(
            sa.update(contact).where(contact.c.id == held).values(legal_hold_at=house.clock())
        )
    mine = order(house, subject=held)
    assert carry_out(house).people == 0
    assert (state(house, mine).state, state(house, mine).held) == ("waiting", 1)
    with house.db.write() as tx:
        tx.execute(sa.update(contact).values(legal_hold_at=None))
    later(house, days=1)
    assert carry_out(house).people == 1
    assert (state(house, mine).state, state(house, mine).held) == ("done", 0)


def test_a_job_that_ends_half_way_goes_on_where_it_was(make):
    house = make(230)
    mine = order(house, "age", 30)
    later(house, days=40)
    ticks = count()

    def clock():
        return house.clock() + timedelta(seconds=next(ticks))

    done = erasure.carry_out_due(
        house.db, cancel_waiting, clock, deadline=house.clock() + timedelta(seconds=3)
    )
    assert done.unfinished
    assert 0 < done.people < 230
    assert state(house, mine).state == "running"
    assert carry_out(house).people == 230 - done.people
    assert (state(house, mine).state, state(house, mine).people) == ("done", 230)


def test_age_means_no_sms_and_no_new_ground_for_so_many_days(make):
    house = make(3)
    later(house, days=100)
    house.single(1)
    house.drain()
    with house.db.write() as tx:
        renewed = house.contact_id(2)
        row = tx.execute(sa.select(evidence).where(evidence.c.contact_id == renewed)).one()
        tx.execute(
            sa.update(evidence).where(evidence.c.seq == row.seq).values(recorded_at=house.clock())
        )
    later(house, days=20)
    order(house, "age", 60)
    assert carry_out(house).people == 1
    erased = look(house, sa.select(contact.c.id).where(contact.c.erased_at.is_not(None)))
    assert erased == [(house.contact_id(3),)]


@pytest.fixture
def shared(make):
    """Of three people one belongs to Tokyo, one to Osaka, and one to both by two records."""
    house = make(3)
    house.platform.people |= {each.ref: each for each in [person(4, numbers(3)[2])]}
    house.prepare()
    with house.db.write() as tx:
        ids = {}
        for key in ("tokyo", "osaka"):
            made = tx.execute(sa.insert(site).values(key=key, label=key, created_at=house.clock()))
            ids[key] = made.inserted_primary_key[0]
        for place, key in ((1, "tokyo"), (2, "osaka"), (3, "tokyo"), (4, "osaka")):
            of = link.c.ref == f"12:{place}"
            tx.execute(sa.update(link).where(of).values(site_id=ids[key]))
        for place, key in ((1, "tokyo"), (2, "osaka"), (3, "tokyo")):
            of = contact.c.id == house.contact_id(place)
            tx.execute(sa.update(contact).where(of).values(site_id=ids[key]))
    return house, ids


def test_a_sites_data_goes_and_what_another_site_has_of_the_same_number_stays(shared):
    house, ids = shared
    order(house, "site", ids["tokyo"])
    assert carry_out(house).people == 2
    names = look(house, sa.select(link.c.ref).where(link.c.name_enc.is_not(None)))
    assert sorted(names) == [("12:2",), ("12:4",)]
    kept = look(house, sa.select(contact.c.id).where(contact.c.number_enc.is_not(None)))
    assert sorted(kept) == sorted([(house.contact_id(2),), (house.contact_id(3),)])
    later(house, days=2)
    house.prepare()
    names = look(house, sa.select(link.c.ref).where(link.c.name_enc.is_not(None)))
    assert sorted(names) == [("12:2",), ("12:4",)]


def test_of_a_user_goes_what_that_account_sent_and_what_was_answered_to_it(make):
    house = make(2)
    with house.db.write() as tx:
        ids = [
            tx.execute(
                sa.insert(user).values(
                    login=login, label=login, role="operator", created_at=house.clock()
                )
            ).inserted_primary_key[0]
            for login in ("sato", "ito")
        ]
    for owner, key in zip(ids, ("a", "b"), strict=True):
        house.single(1, key, owner_id=owner)
        house.drain()
        later(house, minutes=5)
        number = "+81" + numbers(1)[0][1:]
        house.reply(Reply(id=key, number=number, text=f"返事{key}"))
        later(house, minutes=5)
    order(house, "user", ids[0])
    assert carry_out(house).counts == {"texts": 1, "replies": 1}
    left = look(house, sa.select(message.c.owner_id).where(message.c.body_enc.is_not(None)))
    assert left == [(ids[1],)]
    left = look(house, sa.select(reply.c.source_id).where(reply.c.text_enc.is_not(None)))
    assert left == [("b",)]
    # The number is the platform's, whose record says yes.
    assert look(house, sa.select(contact.c.erased_at).distinct()) == [(None,)]


def test_a_preview_counts_what_the_erasure_then_takes(make):
    house = make(3)
    texted(house)
    house.opt_out(house.contact_id(2))
    later(house, days=3)
    told = preview(house.db, Aim(kind="age", subject=2, before=house.clock()), house.clock())
    assert (told.people, told.in_part, told.held) == (3, 0, 0)
    assert told.stays == {"evidence": 4, "exclusions": 1}
    order(house, "age", 2)
    assert carry_out(house).counts == told.goes


def test_what_another_transaction_stored_meanwhile_goes_with_the_second_look(make):
    house = make(2)
    texted(house)
    order(house, subject=house.contact_id(1))
    before = look(house, sa.select(link.c.name_enc).where(link.c.ref == "12:1"))[0][0]
    carry_out(house)
    with house.db.write() as tx:
        tx.execute(sa.update(link).where(link.c.ref == "12:1").values(name_enc=before))
    assert erasure.look_again(house.db, house.clock()) == 1
    assert erasure.look_again(house.db, house.clock()) == 0
    assert len(look(house, sa.select(link.c.id).where(link.c.name_enc.is_not(None)))) == 1


def test_every_order_and_its_end_is_in_the_audit_trail(make):
    house = make(1)
    order(house, subject=house.contact_id(1))
    carry_out(house)
    with house.db.read() as tx:
        rows = tx.exec_driver_sql("SELECT action, actor, object FROM audit ORDER BY id").all()
    about = f"contact:{house.contact_id(1)}"
    assert [tuple(row) for row in rows][-2:] == [
        ("erasure.ordered", "user:1", about),
        ("erasure.done", "system", about),
    ]


def test_standing_rules_clear_what_is_over_its_time_and_nothing_else(make):
    house = make(2)
    texted(house)
    later(house, days=91)

    def texts():
        return len(look(house, sa.select(message.c.id).where(message.c.body_enc.is_not(None))))

    keeping = Keeping(
        bodies_days=90, replies_days=100, events_days=30, contacts_days=None, evidence_years=3
    )
    done = retention.apply(house.db, cancel_waiting, house.clock, keeping)
    # Both SMS wait for their reports, but three months later nobody will send one.
    assert (done, texts()) == ({"texts": 2}, 0)
    assert look(house, sa.select(reply.c.text_enc).where(reply.c.text_enc.is_not(None)))
    later(house, days=10)
    assert retention.apply(house.db, cancel_waiting, house.clock, keeping) == {"replies": 1}
    assert retention.apply(house.db, cancel_waiting, house.clock, FOREVER) == {}


def test_a_standing_rule_erases_whom_nothing_was_sent_for_so_long(make):
    house = make(2)
    later(house, days=300)
    house.single(1)
    house.drain()
    keeping = Keeping(
        bodies_days=None, replies_days=None, events_days=None, contacts_days=200, evidence_years=3
    )
    done = retention.apply(house.db, cancel_waiting, house.clock, keeping)
    assert done == {"contacts": 1}
    erased = look(house, sa.select(contact.c.id).where(contact.c.erased_at.is_not(None)))
    assert erased == [(house.contact_id(2),)]


def test_evidence_loses_its_source_when_the_legal_term_is_over(make):
    house = make(2)
    house.create()
    house.drain()
    order(house, subject=house.contact_id(1))
    carry_out(house)

    def sources():
        return sorted(look(house, sa.select(evidence.c.source_ref)), key=str)

    later(house, days=3 * 365)
    assert retention.apply(house.db, cancel_waiting, house.clock, FOREVER) == {}
    later(house, days=5)
    assert retention.apply(house.db, cancel_waiting, house.clock, FOREVER) == {"evidence": 1}
    # Whoever was not erased is still a customer: their evidence stays whole.
    assert sources() == [("12:2",), (None,)]
    with house.db.read() as tx:
        assert ledger.verify(tx, house.cipher).whole


def test_a_legal_hold_keeps_texts_and_sources_from_the_standing_rules_too(make):
    house = make(1)
    texted(house)
    with house.db.write() as tx:
        tx.execute(sa.update(contact).values(legal_hold_at=house.clock()))
    later(house, days=2000)
    keeping = Keeping(
        bodies_days=1, replies_days=1, events_days=1, contacts_days=1, evidence_years=1
    )
    assert retention.apply(house.db, cancel_waiting, house.clock, keeping) == {}


def test_the_forecast_says_what_goes_on_which_day(make):
    house = make(2)
    texted(house)
    today = house.clock().date()
    order(house, subject=house.contact_id(1), after=10)
    keeping = Keeping(
        bodies_days=180, replies_days=90, events_days=30, contacts_days=365, evidence_years=3
    )
    told = retention.forecast(house.db, keeping, house.clock())
    assert [((each.day - today).days, each.rule, each.count) for each in told] == [
        (10, "order", 1),
        (90, "replies", 1),
        (180, "texts", 2),
        (365, "contacts", 2),
    ]


def test_what_was_erased_is_noted_until_the_files_are_written_anew(make):
    house = make(1)
    with house.db.read() as tx:
        assert noted(tx) is None
    order(house, subject=house.contact_id(1))
    carry_out(house)
    with house.db.read() as tx:
        assert noted(tx) is not None


def test_an_erased_number_that_says_stop_is_excluded(make):
    house = make(1)
    order(house, subject=house.contact_id(1))
    carry_out(house)
    house.reply(Reply(id="1", number="+81" + numbers(1)[0][1:], text="STOP"))
    assert look(house, sa.select(exclusion.c.contact_id)) == [(house.contact_id(1),)]
    house.platform.say(1, Answer.YES)
    house.prepare()
    assert look(house, sa.select(contact.c.number_enc)) == [(None,)]


def test_opt_outs_pass_while_many_are_erased(make):
    house = make(400)
    later(house, days=40)
    order(house, "age", 30)
    stopped = [house.contact_id(place) for place in range(1, 400, 40)]
    with ThreadPoolExecutor(2) as pool:
        erased = pool.submit(carry_out, house)
        for contact_id in stopped:
            house.opt_out(contact_id)
        assert erased.result().people == 400
    listed = look(house, sa.select(exclusion.c.contact_id).where(exclusion.c.lifted_at.is_(None)))
    assert sorted(listed) == sorted((each,) for each in stopped)
    assert look(house, sa.select(contact.c.id).where(contact.c.erased_at.is_(None))) == []


def test_two_workers_on_one_order_erase_each_person_once(make):
    house = make(300)
    later(house, days=40)
    mine = order(house, "age", 30)
    with ThreadPoolExecutor(3) as pool:
        done = [each.result() for each in [pool.submit(carry_out, house) for _ in range(3)]]
    assert state(house, mine).people == 300
    assert state(house, mine).counts["numbers"] == 300
    assert all(not each.unfinished for each in done)


def test_a_name_kept_for_a_further_number_alone_goes_with_that_number(make):
    house = make(2)
    mine = house.contact_id(1)
    with house.db.write() as tx:
        tx.execute(sa.update(link).where(link.c.ref == "12:2").values(contact_id=None))
        further.add(tx, house.crm_id, "12:2", mine, house.clock())
        further.add(tx, house.crm_id, "12:1", house.contact_id(1), house.clock())
    order(house, subject=mine)
    assert carry_out(house).counts["records"] == 2
    assert look(house, sa.select(link.c.id).where(link.c.name_enc.is_not(None))) == []
