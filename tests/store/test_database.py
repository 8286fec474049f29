"""Opening the store: transactions that keep their word, on SQLite and on PostgreSQL."""

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store import database as module
from hub.store.database import Database, StoreUnavailable
from hub.store.tables.access import site
from hub.store.tables.base import hub_fact
from hub.store.upgrade import upgrade

JAPAN = timezone(timedelta(hours=9))


@pytest.fixture
def database(store_url):
    database = Database(store_url)
    upgrade(database)
    yield database
    database.close()


def put(tx, key: str, value: str = "x") -> None:
    tx.execute(sa.insert(hub_fact).values(key=key, value=value))


def keys(database: Database) -> set[str]:
    with database.read() as tx:
        return set(tx.execute(sa.select(hub_fact.c.key)).scalars())


def test_a_process_that_starts_while_another_writes_to_the_new_file_waits_for_it(tmp_path: Path):
    file = tmp_path / "hub.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE thing (x)")
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
        database = Database(f"sqlite:///{file}")
        with database.write() as tx:
            tx.execute(sa.text("INSERT INTO thing VALUES (1)"))
        with database.read() as tx:
            assert tx.execute(sa.text("SELECT count(*) FROM thing")).scalar() == 1
        database.close()


def test_what_is_written_is_there_when_the_block_ends(database):
    with database.write() as tx:
        put(tx, "one")
    assert keys(database) == {"one"}


def test_an_error_in_the_block_leaves_nothing_of_it(database):
    def break_off() -> None:
        with database.write() as tx:
            put(tx, "one")
            raise EOFError

    with pytest.raises(EOFError):
        break_off()
    assert keys(database) == set()


def test_two_writers_of_the_same_row_come_one_after_the_other(database):
    with database.write() as tx:
        put(tx, "count", "0")

    def add() -> None:
        for _ in range(20):
            with database.write() as tx:
                row = sa.select(hub_fact.c.value).where(hub_fact.c.key == "count")
                value = int(tx.execute(row.with_for_update()).scalar_one())
                tx.execute(
                    sa.update(hub_fact)
                    .where(hub_fact.c.key == "count")
                    .values(value=str(value + 1))
                )

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert tx.execute(sa.select(hub_fact.c.value)).scalar_one() == "80"


def test_on_sqlite_a_write_takes_the_lock_at_once(sqlite_url, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.1)
    database = Database(sqlite_url)
    upgrade(database)
    # The second does not even begin: a writer that started as a reader would fail half way.
    with (
        database.write(),
        pytest.raises(StoreUnavailable, match="busy for too long"),
        database.write(),
    ):
        pass
    with database.write() as tx:
        put(tx, "after")
    assert keys(database) == {"after"}


def test_on_sqlite_readers_see_the_last_commit_while_somebody_writes(sqlite_url):
    database = Database(sqlite_url)
    upgrade(database)
    with database.write() as tx:
        put(tx, "one")
        assert keys(database) == set()
    assert keys(database) == {"one"}


def test_on_sqlite_every_commit_is_on_disk_and_strangers_rows_are_refused(sqlite_url):
    with Database(sqlite_url).read() as tx:
        pragma = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys", "secure_delete")
        }
    assert pragma == {
        "synchronous": 2,
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_on_sqlite_the_file_is_its_owners_alone(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'hub.sqlite3'}")
    upgrade(database)
    for file in (tmp_path / "deep").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_full_disk_is_told_and_nothing_is_stored(sqlite_url):
    database = Database(sqlite_url)
    upgrade(database)

    def write_too_much() -> None:
        with database.write() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            put(tx, "big", "x" * 10_000_000)

    with pytest.raises(StoreUnavailable, match="disk is full"):
        write_too_much()
    with database.write() as tx:
        tx.exec_driver_sql("PRAGMA max_page_count=1073741823")
        put(tx, "small")
    assert keys(database) == {"small"}


def test_a_database_that_is_away_is_told_in_both_languages_without_its_password():
    database = Database("postgresql://hub:open-sesame@127.0.0.1:1/hub")
    with pytest.raises(StoreUnavailable) as told, database.read():
        pass
    assert "Check HUB_DATABASE_URL" in told.value.words.en
    assert "HUB_DATABASE_URL" in told.value.words.ja
    assert "open-sesame" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_refused_row_is_told_without_its_values(database):
    with database.write() as tx:
        put(tx, "one", "090-1234-5678")
    with pytest.raises(sa.exc.IntegrityError) as told, database.write() as tx:
        put(tx, "one", "090-1234-5678")
    assert "090-1234-5678" not in str(told.value)


@pytest.mark.parametrize("zone", [UTC, JAPAN])
def test_a_time_comes_back_as_the_same_moment_in_utc(database, zone):
    moment = datetime(2026, 1, 13, 10, 0, 0, 123456, tzinfo=zone)
    with database.write() as tx:
        tx.execute(sa.insert(site).values(key="tokyo", label="東京", created_at=moment))
    with database.read() as tx:
        found = tx.execute(sa.select(site.c.created_at)).scalar_one()
    assert found == moment
    assert found.tzinfo is UTC


def test_a_time_without_zone_never_reaches_the_store(database):
    naive = datetime(2026, 1, 13, 10, 0)  # noqa: DTZ001 - that is what is refused
    statement = sa.insert(site).values(key="tokyo", label="東京", created_at=naive)
    with pytest.raises(sa.exc.StatementError, match="without time zone"), database.write() as tx:
        tx.execute(statement)


def test_a_plain_postgresql_address_uses_the_driver_that_is_installed():
    assert Database("postgresql://db/hub").url.drivername == "postgresql+psycopg"
