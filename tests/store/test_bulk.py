"""What goes straight to the driver comes back as it went in, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.store.bulk import inserting, write
from hub.store.database import Database, StoreUnavailable
from hub.store.tables.connections import connection, run
from hub.store.tables.people import link

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
COLUMNS = ("connection_id", "ref", "verdict", "agreed", "out", "name_enc", "modified_at", "read_at")
LINKS = inserting(
    link, COLUMNS, "ON CONFLICT (connection_id, ref) DO UPDATE SET verdict = excluded.verdict"
)

# PostgreSQL refuses U+0000, and a lone surrogate has no UTF-8: neither gets as far as here.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
times = st.datetimes(
    NOW.replace(year=1990, tzinfo=None), NOW.replace(year=2100, tzinfo=None), timezones=zones
)


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    db = Database(store_url)
    with db.write() as tx:
        tx.execute(
            sa.insert(connection).values(
                id=1,
                name="crm",
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


def read(tx: Any) -> list[tuple[Any, ...]]:
    columns = [link.c[name] for name in COLUMNS]
    return [tuple(row) for row in tx.execute(sa.select(*columns).order_by(link.c.id))]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(texts, texts, st.booleans(), st.none() | st.binary(), st.none() | times, times),
        max_size=5,
    )
)
def test_texts_bytes_and_times_come_back_as_they_were(db: Database, rows: list[Any]) -> None:
    given = [(1, f"12:{place}", "silent", *row[1:]) for place, row in enumerate(rows)]
    with db.write() as tx:
        tx.execute(sa.delete(link))
        write(tx, LINKS, given)
        assert read(tx) == given


def test_a_time_written_here_compares_with_one_written_by_sqlalchemy(db: Database) -> None:
    with db.write() as tx:
        write(tx, LINKS, [(1, "12:1", "silent", "{}", False, None, None, NOW)])
        for at, found in ((NOW, 1), (NOW + timedelta(microseconds=1), 0)):
            query = sa.select(link.c.id).where(link.c.read_at >= at)
            assert len(tx.execute(query).all()) == found


def test_lists_and_mappings_fill_a_json_column(db: Database) -> None:
    columns = ("connection_id", "kind", "state", "started_at", "skipped")
    with db.write() as tx:
        for value in ({"silent": 3}, {}):
            write(tx, inserting(run, columns), [(1, "first", "done", NOW, value)])
        rows = tx.execute(sa.select(run.c.skipped).order_by(run.c.id)).scalars().all()
    assert rows == [{"silent": 3}, {}]


def test_a_row_that_is_there_is_changed(db: Database) -> None:
    with db.write() as tx:
        for verdict in ("silent", "consented"):
            write(tx, LINKS, [(1, "12:1", verdict, "{}", False, None, None, NOW)])
        assert [row[2] for row in read(tx)] == ["consented"]


def test_a_time_without_time_zone_does_not_reach_the_store(db: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"), db.write() as tx:
        write(tx, LINKS, [(1, "12:1", "silent", "{}", False, None, None, naive)])


def test_a_row_the_store_refuses_is_told_as_for_any_other_statement(db: Database) -> None:
    rows = [(1, "first", "done", NOW, {}), (99, "first", "done", NOW, {})]
    columns = ("connection_id", "kind", "state", "started_at", "skipped")
    with pytest.raises(sa.exc.IntegrityError), db.write() as tx:
        write(tx, inserting(run, columns), rows)
    with db.read() as tx:
        assert tx.execute(sa.select(run.c.id)).all() == []


def test_a_server_that_went_away_in_the_middle_is_told(ready_postgres_url: str) -> None:
    db = Database(ready_postgres_url)
    with pytest.raises(StoreUnavailable):
        write_to_a_server_that_goes_away(db)
    db.close()


def write_to_a_server_that_goes_away(db: Database) -> None:
    columns = ("connection_id", "kind", "state", "started_at", "skipped")
    with db.write() as tx:
        mine = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with db.write() as other:
            other.exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (mine,))
        write(tx, inserting(run, columns), [(1, "first", "done", NOW, {})])
