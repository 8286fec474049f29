"""`hub run`: all processes there, each back when it is killed, work going on."""

import os
import signal
import time

import pytest

from hub.queue import QUEUES, flag, queue
from hub.store import counts

from .machine import PROCESSES, Machine, free_port, until


@pytest.fixture(scope="module")
def running(machine: Machine) -> Machine:
    machine.start()
    return machine


@pytest.fixture(scope="module")
def hub(running):
    hub = running.hub()
    yield hub
    hub.database.close()


def heard(hub, name):
    """Ring a bell of this queue; wait until a worker has heard it and is done."""
    bell = {"send": f"send:{gateway(hub)}", "sync": "pushes", "events": "events"}[name]
    ring = {"send": lambda: hub.bells.send(gateway(hub)), "sync": hub.bells.pushes}
    ring.get(name, hub.bells.events)()
    until(
        lambda: not hub.bells.redis.exists(flag(bell)) and len(queue(hub.bells.redis, name)) == 0,
        f"{bell} to be heard",
    )


def gateway(hub):
    return hub.connections.row("sms").id


def test_every_process_is_there_and_two_of_them_send(running):
    assert {name: len(found) for name, found in running.children().items()} == {
        name: 2 if name == "worker send" else 1 for name in PROCESSES
    }
    assert "The hub runs: http://localhost:" in running.said()


def test_every_child_is_out_of_reach_for_ctrl_c_in_the_terminal(running):
    groups = {child.pid for found in running.children().values() for child in found}
    assert {os.getpgid(pid) for pid in groups} == groups


def test_a_second_start_on_the_same_folder_says_who_is_in_the_way(running):
    code, said = running.refused(HUB_PORT=str(free_port()))
    assert code == 3
    assert (
        f"already runs on {running.environ['HUB_DATA_DIR']} (process {running.process.pid})" in said
    )
    assert "HUB_DATA_DIR" in said
    assert "Traceback" not in said
    assert running.ready()


def test_a_second_start_on_the_same_port_says_what_is_in_the_way(running, tmp_path):
    code, said = running.refused(HUB_DATA_DIR=str(tmp_path / "other"))
    assert code == 3
    assert f"Port {running.port} on 127.0.0.1 cannot be used" in said
    assert "HUB_PORT" in said
    assert not (tmp_path / "other" / "hub.keys").exists()


def test_a_second_start_says_it_in_japanese_too(running):
    code, said = running.refused(HUB_PORT=str(free_port()), HUB_LANGUAGE="ja")
    assert code == 3
    assert "別のハブが動作中です" in said


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_process_that_is_killed_comes_back(running, hub, name):
    victims = running.children()[name]
    started = time.monotonic()
    for victim in victims:
        victim.send_signal(signal.SIGKILL)
    gone = {victim.pid for victim in victims}

    def back():
        now = running.children().get(name, [])
        return len(now) == len(victims) and not gone & {child.pid for child in now}

    until(back, f"{name} to be back", 20)
    until(running.ready, "the hub to be ready again", 20)
    for each in QUEUES:
        heard(hub, each)
    assert time.monotonic() - started < 30
    told = name.removeprefix("worker ") + (" 1" if name == "worker send" else "")
    assert f"{told} ended (-9); starting it again." in running.said()


def test_the_broker_itself_is_back_when_it_is_killed_and_holds_what_it_held(running, hub):
    hub.bells.redis.set("kept", "yes")
    until(lambda: hub.bells.redis.info("persistence")["aof_pending_bio_fsync"] == 0, "the disk")
    (keeper,) = running.children()["broker"]
    valkey = running.valkey()
    time.sleep(1.1)  # appendfsync everysec
    valkey.kill()
    until(lambda: running.children().get("broker", [keeper])[0].pid != keeper.pid, "a new keeper")
    until(running.ready, "the hub to be ready again")
    assert hub.bells.redis.get("kept") == b"yes"
    heard(hub, "sync")


def test_a_wiped_broker_is_rung_again_by_the_schedule(running, hub):
    hub.bells.redis.flushall()
    until(lambda: hub.bells.redis.get("hub:schedule"), "the schedule's lock")
    until(lambda: hub.bells.redis.keys("hub:beat:*"), "bells to be rung")


def test_after_all_that_a_pull_still_reads_everybody(running, hub):
    crm = hub.connections.row("crm").id
    hub.bells.pull(crm)

    def read():
        with hub.database.read() as tx:
            return sum(counts.verdicts(tx, crm).values()) == running.kintone.people

    until(read, "the pull", 20)


def test_no_process_is_started_twice(running):
    assert {name: len(found) for name, found in running.children().items()} == {
        name: 2 if name == "worker send" else 1 for name in PROCESSES
    }
    brokers = [p for p in running.everybody() if p.name().startswith("valkey")]
    assert len(brokers) == 1
