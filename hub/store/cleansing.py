"""Taking erased bytes out of the database's files: what was deleted there is only marked as free.

SQLite zeroes what is deleted (`secure_delete`), but its write-ahead log keeps older pages until it
is cut back, and a page may hold a copy that moved. PostgreSQL keeps old row versions until a table
is written anew. Its own write-ahead log, and backups, are beyond the reach of any statement.
"""

import sqlite3
import time
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Database, Tx
from hub.store.tables.base import hub_fact

TABLES = (
    "contact",
    "link",
    "message",
    "reply",
    "event",
    "evidence",
    "exclusion",
    "opt_out_token",
)
"""What personal data was in. Only these are written anew on PostgreSQL."""

_FACT = "erased:last"
_LOCK_SECONDS = 5
_CUT_SECONDS = 5.0


def note_erased(tx: Tx, mark: str) -> None:
    """Note that something was erased whose bytes may still be in the files."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(hub_fact)
        .values(key=_FACT, value=mark)
        .on_conflict_do_update(index_elements=["key"], set_={"value": mark})
    )


def noted(tx: Tx) -> str | None:
    """Give the mark of the last erasure whose bytes were not taken out yet; None without any."""
    mark: str | None = tx.execute(
        sa.select(hub_fact.c.value).where(hub_fact.c.key == _FACT)
    ).scalar()
    return mark


def size(database: Database) -> int:
    """Give the bytes that cleansing would write anew."""
    with database.read() as tx:
        if tx.dialect.name == "postgresql":
            query = sa.text(
                "SELECT sum(pg_total_relation_size(CAST(name AS regclass))) "
                "FROM unnest(CAST(:tables AS text[])) AS name"
            )
            return int(tx.execute(query, {"tables": list(TABLES)}).scalar() or 0)
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
        bytes_ = tx.exec_driver_sql("PRAGMA page_size").scalar()
    return int(pages or 0) * int(bytes_ or 0)


def cleanse(database: Database) -> bool:
    """Write the files anew without what was erased; say whether all of it was possible.

    Nothing else can be written meanwhile. False means that a reader, a full disk or a missing
    right on PostgreSQL was in the way: then the files are as they were, and it is tried again.
    Raises StoreUnavailable where the database is away.
    """
    with database.read() as tx:
        mark = noted(tx)
    whole = _postgresql(database) if database.dialect == "postgresql" else _sqlite(database)
    if whole and mark is not None:
        with database.write() as tx:
            # A newer erasure has another mark and is cleansed after by itself.
            tx.execute(sa.delete(hub_fact).where(hub_fact.c.key == _FACT, hub_fact.c.value == mark))
    return whole


def _sqlite(database: Database) -> bool:
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        until = time.monotonic() + _CUT_SECONDS
        while True:
            # Only when nobody reads older pages is the log cut back to nothing
            # (sqlite.org/pragma.html#pragma_wal_checkpoint).
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy or time.monotonic() > until:
                return not busy
            time.sleep(0.1)
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def _postgresql(database: Database) -> bool:
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Given up afterwards with its settings, and not back into the pool.
        connection.detach()
        try:
            # Whoever waits for one of these tables would make everybody else wait behind them.
            connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
            for table in TABLES:
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        except (sa.exc.OperationalError, sa.exc.ProgrammingError):
            return False
        # The old files go with the next checkpoint; where the right to ask for one is missing,
        # the server makes one within minutes (checkpoint_timeout).
        with suppress(sa.exc.ProgrammingError):
            connection.exec_driver_sql("CHECKPOINT")
    return True
