"""Rows are found by many values at once, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from hub.store.among import Among, among
from hub.store.database import Database
from hub.store.tables.base import hub_fact
from hub.store.tables.people import contact

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
KEYS = ["12:1", '12:"2"', "12:三", "12:{4}", "12:5"]


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    db = Database(store_url)
    with db.write() as tx:
        tx.execute(sa.delete(hub_fact))
        tx.execute(sa.insert(hub_fact), [{"key": key, "value": f"of {key}"} for key in KEYS])
        tx.execute(
            sa.insert(contact),
            [{"id": id_, "lookup": b"%016d" % id_, "created_at": NOW} for id_ in (1, 2, 2**40)],
        )
    yield db
    db.close()


@pytest.mark.parametrize("wanted", [[], KEYS[1:4], [*KEYS, KEYS[0], "12:9"]])
def test_texts_are_found_whatever_stands_in_them(db: Database, wanted: list[str]) -> None:
    with db.read() as tx:
        found = tx.execute(sa.select(hub_fact.c.key).where(among(tx, hub_fact.c.key, wanted)))
        assert sorted(found.scalars()) == sorted(set(wanted) & set(KEYS))


@pytest.mark.parametrize("wanted", [[], [2], [1, 2**40, 7]])
def test_ids_are_found(db: Database, wanted: list[int]) -> None:
    with db.read() as tx:
        found = tx.execute(sa.select(contact.c.id).where(among(tx, contact.c.id, wanted)))
        assert sorted(found.scalars()) == sorted(set(wanted) & {1, 2, 2**40})


def test_two_conditions_of_one_statement_keep_their_own_values(db: Database) -> None:
    with db.read() as tx:
        query = sa.select(hub_fact.c.key).where(
            among(tx, hub_fact.c.key, ["12:1", "12:5"]), among(tx, hub_fact.c.value, ["of 12:5"])
        )
        assert tx.execute(query).scalars().all() == ["12:5"]


def test_the_same_condition_takes_other_values_the_next_time(db: Database) -> None:
    with db.read() as tx:
        for id_ in (1, 2):
            found = tx.execute(sa.select(contact.c.id).where(among(tx, contact.c.id, [id_])))
            assert found.scalars().all() == [id_]


def test_an_update_takes_the_condition_too(db: Database) -> None:
    with db.write() as tx:
        changed = tx.execute(
            sa.update(contact).where(among(tx, contact.c.id, [1, 2])).values(erased_at=NOW)
        )
        assert changed.rowcount == 2


def test_a_query_written_once_is_asked_with_any_values(db: Database) -> None:
    query = sa.select(contact.c.id).where(contact.c.id < sa.bindparam("below"))
    few = Among(query.order_by(contact.c.id), contact.c.id)
    with db.read() as tx:
        assert few.rows(tx, [2**40, 1, 2], below=2**50) == [(1,), (2,), (2**40,)]
        assert few.rows(tx, [2**40, 1], below=2) == [(1,)]
        assert few.rows(tx, [], below=2) == []
