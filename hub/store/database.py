"""Opening the store: SQLite on one machine, PostgreSQL when it grows.

`read()` and `write()` give a connection inside a transaction. On SQLite a write takes the one
write lock at once (`BEGIN IMMEDIATE`), so that it never fails half way for having started as a
reader. Every commit is on disk when `write()` ends: an opt-out that was confirmed must survive a
power cut, which SQLite in WAL mode promises only with `synchronous=FULL`
(sqlite.org/pragma.html#pragma_synchronous).
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from hub.errors import TransientError
from hub.store.witness import SAID, Saying, Witness

Tx = sa.Connection
"""A running transaction, as other rooms name it: they hand it on and never speak SQL to it."""

BUSY_SECONDS = 30
_WRITE = "hub_write"


class StoreUnavailable(TransientError):
    """The store cannot be written or read now: disk full, database gone, lock not had in time."""


class Database:
    """One store. Safe to share between threads; made anew after a fork."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.dialect = self.url.get_backend_name()
        self.engine = self._sqlite() if self.dialect == "sqlite" else self._postgresql()
        self.witness: Witness | None = None
        """Who hears what changes on the exclusion list; the factory puts it here."""

    def _sqlite(self) -> sa.Engine:
        if self.url.database:
            path = Path(self.url.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                # Made with the mode it keeps; the WAL and shared-memory files copy it.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        engine = sa.create_engine(
            self.url,
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            poolclass=sa.pool.QueuePool,
            pool_size=8,
            max_overflow=24,
        )

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            _write_ahead(cursor)
            for pragma in (
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
                "temp_store=MEMORY",
                "cache_size=-32000",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get(_WRITE, False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _postgresql(self) -> sa.Engine:
        return sa.create_engine(
            self.url,
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=24,
            # A statement prepared while a table was small keeps its plan when the table has grown:
            # a first pull would read all links for every page until PostgreSQL takes statistics.
            connect_args={"connect_timeout": 5, "prepare_threshold": None},
        )

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection in a read transaction. Raises StoreUnavailable."""
        with _told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection in a write transaction, committed when the block ends well.

        Raises StoreUnavailable; then nothing of the block is stored.
        """
        said: list[Saying] = []
        with _told(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_WRITE: True, SAID: said})
            with connection.begin():
                yield connection
                if said and self.witness is not None:
                    self.witness.before(connection, said)
        if said and self.witness is not None:
            self.witness.after(said)

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Give a connection that sees the store as it is at its first query, however long it reads.

        Nobody waits for it. Raises StoreUnavailable.
        """
        with _told(), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _write_ahead(cursor: Any) -> None:
    """Switch the file to WAL, which it then keeps.

    SQLite refuses at once, whatever the time-out says, where another process that starts at the
    same moment is just switching it (https://www.sqlite.org/c3ref/busy_handler.html).
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as exc:
        raise _unavailable(exc) from None
    except sa.exc.InterfaceError as exc:
        raise _unavailable(exc) from None
    except sa.exc.DBAPIError as exc:
        # The statement's parameters may hold a number or a name: none of it may be told.
        if exc.connection_invalidated or "DiskFull" in type(exc.orig).__name__:
            raise _unavailable(exc) from None
        exc.hide_parameters = True
        raise


def _unavailable(exc: sa.exc.DBAPIError) -> StoreUnavailable:
    cause = f"{type(exc.orig).__name__} {exc.orig}".lower()
    if "full" in cause or "no space" in cause:
        return StoreUnavailable(
            "The store's disk is full: nothing was saved. Free some room; the hub goes on by "
            "itself.",
            "データベースのディスクに空きがないため保存できませんでした。空き容量を確保すると自動で再開します。",
        )
    if "locked" in cause:
        return StoreUnavailable(
            "The store was busy for too long: nothing was saved. The hub tries again by itself.",
            "データベースが混み合っているため保存できませんでした。自動で再試行します。",
        )
    return StoreUnavailable(
        "The store cannot be reached: nothing was saved. Check HUB_DATABASE_URL and the database "
        "server; the hub goes on by itself.",
        "データベースに接続できないため保存できませんでした。HUB_DATABASE_URLとサーバーを確認してください。"
        "復旧すると自動で再開します。",
    )
