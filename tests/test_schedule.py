"""The schedule: one of many rings, and whoever is left takes over."""

import threading
import time
from contextlib import contextmanager

import pytest
from redis import Redis

from hub import schedule
from hub.factory import build
from hub.queue import QUEUES, Bells, queue
from hub.schedule import LOCK, LOCK_SECONDS, Schedule, beats

FIXED = {
    "reconcile",
    "events",
    "pushes",
    "notes",
    "consents",
    "tidy",
    "heads",
    "erasures",
    "retention",
}


@pytest.fixture
def broker(redis_url):
    with Redis.from_url(redis_url) as broker:
        yield broker


@pytest.fixture
def hub(tmp_path, redis_url, clock):
    plugins = tmp_path / "plugins.toml"
    plugins.write_text(
        """
[plugins]
load = ["kintone", "sandbox_gateway"]

[connections.crm]
plugin = "kintone"
label = "CRM"
domain = "acme.cybozu.com"
app = 12
api_token = { env = "TOKEN" }
[connections.crm.mapping]
phone = "mobile"
consent = "sms"
consent_yes = ["yes"]
purpose = "campaign"

[connections.broken]
plugin = "kintone"
label = "Broken"
domian = "acme.cybozu.com"
""",
        encoding="utf-8",
    )
    hub = build(
        {
            "HUB_DATA_DIR": str(tmp_path),
            "HUB_PLUGINS_FILE": str(plugins),
            "HUB_REDIS_URL": redis_url,
            "TOKEN": "secret-token",
        },
        clock=clock,
    )
    yield hub
    hub.database.close()


@contextmanager
def running(*schedules):
    """These schedules at work; each is told to stop in the end."""
    stops = [threading.Event() for _ in schedules]
    threads = [
        threading.Thread(target=each.run, args=(stop,), daemon=True)
        for each, stop in zip(schedules, stops, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield stops, threads
    finally:
        for stop in stops:
            stop.set()
        for thread in threads:
            thread.join()


def until(look):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if look():
            return True
        time.sleep(0.02)
    return False


def waiting(broker):
    return {job.description for name in QUEUES for job in queue(broker, name).get_jobs()}


def test_it_rings_what_the_hub_always_has_to_look_at(hub, broker):
    with running(Schedule(broker, hub.connections, hub.bells)):
        assert until(lambda: waiting(broker) >= FIXED)


def test_it_reads_every_connection_that_has_people_and_is_in_order(hub, broker):
    crm = hub.connections.row("crm").id
    broken = hub.connections.row("broken").id
    names = {beat.name for beat in beats(hub.connections, hub.bells)}
    assert names >= FIXED | {f"pull:{crm}", f"vanish:{crm}"}
    assert not any(name.endswith(f":{broken}") for name in names)


def test_a_disabled_connection_is_not_read_but_its_opt_outs_are_still_pushed(hub):
    from hub.store import connections

    with hub.database.write() as tx:
        connections.set_enabled(tx, hub.connections.row("crm").id, False)
    assert {beat.name for beat in beats(hub.connections, hub.bells)} == FIXED


def test_of_many_one_rings(hub, broker, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    with running(*(Schedule(broker, hub.connections, hub.bells) for _ in range(3))):
        assert until(lambda: broker.get(LOCK))
        holders = set()
        for _ in range(20):
            holders.add(broker.get(LOCK))
            time.sleep(0.02)
    assert len(holders) == 1


def test_another_takes_over_when_the_holder_dies(hub, broker, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    # The holder was killed: its lock is there, and nobody renews it.
    broker.set(LOCK, "killed", px=300)
    with running(Schedule(broker, hub.connections, hub.bells)):
        assert until(lambda: waiting(broker) >= FIXED)
        assert 0 < broker.ttl(LOCK) <= LOCK_SECONDS
        assert broker.get(LOCK) != b"killed"


def test_while_the_holder_lives_the_others_are_silent(hub, broker, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    broker.set(LOCK, "somebody else", ex=LOCK_SECONDS)
    with running(Schedule(broker, hub.connections, hub.bells)):
        time.sleep(0.3)
        assert waiting(broker) == set()
    assert broker.get(LOCK) == b"somebody else"


def test_one_that_is_told_to_stop_leaves_at_once_for_the_next(hub, broker):
    with running(Schedule(broker, hub.connections, hub.bells)) as (stops, threads):
        assert until(lambda: broker.get(LOCK))
        stops[0].set()
        threads[0].join(3)
    assert broker.get(LOCK) is None


def test_a_wiped_broker_is_rung_again(hub, broker, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    with running(Schedule(broker, hub.connections, hub.bells)):
        assert until(lambda: waiting(broker) >= FIXED)
        broker.flushall()
        assert until(lambda: waiting(broker) >= FIXED)


def test_a_bell_is_rung_no_more_often_than_it_should(hub, broker, monkeypatch):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    with running(Schedule(broker, hub.connections, hub.bells)):
        assert until(lambda: waiting(broker) >= FIXED)
        for beat in FIXED:
            broker.delete(f"hub:bell:{beat}")
        time.sleep(0.3)
    assert (
        len([job for job in queue(broker, "sync").get_jobs() if job.description == "pushes"]) == 1
    )


def test_it_outlives_a_broker_that_is_away(hub, monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    away = Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=None)
    with running(Schedule(away, hub.connections, Bells(away))) as (_, threads):
        assert until(lambda: "the broker is away" in caplog.text)
        assert threads[0].is_alive()
