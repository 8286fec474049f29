"""Taking stock says what the gate says: never more, never less than a dry run."""

from collections import Counter
from datetime import time, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.config import QuietHours
from hub.consent import ledger, purposes, stock
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.policy import Policy
from hub.consent.ways import Way
from hub.contacts.pull import pull
from hub.messages.states import State
from hub.optout import act
from hub.sdk import Answer
from hub.store.tables.connections import connection
from hub.store.tables.people import contact, link

from ..messages.conftest import make_house  # noqa: F401 - the fixture
from ..messages.doubles import contact as person

PEOPLE = 10


def tally(house, purpose_key="campaign", policy=None):
    with house.db.read() as tx:
        (found,) = stock.take(
            tx,
            house.crm_id,
            [purposes.get(tx, purpose_key)],
            policy or house.policy,
            house.clock(),
        )
    return found


def by_code(found, *kinds):
    counts = Counter()
    for place, count in found.places.items():
        if place.kind in kinds:
            counts[place.code] += count
    return counts


def test_who_agreed_may_be_texted_and_the_others_are_told_with_their_reason(make_house):  # noqa: F811
    house = make_house(5)
    house.opt_out(house.contact_id(1))
    house.platform.say(2, Answer.NO)
    pull(house.db, house.cipher, house.connections, house.bells, house.clock, house.crm_id)
    found = tally(house)
    assert found.count("may") == 3
    assert by_code(found, "barred") == {"suppressed_promotional": 1, "suppressed_purpose": 1}
    assert {place.way for place in found.places if place.kind == "barred"} == {Way.PERSON}


def test_a_record_without_a_mobile_number_is_counted_by_what_its_number_is(make_house):  # noqa: F811
    house = make_house(2)
    for place, number in ((7, "03-1234-5678"), (8, "")):
        one = person(place, number)
        house.platform.people[one.ref] = one
    pull(house.db, house.cipher, house.connections, house.bells, house.clock, house.crm_id)
    found = tally(house)
    assert by_code(found, "no_number") == {"landline": 1, "missing": 1}
    assert found.count("may") == 2


def test_two_records_of_one_number_count_once_and_both_have_a_line(make_house):  # noqa: F811
    house = make_house(2)
    again = person(9, "090-1234-5679")
    house.platform.people[again.ref] = again
    pull(house.db, house.cipher, house.connections, house.bells, house.clock, house.crm_id)
    assert tally(house).count("may") == 2
    with house.db.read() as tx:
        wanted = [purposes.get(tx, "campaign")]
        found = list(stock.lines(tx, house.crm_id, wanted, house.policy, house.clock()))
    assert [(line.ref, line.counts) for line in found] == [
        ("12:1", True),
        ("12:2", True),
        ("12:9", False),
    ]


# ---- never a second opinion ------------------------------------------------------------------

PLACES = st.integers(1, PEOPLE)
DAYS = st.integers(-400, 5)
ACTS = st.one_of(
    st.tuples(
        st.just("stop"),
        PLACES,
        st.sampled_from(["all", "promotional", "purpose:campaign", "purpose:news"]),
    ),
    st.tuples(st.just("reopen"), PLACES, DAYS),
    st.tuples(st.just("says"), PLACES, st.sampled_from([Answer.YES, Answer.NO, Answer.SILENT])),
    st.tuples(
        st.just("entry"),
        PLACES,
        st.sampled_from(EventType),
        st.sampled_from(["campaign", "news"]),
        st.sampled_from(Ground),
        st.integers(1, 5),
        st.one_of(st.none(), DAYS),
        st.one_of(st.none(), DAYS),
        st.booleans(),
    ),
    st.tuples(st.just("suspend"), st.booleans()),
    st.tuples(st.just("forget"), PLACES),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)
POLICIES = st.builds(
    Policy,
    min_strength=st.integers(1, 5),
    quiet_hours=st.sampled_from([None, QuietHours(start=time(20), end=time(9))]),
)


def perform(house, step):
    kind, *about = step
    globals()[f"_{kind}"](house, *about)


def _stop(house, place, scope):
    with house.db.write() as tx:
        act.opt_out(
            tx,
            house.cipher,
            contact_id=house.contact_id(place),
            scope=scope,
            origin="agent",
            actor="test",
            occurred_at=house.clock(),
            now=house.clock(),
            sink_connections=(),
        )


def _reopen(house, place, days):
    with house.db.write() as tx:
        act.reopen(
            tx,
            house.cipher,
            contact_id=house.contact_id(place),
            purpose_key=None,
            occurred_at=house.clock() + timedelta(days=days),
            why="start",
            actor="test",
            now=house.clock(),
            sink_connections=(),
        )


def _says(house, place, answer):
    house.platform.say(place, answer)
    pull(house.db, house.cipher, house.connections, house.bells, house.clock, house.crm_id)


def _entry(house, place, event, purpose, ground, strength, occurred, expires, of_record):
    now = house.clock()
    entry = Entry(
        event_type=event,
        ground=ground,
        contact_id=house.contact_id(place),
        purpose_key=purpose,
        method=Method.PAPER,
        actor="test",
        strength=strength,
        occurred_at=None if occurred is None else now + timedelta(days=occurred),
        expires_at=None if expires is None else now + timedelta(days=expires),
        connection_id=house.crm_id if of_record else None,
        source_ref=f"12:{place}" if of_record else None,
    )
    with house.db.write() as tx:
        ledger.append(tx, house.cipher, [entry], now)


def _suspend(house, suspended):
    with house.db.write() as tx:
        tx.execute(
            sa.update(connection)
            .where(connection.c.id == house.crm_id)
            .values(grounds_suspended_at=house.clock() if suspended else None)
        )


def _forget(house, place):
    with house.db.write() as tx:
        tx.execute(
            sa.update(contact)
            .where(contact.c.id == house.contact_id(place))
            .values(number_enc=None)
        )


def _wait(house, hours):
    house.clock.advance(hours * 3600)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ACTS, min_size=1, max_size=12), POLICIES)
def test_stock_and_a_dry_run_agree_on_everybody(make_house, steps, policy):  # noqa: F811
    house = make_house.one(PEOPLE, body="セール {{sender_name}} 配信停止:{{opt_out_url}}")
    # One store grows over all examples: the more tangled, the better.
    for step in steps:
        perform(house, step)
    house.outbox._policy = policy
    dry = house.outbox.preview(house.order())
    found = tally(house, policy=policy)
    assert found.count("may") == dry.states.get(State.QUEUED, 0)
    assert found.count("waits") == dry.states.get(State.HELD, 0)
    assert by_code(found, "barred", "waits") == dict(dry.reasons)


def test_a_record_that_has_vanished_is_not_counted(make_house):  # noqa: F811
    house = make_house(3)
    with house.db.write() as tx:
        tx.execute(sa.update(link).where(link.c.ref == "12:2").values(vanished_at=house.clock()))
    assert tally(house).count("may") == 2


def test_advertising_that_waits_for_the_morning_is_told_as_waiting(make_house):  # noqa: F811
    house = make_house(2)
    quiet = Policy(quiet_hours=QuietHours(start=time(9), end=time(12)))
    found = tally(house, policy=quiet)
    assert found.count("waits") == 2
    assert by_code(found, "waits") == {"quiet_hours": 2}
