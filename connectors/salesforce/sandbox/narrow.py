"""Which records a query has to look at, where its condition says more than "all of them"."""

from collections.abc import Iterator, Sequence

from connectors.salesforce.sandbox.ids import is_id, whole
from connectors.salesforce.sandbox.moments import canonical
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.tree import (
    Compare,
    Condition,
    Every,
    Literal,
    Order,
    Query,
    Some,
)

_SECONDS = 19


def candidates(table: Table, query: Query) -> Iterator[Row]:
    """Every record that may fit; in the order the query asks for where `in_order` says so."""
    by_stamp = bool(query.orders) and query.orders[0].path.text.lower() == "systemmodstamp"
    numbers = _listed(table, query.condition)
    if numbers is not None:
        rows = [table.row(number) for number in sorted(numbers) if number in table]
        return iter(sorted(rows, key=_stamp) if by_stamp else rows)
    since = _since(query.condition)
    if by_stamp:
        return table.by_stamp(since or "")
    if since:
        return iter(sorted(table.by_stamp(since), key=lambda row: row.number))
    return table.all(after=_after(table, query.condition))


def in_order(orders: Sequence[Order]) -> bool:
    """Whether candidates come in this order already: none asked for, or SystemModstamp and Id."""
    names = [each.path.text.lower() for each in orders]
    return all(each.ascending for each in orders) and names in (
        [],
        ["id"],
        ["systemmodstamp"],
        ["systemmodstamp", "id"],
    )


def _stamp(row: Row) -> tuple[str, int]:
    return row.stamp, row.number


def _required(condition: Condition | None) -> Iterator[Compare]:
    """The tests every fitting record must pass."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _required(part)
    elif isinstance(condition, Compare):
        yield condition


def _listed(table: Table, condition: Condition | None) -> set[int] | None:
    """The only numbers a fitting record can have where ids or keys are listed, or None."""
    for test in _required(condition):
        if test.operator not in ("=", "IN") or not isinstance(test.values, tuple):
            continue
        field = table.about.field(test.path.text)
        texts = [value.text for value in test.values if value.kind == "string" and value.text]
        if field is None or len(texts) < len(test.values):
            continue
        if field.type == "id":
            numbers = [table.about.ids.number(text) for text in texts]
            return {number for number in numbers if number is not None}
        if field.type == "reference":
            texts = [whole(text) for text in texts if is_id(text)]
        elif not field.external_id:
            continue
        return set().union(*(table.found(field.name, text) for text in texts))
    return None


def _since(condition: Condition | None) -> str | None:
    """The earliest SystemModstamp a fitting record can have, down to the second, or None."""
    match condition:
        case Every(parts):
            bounds = [bound for part in parts if (bound := _since(part))]
            return max(bounds) if bounds else None
        case Some(parts):
            bounds = [bound for part in parts if (bound := _since(part))]
            return min(bounds) if len(bounds) == len(parts) else None
        case Compare():
            return _bound(condition)
    return None


def _bound(test: Compare) -> str | None:
    value = test.values[0] if isinstance(test.values, tuple) else None
    fits = test.path.text.lower() == "systemmodstamp" and test.operator in ("=", ">", ">=")
    if fits and isinstance(value, Literal) and value.kind == "datetime":
        return canonical(value.text)[:_SECONDS]
    return None


def _after(table: Table, condition: Condition | None) -> int:
    """The number below which no fitting record lies."""
    after = -1
    for test in _required(condition):
        is_bound = test.path.text.lower() == "id" and test.operator in (">", ">=")
        if is_bound and isinstance(test.values, tuple):
            number = table.about.ids.number(test.values[0].text)
            if number is not None:
                after = max(after, number if test.operator == ">" else number - 1)
    return after
