"""The audit trail as a chain: added to under one lock, filtered, told apart from older rows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from hub.store import audit
from hub.store.audit import AuditFilter, add_audit
from hub.store.database import Database
from hub.store.upgrade import upgrade

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


@pytest.fixture
def db(store_url):
    database = Database(store_url)
    upgrade(database)
    yield database
    database.close()


def add(db, action="person.seen", object_="contact:1", actor="user:3", at=NOW, address=None):
    with db.write() as tx:
        add_audit(
            tx, at=at, actor=actor, action=action, object_=object_, address=address, detail={"n": 1}
        )


def actions(db, **wanted):
    with db.read() as tx:
        return [row.action for row in audit.stream(tx, AuditFilter(**wanted))]


@pytest.fixture
def filled(db):
    add(db, "person.seen", "contact:1", address="192.0.2.1")
    add(db, "person.searched", "people", at=NOW + timedelta(hours=1))
    add(db, "template.published", "template:spring:1", actor="terminal", at=NOW + timedelta(days=1))
    return db


def test_each_row_follows_the_one_before_it(filled):
    with filled.read() as tx:
        rows = list(audit.stream(tx, AuditFilter()))
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.prev_hash for row in rows] == [audit.GENESIS, rows[0].hash, rows[1].hash]
    assert all(audit.follows(row, row.prev_hash or b"") for row in rows)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"action": "person."}, ["person.seen", "person.searched"]),
        ({"action": "person_"}, []),
        ({"actor": "terminal"}, ["template.published"]),
        ({"object_": "contact:1"}, ["person.seen"]),
        ({"object_": "contact"}, []),
        ({"address": "192.0.2.1"}, ["person.seen"]),
        ({"since": NOW + timedelta(hours=1)}, ["person.searched", "template.published"]),
        ({"until": NOW + timedelta(hours=1)}, ["person.seen"]),
        ({"since": NOW + timedelta(days=2)}, []),
    ],
)
def test_rows_are_found_by_what_is_asked(filled, wanted, found):
    assert actions(filled, **wanted) == found
    with filled.read() as tx:
        assert audit.count(tx, AuditFilter(**wanted)) == len(found)


def test_pages_are_newest_first(filled):
    with filled.read() as tx:
        first = audit.page(tx, AuditFilter(), limit=2)
        rest = audit.page(tx, AuditFilter(), limit=2, before_id=first[-1].id)
    assert [row.seq for row in [*first, *rest]] == [3, 2, 1]


def test_a_row_of_a_transaction_that_fails_leaves_no_gap(filled):
    def fail():
        with filled.write() as tx:
            add_audit(tx, at=NOW, actor="x", action="y", object_="z", address=None, detail={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    add(filled)
    with filled.read() as tx:
        head = audit.head(tx)
    assert head
    assert head.seq == 4


def test_writers_at_once_make_one_chain(db):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: add(db, object_=f"contact:{n}"), range(24)))
    with db.read() as tx:
        rows = list(audit.stream(tx, AuditFilter()))
    before = audit.GENESIS
    for place, row in enumerate(sorted(rows, key=lambda row: row.seq or 0), 1):
        assert row.seq == place
        assert audit.follows(row, before)
        before = row.hash or b""
