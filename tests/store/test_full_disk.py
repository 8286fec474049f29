"""A full disk: told in a sentence, nothing half done, and on it goes once there is room."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from hub.store.database import Database, StoreUnavailable
from hub.store.tables.access import audit

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


def fill(database: Database) -> None:
    """Leave SQLite no room for another page, which is the error a full disk gives (SQLITE_FULL)."""

    @sa.event.listens_for(database.engine, "connect")
    def cramp(connection, record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    database.engine.dispose()


def write(database: Database, rows: int) -> None:
    with database.write() as tx:
        for number in range(rows):
            tx.execute(
                sa.insert(audit).values(
                    at=NOW, actor="cli", action="x" * 60, object=str(number), detail={}
                )
            )


def count(database: Database) -> int:
    with database.read() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()


def test_what_does_not_fit_is_told_and_not_half_stored(ready_sqlite_url: str) -> None:
    database = Database(ready_sqlite_url)
    write(database, 3)
    fill(database)
    with pytest.raises(StoreUnavailable, match="disk is full: nothing was saved") as told:
        write(database, 5000)
    assert "空き容量" in told.value.words.ja
    assert count(database) == 3


def test_with_room_again_it_goes_on(ready_sqlite_url: str) -> None:
    full = Database(ready_sqlite_url)
    fill(full)
    with pytest.raises(StoreUnavailable):
        write(full, 5000)
    full.close()
    database = Database(ready_sqlite_url)
    write(database, 5000)
    assert count(database) == 5000
