"""The condition that a column's value is among many, handed over as one parameter.

An IN list of five hundred parameters is written out, read and bound one by one, for each query
anew; that costs several times what the database needs to find the rows.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hub.store.database import Tx


def among(tx: Tx, column: sa.Column[Any], values: Sequence[int] | Sequence[str]) -> sa.TextClause:
    """Give the condition for the rows whose column has one of these values."""
    condition, name = _condition(tx.dialect.name, column)
    return condition.bindparams(**{name: orjson.dumps(list(values)).decode()})


class Among:
    """A query for the rows whose column has one of many values, put together once.

    Putting it together takes SQLAlchemy longer than the database takes to answer: what is asked for
    every few messages is written down here, for each kind of database.
    """

    def __init__(self, query: sa.Select[Any], column: sa.Column[Any]) -> None:
        self._queries = {}
        for dialect in ("sqlite", "postgresql"):
            condition, self._name = _condition(dialect, column)
            self._queries[dialect] = query.where(condition)

    def rows(self, tx: Tx, values: Sequence[int] | Sequence[str], **further: Any) -> Sequence[Any]:
        """Give the rows, as tuples; `further` are the query's other parameters."""
        parameters = {self._name: orjson.dumps(list(values)).decode(), **further}
        return tx.execute(self._queries[tx.dialect.name], parameters).all()


@lru_cache(maxsize=256)
def _condition(dialect: str, column: sa.Column[Any]) -> tuple[sa.TextClause, str]:
    name = f"{column.table.name}_{column.name}_among"
    if dialect == "postgresql":
        type_ = column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
        # As an array: joined as a table of unknown length, it can make the planner read all rows.
        values = (
            f"= ANY(ARRAY(SELECT CAST(value AS {type_}) "  # noqa: S608
            f"FROM json_array_elements_text(CAST(:{name} AS json))))"
        )
    else:
        values = f"IN (SELECT value FROM json_each(:{name}))"  # noqa: S608
    return sa.text(f"{column.table.name}.{column.name} {values}"), name
