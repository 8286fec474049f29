"""The fixtures everybody relies on keep what they promise."""

import asyncio
import socket

import pytest
import redis
import sqlalchemy as sa


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_store(empty_url, turn):
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE only_once (id INTEGER)"))
    engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_append_only_broker(redis_url, turn):
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.config_get("appendonly") == {"appendonly": "yes"}
        assert broker.dbsize() == 0
        broker.set("left", "behind")


def test_a_test_that_leaves_this_machine_fails():
    with pytest.raises(AssertionError, match="leave this machine"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)


def test_the_page_is_as_wide_as_a_phone(browser_page):
    assert browser_page.evaluate("[innerWidth, innerHeight]") == [390, 844]


@pytest.mark.parametrize("browser_page", [{"width": 1280, "height": 800}], indirect=True)
def test_the_page_can_be_wide(browser_page):
    assert browser_page.evaluate("innerWidth") == 1280


def test_after_a_browser_test_no_event_loop_is_left():
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"


def test_the_clock_stands_until_it_is_moved(clock):
    before = clock()
    clock.advance(90)
    assert (clock() - before).total_seconds() == 90
