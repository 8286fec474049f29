import subprocess
import sys
import time

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.messages.pacing import BrokerGone, Pacer


@pytest.fixture
def broker(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        yield client


def test_a_full_bucket_gives_its_burst_at_once_and_then_says_how_long_to_wait(broker):
    pacer = Pacer(broker, "a", rate=10, burst=20)
    assert (pacer.take(10), pacer.take(10)) == (0, 0)
    assert 0.8 < pacer.take(10) <= 1.0


def test_a_block_is_granted_whole_or_not_at_all(broker):
    pacer = Pacer(broker, "a", rate=1, burst=10)
    assert pacer.take(6) == 0
    assert pacer.take(6) > 1
    assert pacer.take(4) == 0


@pytest.mark.parametrize(
    ("rate", "burst", "block"), [(100, 100, 10), (3.5, 50, 3), (0.2, 50, 1), (100, 4, 4)]
)
def test_slow_gateways_are_fed_in_smaller_blocks(broker, rate, burst, block):
    assert Pacer(broker, "a", rate=rate, burst=burst).block == block


def test_an_account_does_not_use_anothers_tokens(broker):
    assert Pacer(broker, "a", rate=1, burst=5).take(5) == 0
    assert Pacer(broker, "b", rate=1, burst=5).take(5) == 0


def test_a_gateway_that_has_enough_stops_all_workers_for_as_long_as_it_says(broker):
    one, other = (Pacer(broker, "a", rate=100, burst=100) for _ in range(2))
    one.empty(0.4)
    wait = other.take(1)
    assert 0.3 < wait <= 0.4
    time.sleep(wait + 0.02)
    assert other.take(10) > 0, "the bucket starts empty again"
    time.sleep(0.12)
    assert other.take(10) == 0


WORKER = """
import sys, time, redis
from hub.messages.pacing import Pacer
url, rate, burst, start, seconds = sys.argv[1], *map(float, sys.argv[2:])
pacer = Pacer(redis.Redis.from_url(url), "a", rate=rate, burst=int(burst))
pacer.take(0)
while time.monotonic() < start:
    time.sleep(0.005)
while time.monotonic() < start + seconds:
    before = time.monotonic()
    wait = pacer.take(10)
    if wait:
        time.sleep(min(wait, 0.05))
    else:
        print(before, time.monotonic())
"""


def test_worker_processes_together_keep_the_rate(redis_url):
    rate, burst, seconds = 300, 60, 4.0
    start = time.monotonic() + 2.5
    words = [redis_url, *map(str, (rate, burst, start, seconds))]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, *words], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    lines = [line for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0] * 4
    grants = sorted(tuple(map(float, line.split())) for line in lines)
    begun = min(before for before, _ in grants)
    taken = 10 * len(grants)
    # Whatever stood in the bucket at first comes on top of the rate, once.
    assert taken <= rate * seconds + burst + 10
    assert taken >= 0.97 * rate * (start + seconds - begun)
    for first, _ in grants:
        within = [1 for before, after in grants if first <= before and after < first + 1]
        assert 10 * len(within) <= rate + burst


def test_without_a_broker_nobody_may_send():
    away = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    with pytest.raises(BrokerGone):
        Pacer(away, "a", rate=1, burst=1).take(1)
