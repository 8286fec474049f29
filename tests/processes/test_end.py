"""Ending a hub, in good order and by force: nothing is left, and the next one starts."""

import os
import signal
import time

import psutil
import pytest
from redis.exceptions import RedisError

from hub.broker import connect
from hub.config import read_config
from hub.factory import build
from hub.store import audit
from hub.store.audit import add_audit

from .machine import Machine, living, until


@pytest.fixture
def broker(machine: Machine):
    with connect(read_config(machine.environ)) as broker:
        yield broker


def test_ctrl_c_ends_every_process_in_time(machine, broker):
    machine.start()
    broker.set("kept", "yes")
    everybody = machine.everybody()
    before = time.monotonic()
    assert machine.interrupt() == 0
    assert time.monotonic() - before < 15
    assert living(everybody) == []
    assert "Traceback" not in machine.said()


def act(hub):
    """Leave a row in the audit trail; give its hash as the heads have it."""
    with hub.database.write() as tx:
        now = hub.clock()
        add_audit(tx, at=now, actor="x", action="y", object_="z", address=None, detail={})
        newest = audit.head(tx)
    assert newest
    return newest.hash.hex()


def test_the_newest_hash_of_the_audit_trail_is_kept_while_it_runs_and_when_it_ends(machine):
    hub = build(machine.environ)
    first = act(hub)
    machine.start()
    heads = hub.config.data_dir / "heads.jsonl"
    # The broker remembers that the run before was rung for it: up to a minute may have to pass.
    until(lambda: heads.exists() and first in heads.read_text(), "the schedule to have it kept", 80)
    last = act(hub)
    hub.database.close()
    assert machine.interrupt() == 0
    assert last in heads.read_text()


def test_what_the_broker_held_is_there_at_the_next_start(machine, broker):
    machine.start()
    assert broker.get("kept") == b"yes"


def test_a_supervisor_that_is_killed_leaves_no_child_and_the_next_one_starts_at_once(machine):
    before = machine.everybody()
    machine.process.send_signal(signal.SIGKILL)
    machine.process.wait()
    machine.start()
    until(lambda: living(before) == [], "the children of the one before to end", 15)
    until(machine.ready, "the new ones to be ready")


def test_a_broker_left_over_is_taken_over_with_all_it_holds(machine, broker):
    (keeper,) = machine.children()["broker"]
    valkey = machine.valkey()
    everybody = machine.everybody()
    broker.set("left", "over")
    machine.process.send_signal(signal.SIGKILL)
    keeper.kill()
    machine.process.wait()
    until(lambda: len(living(everybody)) == 1, "all but the broker to end", 15)
    assert valkey.is_running()
    machine.start()
    assert not psutil.pid_exists(valkey.pid) or valkey.status() == psutil.STATUS_ZOMBIE
    assert broker.get("left") == b"over"


def test_sigterm_ends_it_as_ctrl_c_does(machine, broker):
    everybody = machine.everybody()
    os.kill(machine.process.pid, signal.SIGTERM)
    assert machine.process.wait(20) == 0
    assert living(everybody) == []
    with pytest.raises(RedisError):
        broker.ping()
