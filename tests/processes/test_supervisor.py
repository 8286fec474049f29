"""The supervisor alone: patience with what dies, none with what does not end."""

import os
import signal
import socket
import threading
import time

import psutil
import pytest

from hub import processes
from hub.config import read_config
from hub.launch import wait_for_broker
from hub.processes import InTheWay, Supervisor, free_port, hold

from .machine import living, until


@pytest.fixture
def supervisor():
    """A supervisor that watches in the background."""
    said = []
    supervisor = Supervisor(dict(os.environ), say=lambda words: said.append(words))
    supervisor.said = said
    thread = threading.Thread(target=supervisor.watch, daemon=True)
    thread.start()
    yield supervisor
    supervisor.stop.set()
    thread.join()
    supervisor.end()


def test_one_that_dies_again_and_again_does_not_keep_another_from_coming_back(supervisor):
    ends_at_once = supervisor.start("quick", "config")
    lasting = supervisor.start("lasting", "sandbox", "sandbox_gateway")
    until(lambda: ends_at_once.pause > 2, "some deaths", 30)
    first = lasting.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: lasting.process.pid != first, "the other to be back", 2)


def test_one_that_dies_again_and_again_is_started_ever_more_seldom(supervisor):
    child = supervisor.start("quick", "config")
    until(lambda: len(supervisor.said) >= 3, "three deaths", 30)
    assert child.pause >= 2
    assert supervisor.said[0].en == "quick ended (0); starting it again."
    assert supervisor.said[0].ja == "quickが終了しました(0)。再起動します。"


def test_one_that_does_not_end_in_time_is_killed(supervisor, monkeypatch):
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.5)
    child = supervisor.start("deaf", "sandbox", "sandbox_gateway")
    process = psutil.Process(child.process.pid)
    process.suspend()
    before = time.monotonic()
    supervisor.end()
    assert time.monotonic() - before < 3
    assert living([process]) == []


def test_a_folder_is_held_by_one_and_free_again_afterwards(tmp_path):
    held = hold(tmp_path)
    with pytest.raises(InTheWay, match=f"process {os.getpid()}"):
        hold(tmp_path)
    held.close()
    hold(tmp_path).close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_is_told(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"This machine has no {host}.")
    with taken:
        port = taken.getsockname()[1]
        with pytest.raises(InTheWay, match=f"Port {port} on {host} cannot be used"):
            free_port(host, port)
    free_port(host, port)


def test_a_port_that_becomes_free_in_time_is_waited_for():
    taken = socket.create_server(("127.0.0.1", 0))
    threading.Timer(0.3, taken.close).start()
    free_port("127.0.0.1", taken.getsockname()[1], patience=3)


def test_an_address_of_another_machine_is_told():
    with pytest.raises(InTheWay, match="does not have that address"):
        free_port("192.0.2.1", 8000)


def test_a_broker_that_does_not_answer_is_told_after_some_patience(tmp_path):
    config = read_config({"HUB_REDIS_URL": f"unix://{tmp_path}/nobody.sock"})
    with pytest.raises(InTheWay, match="The broker does not answer"):
        wait_for_broker(config, threading.Event(), seconds=0.3)


def test_nobody_waits_for_a_broker_after_ctrl_c(tmp_path):
    config = read_config({"HUB_REDIS_URL": f"unix://{tmp_path}/nobody.sock"})
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    before = time.monotonic()
    wait_for_broker(config, stop, seconds=30)
    assert time.monotonic() - before < 3
