"""Inserting many rows in one statement, straight to the driver.

SQLAlchemy's bind processing would cost more than the database does. SQLite takes one row a call of
a prepared statement. PostgreSQL takes new rows by COPY; where a row may be there already, it takes
a whole page as one JSON document: of arrays the driver writes every value by itself, in Python,
and a table in between to COPY into costs as much as the document does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """A statement that inserts rows of these columns, in each database's own words.

    `copies` says that PostgreSQL's is a COPY.
    """

    columns: tuple[str, ...]
    sqlite: str
    sqlite_forms: Forms
    postgresql: str
    postgresql_forms: Forms
    copies: bool


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
            if conflict
            else f"COPY {table.name} ({names}) FROM STDIN"
        ),
        postgresql_forms=_forms(
            types,
            {UtcTime: _iso, sa.LargeBinary: hexed} if conflict else {UtcTime: _iso, sa.JSON: _json},
        ),
        copies=not conflict,
    )


def write(tx: Tx, bulk: Bulk, rows: Iterable[Sequence[Any]]) -> None:
    """Insert these rows, each in the order of the columns. Times are aware."""
    if tx.dialect.name != "postgresql":
        ready = list(_ready(rows, bulk.sqlite_forms))
        if ready:
            tx.exec_driver_sql(bulk.sqlite, ready)
    elif bulk.copies:
        _copy(tx, bulk.postgresql, _ready(rows, bulk.postgresql_forms))
    else:
        names = bulk.columns
        named = [dict(zip(names, row, strict=True)) for row in _ready(rows, bulk.postgresql_forms)]
        if named:
            tx.exec_driver_sql(bulk.postgresql, (orjson.dumps(named).decode(),))


def _copy(tx: Tx, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows on the transaction's own connection, which SQLAlchemy has no words for.

    Raises what SQLAlchemy raises for any other statement.
    """
    raw: Any = tx.connection.driver_connection
    errors = tx.dialect.loaded_dbapi.Error
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors as exc:
        raise sa.exc.DBAPIError.instance(
            statement,
            None,
            exc,
            errors,
            hide_parameters=True,
            connection_invalidated=tx.dialect.is_disconnect(exc, raw, None),
            dialect=tx.dialect,
        ) from exc


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


def _ready(rows: Iterable[Sequence[Any]], forms: Forms) -> Iterator[tuple[Any, ...]]:
    """Give the rows as the driver takes them. Column by column costs half of row by row."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    if columns:
        for place, form in forms:
            columns[place] = [None if value is None else form(value) for value in columns[place]]
    return zip(*columns, strict=True)


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
