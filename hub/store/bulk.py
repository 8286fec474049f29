"""Inserting many rows in one statement, straight to the driver.

SQLAlchemy's bind processing would cost more than the database does. SQLite takes one row a call of
a prepared statement. PostgreSQL takes a whole page as one JSON document: of arrays and of rows the
driver writes every value by itself, in Python.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hub.store.database import Tx
from hub.store.tables.base import UtcTime

Forms = Sequence[tuple[int, Callable[[Any], Any]]]
"""What makes a value ready for the driver, by the place of its column; NULL needs nothing."""


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """A statement that inserts rows of these columns, in each database's own words."""

    columns: tuple[str, ...]
    sqlite: str
    sqlite_forms: Forms
    postgresql: str
    postgresql_forms: Forms


def inserting(table: sa.Table, columns: Sequence[str], conflict: str = "") -> Bulk:
    """Give the statement that inserts rows of these columns; `conflict` is put behind it."""
    names = ", ".join(columns)
    marks = ", ".join("?" for _ in columns)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    types = [table.c[name].type for name in columns]
    typed = ", ".join(
        f"{name} {type_.compile(dialect)}" for name, type_ in zip(columns, types, strict=True)
    )
    # Only the names of our own tables and columns are put together here.
    return Bulk(
        columns=tuple(columns),
        sqlite=f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {conflict}",  # noqa: S608
        sqlite_forms=_forms(types, {UtcTime: moment, sa.JSON: _json}),
        postgresql=(
            f"INSERT INTO {table.name} ({names}) SELECT {names} "  # noqa: S608
            f"FROM json_to_recordset(%s::json) AS new({typed}) {conflict}"
        ),
        postgresql_forms=_forms(types, {UtcTime: _iso, sa.LargeBinary: hexed}),
    )


def write(tx: Tx, bulk: Bulk, rows: Iterable[Sequence[Any]]) -> None:
    """Insert these rows, each in the order of the columns. Times are aware."""
    if tx.dialect.name == "postgresql":
        named = [
            dict(zip(bulk.columns, _ready(row, bulk.postgresql_forms), strict=True)) for row in rows
        ]
        if named:
            tx.exec_driver_sql(bulk.postgresql, (orjson.dumps(named).decode(),))
    else:
        ready = [tuple(_ready(row, bulk.sqlite_forms)) for row in rows]
        if ready:
            tx.exec_driver_sql(bulk.sqlite, ready)


def _forms(
    types: Sequence[sa.types.TypeEngine[Any]],
    by_type: Mapping[type[sa.types.TypeEngine[Any]], Callable[[Any], Any]],
) -> Forms:
    return [
        (place, form)
        for place, type_ in enumerate(types)
        for kind, form in by_type.items()
        if isinstance(type_, kind)
    ]


def _ready(row: Sequence[Any], forms: Forms) -> list[Any]:
    values = list(row)
    for place, form in forms:
        if values[place] is not None:
            values[place] = form(values[place])
    return values


@lru_cache(maxsize=4096)
def moment(at: datetime) -> str:
    """Write a time as SQLAlchemy's own DateTime type does on SQLite, so that both compare.

    Raises ValueError for a time without time zone.
    """
    return _utc(at).strftime("%Y-%m-%d %H:%M:%S.%f")


@lru_cache(maxsize=4096)
def _iso(at: datetime) -> str:
    return _utc(at).isoformat()


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without time zone must not reach the store")
    return at.astimezone(UTC)


def _json(value: Any) -> str:
    # Rows of one page hold the same few tuples again and again.
    return _tuple_json(value) if isinstance(value, tuple) else orjson.dumps(value).decode()


@lru_cache(maxsize=1024)
def _tuple_json(value: tuple[Any, ...]) -> str:
    return orjson.dumps(value).decode()


def hexed(value: bytes) -> str:
    """Write bytes as PostgreSQL reads them."""
    return f"\\x{value.hex()}"
