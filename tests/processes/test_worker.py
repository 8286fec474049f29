"""A worker whose job fails: told by kind and place, never by what the error quotes."""

import sys
import types

import pytest
from redis import Redis
from rq.serializers import JSONSerializer

from hub.cli.worker import QuietWorker
from hub.errors import TransientError
from hub.queue import queue

QUOTED = "no route to 09012345678 山田太郎"


def trip(row_id):
    raise ValueError(QUOTED)


def wait(row_id):
    raise TransientError("The platform is away. It is tried again.")


@pytest.fixture
def broker(redis_url):
    with Redis.from_url(redis_url) as broker:
        yield broker


@pytest.fixture
def work(broker, monkeypatch):
    """Let a worker do one job, by the name of a function above; give the job."""
    module = types.ModuleType("jobs_of_this_test")
    module.trip, module.wait = trip, wait
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def do(name):
        events = queue(broker, "events")
        job = events.enqueue_call(f"jobs_of_this_test.{name}", args=[7], description=name)
        QuietWorker([events], connection=broker, serializer=JSONSerializer).work(burst=True)
        return events.fetch_job(job.id)

    return do


def test_the_log_tells_kind_and_place_of_a_foreign_error_and_not_its_text(work, caplog):
    work("trip")
    assert "trip: ValueError at " in caplog.text
    assert "test_worker.py:" in caplog.text
    assert QUOTED not in caplog.text
    assert "09012345678" not in caplog.text


def test_the_broker_keeps_nothing_of_what_the_error_quotes(work, broker):
    job = work("trip")
    assert job.is_failed
    for key in broker.scan_iter("*"):
        held = broker.dump(key) or b""
        assert b"09012345678" not in held
    assert QUOTED not in str(job.latest_result().exc_string)


def test_what_the_hub_says_itself_is_told_in_its_own_words(work, caplog):
    work("wait")
    assert "wait waits: The platform is away. It is tried again." in caplog.text


def test_the_next_job_is_done_after_one_that_failed(work):
    assert work("trip").is_failed
    assert work("wait").is_failed
