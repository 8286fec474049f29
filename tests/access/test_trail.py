"""The audit trail shows when somebody touched it, and every act leaves a row."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.access import trail
from hub.store.audit import add_audit
from hub.store.database import Database
from hub.store.tables.access import audit
from hub.store.upgrade import upgrade

from ..tree import OURS, name, text_of

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
ROWS = 6


@pytest.fixture
def db(store_url):
    database = Database(store_url)
    upgrade(database)
    with database.write() as tx:
        for number in range(1, ROWS + 1):
            add_audit(
                tx,
                at=NOW,
                actor="user:3",
                action="person.seen",
                object_=f"contact:{number}",
                address="192.0.2.1",
                detail={"rows": number},
            )
    yield database
    database.close()


def broken(tx, known=()):
    return [(each.kind, each.seq) for each in trail.verify(tx, known).broken]


def test_an_untouched_trail_is_whole(db):
    with db.read() as tx:
        found = trail.verify(tx)
    assert (found.whole, found.rows, found.unchained) == (True, ROWS, 0)
    assert found.head
    assert found.head.seq == ROWS


_OTHER = {
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "detail": {"rows": 0},
    "hash": bytes(32),
    "prev_hash": bytes(32),
    "address": None,
    "seq": 99,
}


def test_a_change_of_any_column_is_found(db):
    unseen = []
    with db.write() as tx:
        for column in audit.columns:
            if column.name == "id":
                continue
            with tx.begin_nested() as trial:
                value = _OTHER.get(column.name, "x")
                tx.execute(sa.update(audit).where(audit.c.seq == 3).values({column: value}))
                if not broken(tx):
                    unseen.append(column.name)
                trial.rollback()
    assert unseen == []


def test_a_removed_row_is_found(db):
    with db.write() as tx:
        tx.execute(sa.delete(audit).where(audit.c.seq == 3))
    with db.read() as tx:
        assert broken(tx) == [("removed", 4)]


def test_a_row_slipped_in_is_found(db):
    with db.write() as tx:
        tx.execute(sa.insert(audit).values(at=NOW, actor="x", action="y", object="z", detail={}))
    with db.read() as tx:
        assert broken(tx) == [("added", 0)]


def test_rows_older_than_the_chain_are_counted_and_no_fault(store_url):
    database = Database(store_url)
    upgrade(database)
    with database.write() as tx:
        tx.execute(sa.insert(audit).values(at=NOW, actor="x", action="y", object="z", detail={}))
        add_audit(tx, at=NOW, actor="x", action="y", object_="z", address=None, detail={})
        found = trail.verify(tx)
    assert (found.whole, found.rows, found.unchained) == (True, 2, 1)
    database.close()


@pytest.mark.parametrize("first", [1, 2])
def test_the_first_rows_cannot_be_made_out_to_be_older_than_the_chain(db, first):
    with db.write() as tx:
        tx.execute(
            sa.update(audit).where(audit.c.seq <= first).values(seq=None, hash=None, prev_hash=None)
        )
    with db.read() as tx:
        assert broken(tx) == [("removed", first + 1)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_the_rows_is_found(db, data):
    with db.write() as tx, tx.begin_nested() as trial:
        known = [(each.seq, each.hash) for each in [trail.verify(tx).head] if each]
        seq = data.draw(st.integers(1, ROWS))
        act = data.draw(st.sampled_from(["change", "remove", "swap", "cut"]))
        if act == "change":
            tx.execute(sa.update(audit).where(audit.c.seq == seq).values(actor="nobody"))
        elif act == "remove":
            tx.execute(sa.delete(audit).where(audit.c.seq == seq))
        elif act == "cut":
            tx.execute(sa.delete(audit).where(audit.c.seq >= seq))
        else:
            other = data.draw(st.integers(1, ROWS).filter(lambda each: each != seq))
            for old, new in ((seq, 99), (other, seq), (99, other)):
                tx.execute(sa.update(audit).where(audit.c.seq == old).values(seq=new))
        assert broken(tx, known)
        trial.rollback()


# What writes without a row of its own, and why.
NO_ROW = {
    "hub/access/api_keys.py": "when a key was last used; what it did has rows of its own",
    "hub/cli/erase.py": "hub.contacts.erasure writes the row",
    "hub/cli/erasing.py": "hub.contacts.erasure writes the row",
    "hub/web/rest/once.py": "what is done once writes its row",
}
AUDITED = re.compile(
    r"\b(?:audit|trail|by|by\(hub\))\.note\(|\bnote\(hub, tx|\b(?:trail|audit)\.by\(|\badd_audit\("
)


def test_what_people_do_at_the_terminal_or_in_the_console_leaves_a_row():
    silent = [
        name(path)
        for path in OURS
        if name(path).startswith(("hub/cli/", "hub/web/console/", "hub/web/rest/", "hub/access/"))
        and name(path) not in NO_ROW
        and re.search(r"\bdatabase\.write\(\) as", text_of(path))
        and not AUDITED.search(text_of(path))
    ]
    assert silent == []
