"""Guessing is slowed down more and more; the real user is not locked out by it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access import throttle
from hub.access.sessions import Visitor
from hub.access.throttle import Wait
from hub.store.database import Database

STRANGER = Visitor(address="198.51.100.1")


@pytest.fixture
def db(store_url):
    database = Database(store_url)
    yield database
    database.close()


def fail(db, counted, now, times=1):
    for _ in range(times):
        with db.write() as tx:
            found = throttle.begin(tx, counted, now)
    return found


def test_the_first_five_failures_cost_nothing_and_then_it_takes_longer_and_longer(db, clock):
    counted = throttle.of("account:sato", STRANGER, None)
    assert fail(db, counted, clock(), 5) == 5
    waits = []
    for _ in range(12):
        wait = fail(db, counted, clock())
        assert isinstance(wait, Wait)
        waits.append(wait.seconds)
        clock.advance(wait.seconds)
        assert not isinstance(fail(db, counted, clock()), Wait)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_a_try_that_comes_too_early_does_not_make_the_wait_longer(db, clock):
    counted = throttle.of("account:sato", STRANGER, None)
    fail(db, counted, clock(), 8)
    before = fail(db, counted, clock())
    assert fail(db, counted, clock(), 20) == before


def test_a_known_browser_does_not_wait_for_a_strangers_failures(db, clock):
    fail(db, throttle.of("account:sato", STRANGER, None), clock(), 50)
    assert fail(db, throttle.of("account:sato", STRANGER, "browser:1"), clock()) == 1


def test_one_address_is_slowed_down_over_many_accounts(db, clock):
    for number in range(20):
        assert fail(db, throttle.of(f"account:{number}", STRANGER, None), clock()) == 1
    assert isinstance(fail(db, throttle.of("account:new", STRANGER, None), clock()), Wait)
    elsewhere = Visitor(address="198.51.100.2")
    assert fail(db, throttle.of("account:new", elsewhere, None), clock()) == 1


def test_a_success_clears_the_account_but_not_the_addresss_failures_with_others(db, clock):
    for number in range(15):
        fail(db, throttle.of(f"account:{number}", STRANGER, None), clock())
    own = throttle.of("account:own", STRANGER, None)
    for _ in range(10):
        assert fail(db, own, clock()) == 1
        with db.write() as tx:
            throttle.succeeded(tx, own)
    for number in range(20, 25):
        fail(db, throttle.of(f"account:{number}", STRANGER, None), clock())
    assert isinstance(fail(db, own, clock()), Wait)


def test_a_day_without_a_failure_forgets_them(db, clock):
    counted = throttle.of("account:sato", STRANGER, None)
    fail(db, counted, clock(), 10)
    clock.advance(24 * 60 * 60 + 1)
    assert fail(db, counted, clock()) == 1


@given(st.integers(0, 10_000), st.integers(0, 50))
def test_no_wait_is_longer_than_a_quarter_of_an_hour_and_none_gets_shorter(failures, free):
    wait = throttle.pause(failures, free)
    assert timedelta() <= wait <= timedelta(minutes=15)
    assert wait <= throttle.pause(failures + 1, free)


def test_a_flood_of_failures_leaves_few_rows():
    assert [each for each in range(1, 1000) if throttle.worth_a_row(each)] == [
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
    ]  # fmt: skip
