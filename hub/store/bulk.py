"""Many rows in one statement, straight to the driver.

SQLAlchemy's bind processing would cost more than the database does. SQLite takes one row a call of
a prepared statement. PostgreSQL takes a whole page as one JSON document: of arrays and of rows the
driver writes every value by itself, in Python.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hub.store.database import Tx


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """A statement for many rows of these columns, in each database's own words.

    In PostgreSQL's the rows are the table `new`.
    """

    columns: tuple[str, ...]
    sqlite: str
    postgresql: str


def inserting(table: sa.Table, columns: Sequence[str], conflict: str = "") -> Bulk:
    """Give the statement that inserts rows of these columns; `conflict` is put behind it."""
    names = ", ".join(columns)
    marks = ", ".join("?" for _ in columns)
    # Only the names of our own tables and columns are put together here.
    return Bulk(
        columns=tuple(columns),
        sqlite=f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {conflict}",  # noqa: S608
        postgresql=(
            f"INSERT INTO {table.name} ({names}) SELECT {names} "  # noqa: S608
            f"FROM {rows_of(table, columns)} {conflict}"
        ),
    )


def rows_of(table: sa.Table, columns: Sequence[str]) -> str:
    """Give PostgreSQL's table `new` of the rows handed over, with the types of this table."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    typed = ", ".join(f"{name} {table.c[name].type.compile(dialect)}" for name in columns)
    return f"json_to_recordset(%s::json) AS new({typed})"


def write(tx: Tx, bulk: Bulk, rows: Sequence[Sequence[Any]]) -> None:
    """Run the statement with these rows, each in the order of the columns.

    Times are aware; a list or a mapping goes into a JSON column.
    """
    if not rows:
        return
    if tx.dialect.name == "postgresql":
        named = [dict(zip(bulk.columns, _as(_IN_JSON, row), strict=True)) for row in rows]
        tx.exec_driver_sql(bulk.postgresql, (orjson.dumps(named).decode(),))
    else:
        tx.exec_driver_sql(bulk.sqlite, [tuple(_as(_IN_SQLITE, row)) for row in rows])


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
    return orjson.dumps(value).decode()


def hexed(value: bytes) -> str:
    """Write bytes as PostgreSQL reads them."""
    return f"\\x{value.hex()}"


_Forms = Mapping[type, Callable[[Any], Any]]

_IN_JSON: _Forms = {bytes: hexed, datetime: _iso}
_IN_SQLITE: _Forms = {datetime: moment, list: _json, dict: _json}


def _as(forms: _Forms, row: Sequence[Any]) -> list[Any]:
    return [forms[type(value)](value) if type(value) in forms else value for value in row]
