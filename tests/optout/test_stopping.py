"""Stopping many at once is stopping one after the other."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.consent import ledger
from hub.consent.exclusions import Origin
from hub.optout.act import opt_out, opt_out_many
from hub.optout.stop import Stop
from hub.optout.stopping import OptOutResult
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.tables.connections import connection
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.optouts import push
from hub.store.tables.people import contact, link

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
PEOPLE = (1, 2, 3)
# Each number has a record in the two connections; both take opt-outs, a third one takes none.
RECORDS = [(connection_id, f"12:{person}") for connection_id in (1, 2, 3) for person in PEOPLE]
SINKS = {1, 2}


def seconds(of: int) -> timedelta:
    return timedelta(seconds=of)


stops = st.builds(
    Stop,
    contact_id=st.sampled_from(PEOPLE),
    scope=st.sampled_from(["promotional", "all", "purpose:news"]),
    origin=st.sampled_from([Origin.PLATFORM, Origin.PAGE]),
    actor=st.just("person"),
    occurred_at=st.none() | st.integers(-5, 5).map(lambda of: NOW + seconds(of)),
    connection_id=st.none() | st.sampled_from([1, 2]),
    source_ref=st.none() | st.sampled_from(["12:1", "12:2", "12:3"]),
    message_id=st.none() | st.just(7),
)


@dataclass
class Before:
    """One thing that was there before: an exclusion of a number, and how its pushes went."""

    contact_id: int
    scope: str
    lifted: bool
    attempts: int
    restore: str | None


befores = st.lists(
    st.builds(
        Before,
        contact_id=st.sampled_from(PEOPLE),
        scope=st.sampled_from(["promotional", "all"]),
        lifted=st.booleans(),
        attempts=st.integers(0, 1),
        restore=st.none() | st.sampled_from(["open", "done"]),
    ),
    max_size=3,
    unique_by=lambda before: (before.contact_id, before.scope),
)


def prepare(tx: Any, befores: list[Before]) -> None:
    """Empty the store and put into it what was there before."""
    for table in (push, evidence, exclusion, link, contact):
        tx.execute(sa.delete(table))
    tx.execute(
        sa.insert(contact),
        [{"id": person, "lookup": b"%016d" % person, "created_at": NOW} for person in PEOPLE],
    )
    tx.execute(
        sa.insert(link),
        [
            {
                "connection_id": connection_id,
                "ref": ref,
                "contact_id": int(ref[-1]),
                "verdict": "silent",
                "read_at": NOW,
            }
            for connection_id, ref in RECORDS
        ],
    )
    for place, before in enumerate(befores, start=1):
        earlier = NOW - timedelta(days=1)
        tx.execute(
            sa.insert(exclusion).values(
                id=place,
                contact_id=before.contact_id,
                scope=before.scope,
                origin="page",
                actor="person",
                occurred_at=earlier,
                recorded_at=earlier,
                lifted_at=earlier if before.lifted else None,
            )
        )
        told = {"opt_out": "done"} | ({"restore": before.restore} if before.restore else {})
        for change, state in told.items():
            tx.execute(
                sa.insert(push).values(
                    key=f"{place}-{change}",
                    exclusion_id=place,
                    connection_id=1,
                    ref=f"12:{before.contact_id}",
                    change=change,
                    acted_at=earlier,
                    state=state,
                    attempts=before.attempts,
                    next_at=earlier,
                    created_at=earlier,
                )
            )
    if tx.dialect.name == "postgresql":
        # Ids were given by hand; the sequence goes on behind them.
        tx.exec_driver_sql("SELECT setval(pg_get_serial_sequence('exclusion', 'id'), 100)")


def all_at_once(tx: Any, cipher: Cipher, stops: list[Stop]) -> list[OptOutResult]:
    return opt_out_many(tx, cipher, stops, now=NOW, sink_connections=SINKS)


def one_by_one(tx: Any, cipher: Cipher, stops: list[Stop]) -> list[OptOutResult]:
    return [opt_out(tx, cipher, **vars(stop), now=NOW, sink_connections=SINKS) for stop in stops]


def outcome(tx: Any, results: list[OptOutResult]) -> Any:
    """Everything that was stored, by number, with exclusions named by number and scope."""
    exclusions = tx.execute(sa.select(exclusion)).all()
    names = {row.id: (row.contact_id, row.scope, row.lifted_at is None) for row in exclusions}
    columns = ("connection_id", "ref", "change", "acted_at", "state", "attempts", "next_at")
    entries: dict[int, list[Any]] = {person: [] for person in PEOPLE}
    said = ("event_type", "purpose_key", "scope", "method", "actor", "occurred_at", "recorded_at")
    for row in tx.execute(sa.select(evidence).order_by(evidence.c.seq)):
        values = [getattr(row, name) for name in (*said, "connection_id", "source_ref")]
        entries[row.contact_id].append((*values, names[row.exclusion_id]))
    return (
        [(result.already, names.get(result.exclusion_id)) for result in results],
        sorted(
            repr([value for name, value in row._mapping.items() if name not in ("id", "key")])
            for row in exclusions
        ),
        entries,
        sorted(
            repr((names[row.exclusion_id], [getattr(row, name) for name in columns]))
            for row in tx.execute(sa.select(push))
        ),
        ledger.verify(tx).whole,
    )


@pytest.fixture
def db(store_url: str) -> Any:
    db = Database(store_url)
    with db.write() as tx:
        for id_ in (1, 2, 3):
            tx.execute(
                sa.insert(connection).values(
                    id=id_,
                    name=f"crm{id_}",
                    plugin="kintone",
                    label="CRM",
                    origin="console",
                    enabled=True,
                    state="ok",
                    state_since=NOW,
                    created_at=NOW,
                )
            )
    yield db
    db.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=befores, stops=st.lists(stops, max_size=8))
def test_many_stops_at_once_are_the_same_as_one_after_the_other(
    db: Database, before: list[Before], stops: list[Stop]
) -> None:
    cipher = Cipher(new_ring())
    seen = []
    for way in (all_at_once, one_by_one):
        with db.write() as tx:
            prepare(tx, before)
            seen.append(outcome(tx, way(tx, cipher, stops)))
    assert seen[0] == seen[1]
    assert seen[0][-1]


def test_each_record_of_each_number_is_told_but_the_one_that_said_so(db: Database) -> None:
    cipher = Cipher(new_ring())
    wanted = [
        Stop(
            contact_id=person,
            scope="promotional",
            origin=Origin.PLATFORM,
            actor="connection:crm1",
            occurred_at=None,
            connection_id=1,
            source_ref=f"12:{person}",
        )
        for person in PEOPLE
    ]
    with db.write() as tx:
        prepare(tx, [])
        results = all_at_once(tx, cipher, wanted)
        told = tx.execute(sa.select(push.c.connection_id, push.c.ref).order_by(push.c.ref)).all()
    assert not any(result.already for result in results)
    assert [tuple(row) for row in told] == [(2, "12:1"), (2, "12:2"), (2, "12:3")]


def test_one_scope_that_is_none_stops_nobody(db: Database) -> None:
    cipher = Cipher(new_ring())
    good = Stop(contact_id=1, scope="all", origin=Origin.API, actor="api", occurred_at=None)
    bad = Stop(contact_id=2, scope="sms", origin=Origin.API, actor="api", occurred_at=None)
    with db.write() as tx:
        prepare(tx, [])

    with pytest.raises(ValueError, match="scope"), db.write() as tx:
        all_at_once(tx, cipher, [good, bad])

    with db.read() as tx:
        assert tx.execute(sa.select(exclusion)).all() == []
        assert tx.execute(sa.select(evidence)).all() == []
