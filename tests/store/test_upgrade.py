"""Bringing the store to the newest schema."""

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hub.errors import ConfigError
from hub.store.database import Database
from hub.store.tables import metadata
from hub.store.upgrade import is_current, upgrade


@pytest.fixture
def database(empty_url):
    database = Database(empty_url)
    yield database
    database.close()


def test_an_empty_store_is_not_current_until_it_is_upgraded(database):
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)


def test_the_migrations_make_what_the_tables_say(database):
    upgrade(database)
    with database.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database):
    upgrade(database)
    with database.write() as tx:
        tx.execute(sa.text("INSERT INTO hub_fact (key, value) VALUES ('kept', 'yes')"))
    upgrade(database)
    with database.read() as tx:
        assert tx.execute(sa.text("SELECT value FROM hub_fact")).scalars().all() == ["yes"]


def test_a_store_of_a_newer_hub_is_told_and_left_alone(database):
    upgrade(database)
    with database.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer hub") as told:
        upgrade(database)
    assert "新しい版のハブ" in told.value.words.ja
    assert not is_current(database)


def test_processes_that_start_at_once_upgrade_one_after_the_other(empty_url):
    done: list[bool] = []

    def start() -> None:
        database = Database(empty_url)
        upgrade(database)
        done.append(is_current(database))
        database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True, True, True]
