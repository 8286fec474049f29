"""Bells: one job however often rung, heard before the look, silent where the broker is away."""

import json
import time
import zlib
from collections.abc import Callable

import pytest
from redis import Redis

from hub import jobs
from hub.broker import connect
from hub.config import read_config
from hub.queue import QUEUES, Bells, flag, heard, queue

RINGS: list[tuple[str, str, Callable[[Bells], None]]] = [
    ("send", "send:3", lambda bells: bells.send(3)),
    ("sync", "pull:3", lambda bells: bells.pull(3)),
    ("sync", "vanish:3", lambda bells: bells.vanish(3)),
    ("sync", "pushes", lambda bells: bells.pushes()),
    ("sync", "notes", lambda bells: bells.notes()),
    ("sync", "consents", lambda bells: bells.consents()),
    ("events", "tidy", lambda bells: bells.tidy()),
    ("events", "events", lambda bells: bells.events()),
    ("events", "poll:3", lambda bells: bells.poll(3)),
    ("events", "reconcile", lambda bells: bells.reconcile()),
    ("events", "heads", lambda bells: bells.heads()),
    ("events", "erasures", lambda bells: bells.erasures()),
    ("events", "retention", lambda bells: bells.retention()),
]


@pytest.fixture
def broker(redis_url):
    with Redis.from_url(redis_url) as broker:
        yield broker


@pytest.fixture
def bells(broker):
    return Bells(broker)


def jobs_of(broker, name):
    return queue(broker, name).get_jobs()


def test_every_bell_there_is_stands_in_this_table(broker):
    ringing = {name for name in vars(Bells) if not name.startswith("_")} - {"rest"}
    assert ringing == {bell.partition(":")[0] for _, bell, _ in RINGS}


@pytest.mark.parametrize(("name", "bell", "ring"), RINGS)
def test_a_bell_queues_one_job_on_its_queue(broker, bells, name, bell, ring):
    ring(bells)
    assert {n: len(jobs_of(broker, n)) for n in QUEUES} == {n: int(n == name) for n in QUEUES}


@pytest.mark.parametrize(("name", "bell", "ring"), RINGS)
def test_a_bell_rung_a_thousand_times_queues_one_job(broker, bells, name, bell, ring):
    for _ in range(1000):
        ring(bells)
    assert len(jobs_of(broker, name)) == 1


@pytest.mark.parametrize(("name", "bell", "ring"), RINGS)
def test_a_job_calls_a_function_there_is_with_ids_alone(broker, bells, name, bell, ring):
    ring(bells)
    (job,) = jobs_of(broker, name)
    room, _, function = job.func_name.rpartition(".")
    assert room == "hub.jobs"
    assert callable(getattr(jobs, function))
    assert job.args == [int(part) for part in bell.split(":")[1:]]
    assert job.kwargs == {}
    assert json.loads(zlib.decompress(broker.hget(job.key, "data")))[0] == job.func_name


@pytest.mark.parametrize(("name", "bell", "ring"), RINGS)
def test_a_bell_rung_again_after_it_was_heard_queues_another_job(broker, bells, name, bell, ring):
    ring(bells)
    heard(broker, bell, lambda: None)
    ring(bells)
    assert len(jobs_of(broker, name)) == 2


def test_the_flag_is_down_before_the_look_so_what_comes_meanwhile_rings_anew(broker, bells):
    bells.send(3)

    def look():
        assert broker.get(flag("send:3")) is None
        bells.send(3)

    heard(broker, "send:3", look)
    assert len(jobs_of(broker, "send")) == 2


def test_bells_of_different_gateways_are_different_bells(broker, bells):
    bells.send(3)
    bells.send(4)
    assert sorted(job.args for job in jobs_of(broker, "send")) == [[3], [4]]


def test_a_bell_at_rest_is_silent_for_that_long_and_the_others_ring(broker, bells):
    bells.rest("pull:3", 0.3)
    bells.pull(3)
    bells.pull(4)
    assert [job.args for job in jobs_of(broker, "sync")] == [[4]]
    time.sleep(0.35)
    bells.pull(3)
    assert [job.args for job in jobs_of(broker, "sync")] == [[4], [3]]


def test_a_flag_whose_job_was_lost_goes_by_itself(broker, bells):
    bells.send(3)
    assert 0 < broker.ttl(flag("send:3")) <= 90


def test_a_broker_that_is_away_never_raises_and_nobody_waits_for_it(tmp_path, caplog):
    away = connect(read_config({"HUB_DATA_DIR": str(tmp_path)}))
    before = time.monotonic()
    for _, bell, ring in RINGS:
        ring(Bells(away))
        Bells(away).rest(bell, 60)
    assert time.monotonic() - before < 1
    assert "the broker is away" in caplog.text


def test_a_broker_that_does_not_take_the_job_never_raises(broker, bells, caplog):
    # The flag was put up, then the queue's key turns out to be no list.
    broker.set("rq:queue:send", "something else")
    bells.send(3)
    assert "bell send:3 waits" in caplog.text
