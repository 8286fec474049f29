"""Reading records: one, or a page of those a query fits."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from connectors.kintone.sandbox.asked import Asked
from connectors.kintone.sandbox.domain import App
from connectors.kintone.sandbox.match import (
    compile_condition,
    field_of,
    id_bounds,
    id_list,
    sort_key,
)
from connectors.kintone.sandbox.query import DEFAULT_LIMIT, Condition, Query, parse
from connectors.kintone.sandbox.records import Row, Shower

_MOST_FIELDS = 1000
_BY_ID = ("__ID__", "RECORD_NUMBER")


def get_record(asked: Asked) -> dict[str, Any]:
    """GET record.json."""
    app = asked.app("view")
    return {"record": Shower(app.form)(app.records.get(asked.number("id")))}


def get_records(asked: Asked) -> dict[str, Any]:
    """GET records.json."""
    app = asked.app("view")
    query = parse(asked.text("query"))
    show = Shower(app.form, fields_of(asked))
    rows = matching(asked, app, query)
    start, limit = query.offset or 0, DEFAULT_LIMIT if query.limit is None else query.limit
    if not asked.flag("totalCount"):
        page = list(islice(rows, start, start + limit))
        return {"records": [show(row) for row in page], "totalCount": None}
    found = list(rows)
    page = found[start : start + limit]
    return {"records": [show(row) for row in page], "totalCount": str(len(found))}


def fields_of(asked: Asked) -> list[str]:
    """The codes a call wants to see; empty means all."""
    return [str(code) for code in asked.items("fields", _MOST_FIELDS, required=False)]


def matching(asked: Asked, app: App, query: Query) -> Iterator[Row]:
    """The records a query fits in its order; without one the newest id comes first.

    In the order of ids nothing beyond what is taken gets looked at.
    """
    login = asked.caller.user["code"]
    test = compile_condition(query.condition, app.form, asked.domain.clock(), login)
    orders = [(field_of(app.form, code), ascending) for code, ascending in query.orders]
    if not orders or orders[0][0].type in _BY_ID:
        ascending = orders[0][1] if orders else False
        return filter(test, _candidates(app, query.condition, ascending))
    found = list(filter(test, _candidates(app, query.condition, False)))
    for each, ascending in reversed(orders):
        found.sort(key=sort_key(each), reverse=not ascending)
    return iter(found)


def _candidates(app: App, condition: Condition | None, ascending: bool) -> Iterator[Row]:
    """The records that can fit by their id alone."""
    listed = id_list(condition)
    if listed is not None:
        return app.records.pick(listed, ascending)
    low, high = id_bounds(condition)
    return app.records.scan(low, high, ascending)
