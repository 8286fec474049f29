"""Which processes one machine's hub has, and the order they start in."""

import threading
import time

from redis.exceptions import RedisError

from hub.broker import connect
from hub.config import Config
from hub.processes import InTheWay, Supervisor

SEND_WORKERS = 2
_PATIENCE = 10.0
"""Seconds: a large append-only file takes a while to be read."""


def start_all(supervisor: Supervisor, config: Config) -> None:
    """Start the broker, wait until it answers, then the others."""
    if config.redis_url is None:
        supervisor.start("broker", "broker")
    wait_for_broker(config, supervisor.stop)
    if supervisor.stop.is_set():
        return
    supervisor.start("web", "web")
    for number in range(1, SEND_WORKERS + 1):
        supervisor.start(f"send {number}", "worker", "send")
    supervisor.start("sync", "worker", "sync")
    supervisor.start("events", "worker", "events")
    supervisor.start("schedule", "schedule")


def wait_for_broker(config: Config, stop: threading.Event, seconds: float = _PATIENCE) -> None:
    """Wait until the broker answers or `stop` is set. Raises InTheWay where it does not answer."""
    redis = connect(config)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stop.is_set():
        try:
            redis.ping()
            return
        except (RedisError, OSError):
            stop.wait(0.1)
    if stop.is_set():
        return
    raise InTheWay(
        "The broker does not answer. Check HUB_REDIS_URL, or the folder `broker` in HUB_DATA_DIR.",
        "ブローカーが応答しません。HUB_REDIS_URL、またはHUB_DATA_DIR内のbrokerフォルダを確認してください。",
    )
