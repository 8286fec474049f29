import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hub.messages import faults

from .doubles import Gateway

ROOT = Path(__file__).parents[2]
PEOPLE = 60


def die(house, url, redis_url, log, idempotency, fault):
    arguments = [url, redis_url, str(log), idempotency, house.clock().isoformat()]
    return subprocess.run(
        [sys.executable, "-m", "tests.messages.victim", *arguments],
        cwd=ROOT,
        env={**os.environ, "HUB_FAULT": fault},
        timeout=60,
        check=False,
    ).returncode


@pytest.mark.parametrize("idempotency", ["key", "none"])
def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(
    make_house, store_url, redis_url, clock, tmp_path, idempotency
):
    log = tmp_path / "posts"
    house = make_house(
        PEOPLE,
        gateway=Gateway(idempotency=idempotency, log=log),
        message_class="transactional",
        body="{{name}}様 ご予約は明日です",
    )
    house.create()
    for point in faults.POINTS:
        fault = f"{point}:2" if point in ("after_mark", "before_post", "after_post") else point
        assert die(house, store_url, redis_url, log, idempotency, fault) == -signal.SIGKILL
        house.bells.redis.flushall()
        clock.advance(61)
        house.reconcile()
    for _ in range(3):
        house.drain()
        clock.advance(61)
        house.reconcile()

    posts = Counter(log.read_text().split())
    states = {row.key: row.state for row in house.rows()}
    if idempotency == "key":
        assert set(states.values()) == {"submitted"}
        assert set(posts) == set(states)
        # What the gateway takes once: at most the messages on their way at a kill came again.
        assert max(posts.values()) <= 1 + len(faults.POINTS)
    else:
        assert set(states.values()) <= {"submitted", "unknown"}
        assert max(posts.values()) == 1
        sent = {key for key, state in states.items() if state == "submitted"}
        assert sent <= set(posts)
        assert set(states) - set(posts) <= set(states) - sent, "whatever is missing is listed"
        assert len(sent) > PEOPLE / 2


def test_what_a_killed_worker_had_only_reserved_leaves_within_half_a_minute(
    make_house, store_url, redis_url, clock, tmp_path
):
    log = tmp_path / "posts"
    house = make_house(20, gateway=Gateway(log=log))
    house.create()
    assert die(house, store_url, redis_url, log, "none", "after_claim") == -signal.SIGKILL
    clock.advance(30)
    house.reconcile()
    house.drain()
    assert {row.state for row in house.rows()} == {"submitted"}


def test_without_the_variable_nothing_happens():
    for point in faults.POINTS:
        faults.reached(point)
