"""Sign-in links and sessions: used once, ended when told, idle or old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.access import sessions, signin
from hub.store import access
from hub.store.database import Database
from hub.store.tables.access import audit, session, sign_in_link, user
from hub.store.upgrade import upgrade

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(store_url):
    database = Database(store_url)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def link(database, clock):
    return signin.administrator_link(database, clock(), "ja")


@pytest.fixture
def cookie(database, clock, link):
    return signin.redeem(database, link, clock(), "192.0.2.1")


def everything(database):
    """All that the store holds of sign-in, as one text."""
    with database.read() as tx:
        tables = (user, sign_in_link, session, audit)
        return repr([[tuple(row) for row in tx.execute(sa.select(t))] for t in tables])


def test_a_link_signs_in_as_the_administrator(database, clock, cookie):
    found = sessions.find(database, cookie, clock())
    assert found.user.role == "administrator"
    assert found.user.login == "administrator"


def test_a_link_works_once(database, clock, link):
    assert signin.redeem(database, link, clock(), None)
    assert signin.redeem(database, link, clock(), None) is None


def test_of_many_who_use_a_link_at_once_one_gets_in(database, clock, link):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: signin.redeem(database, link, clock(), None), range(8)))
    assert sum(answer is not None for answer in answers) == 1


def test_a_link_is_good_for_fifteen_minutes(database, clock, link):
    clock.advance(15 * 60 - 1)
    assert signin.redeem(database, link, clock(), None)


def test_a_link_older_than_fifteen_minutes_is_refused(database, clock, link):
    clock.advance(15 * 60)
    assert signin.redeem(database, link, clock(), None) is None


def test_an_unknown_link_is_refused(database, clock, link):
    assert signin.redeem(database, link + "x", clock(), None) is None
    assert signin.redeem(database, "", clock(), None) is None


def test_a_second_link_is_for_the_same_administrator(database, clock, cookie):
    second = signin.redeem(
        database, signin.administrator_link(database, clock(), "en"), clock(), None
    )
    first_user = sessions.find(database, cookie, clock()).user
    assert sessions.find(database, second, clock()).user == first_user


def test_the_store_keeps_no_token_that_would_let_anybody_in(database, link, cookie):
    kept = everything(database)
    assert link not in kept
    assert cookie not in kept


def test_tokens_are_long_and_never_the_same(database, clock):
    links = {signin.administrator_link(database, clock(), "ja") for _ in range(20)}
    assert len(links) == 20
    assert min(map(len, links)) >= 43


def test_a_session_that_is_ended_is_over(database, clock, cookie):
    sessions.sign_out(database, cookie, clock())
    assert sessions.find(database, cookie, clock()) is None


def test_a_session_idle_for_an_hour_is_over(database, clock, cookie):
    clock.advance(60 * 60 + 1)
    assert sessions.find(database, cookie, clock()) is None


def test_a_session_in_use_goes_on_but_not_longer_than_twelve_hours(database, clock, cookie):
    for _ in range(14):
        clock.advance(50 * 60)
        assert sessions.find(database, cookie, clock()) is not None
    clock.advance(21 * 60)
    assert sessions.find(database, cookie, clock()) is None


def test_a_session_of_a_disabled_user_is_over(database, clock, cookie):
    with database.write() as tx:
        tx.execute(sa.update(user).values(disabled_at=clock()))
    assert sessions.find(database, cookie, clock()) is None


def test_a_link_of_a_disabled_user_is_refused(database, clock, link):
    with database.write() as tx:
        tx.execute(sa.update(user).values(disabled_at=clock()))
    assert signin.redeem(database, link, clock(), None) is None


def test_looking_at_many_pages_writes_to_the_store_once_a_minute(database, clock, cookie):
    before = sessions.find(database, cookie, clock()).seen_at
    clock.advance(50)
    sessions.find(database, cookie, clock())
    assert sessions.find(database, cookie, clock()).seen_at == before
    clock.advance(20)
    sessions.find(database, cookie, clock())
    assert sessions.find(database, cookie, clock()).seen_at == before + timedelta(seconds=70)


def test_the_audit_trail_tells_who_signed_in_from_where(database, clock, cookie):
    with database.read() as tx:
        rows = tx.execute(sa.select(audit.c.actor, audit.c.action, audit.c.address)).all()
    assert [tuple(row) for row in rows] == [
        ("terminal", "sign_in_link.made", None),
        ("user:1", "signed_in", "192.0.2.1"),
    ]


def test_every_session_has_its_own_token_against_forged_changes(database, clock, cookie):
    other = signin.redeem(
        database, signin.administrator_link(database, clock(), "ja"), clock(), None
    )
    mine, theirs = (sessions.find(database, each, clock()) for each in (cookie, other))
    assert mine.csrf != theirs.csrf


def test_a_user_keeps_the_role_they_have(database, clock, cookie):
    with database.write() as tx:
        same = access.user_for(tx, "administrator", "Other", "operator", "en", clock())
    assert sessions.find(database, cookie, clock()).user.id == same
    assert sessions.find(database, cookie, clock()).user.role == "administrator"
