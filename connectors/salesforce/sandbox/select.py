"""What a query finds, and how the records it finds are shown."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.match import Getter, Matcher, getter, resolve
from connectors.salesforce.sandbox.narrow import candidates, in_order
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.schema import Field
from connectors.salesforce.sandbox.tree import Count, Group, Order, Path, Query, misplaced

MOST_ALL_FIELDS = 200
SMALL_PAGE = 200

Show = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One field a query asks for: its way as (names, field) and what reads it."""

    names: tuple[str, ...]
    field: Field
    read: Getter


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A query compiled against an org.

    `numbers` are the records found, in order; `total` how many fit before a page is cut. A query
    for COUNT() has no columns, one for COUNT(path) has `counted` instead.
    """

    table: Table
    columns: tuple[Column, ...]
    numbers: list[int]
    show: Show
    counted: int | None = None
    bare_count: bool = False

    @property
    def most(self) -> int | None:
        """The largest page of such records where long texts make it smaller than usual."""
        long = [each for each in self.columns if each.field.long and each.field.custom]
        return SMALL_PAGE if len(long) > 1 else None


def select(org: Org, query: Query, *, base: str = "", deleted: bool = False) -> Selection:
    """Find the records of a query; with `deleted` those in the recycle bin too.

    `base` is where objects are addressed: /services/data/v66.0/sobjects.

    Raises SalesforceError: INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY or what else is wrong.
    """
    table = org.table(query.object)
    columns, counts = _columns(org, table, query)
    rows = _found(org, table, query, deleted)
    if counts:
        return _counted(org, table, query, rows, counts[0])
    start = query.offset or 0
    end = None if query.limit is None else start + query.limit
    numbers = [row.number for row in islice(rows, start, end)]
    show = _shower(org, table, columns, base)
    return Selection(table=table, columns=columns, numbers=numbers, show=show)


def _found(org: Org, table: Table, query: Query, deleted: bool) -> Iterator[Row]:
    def answers(inner: Query) -> list[Any]:
        found = select(org, inner)
        if len(found.columns) != 1:
            raise SalesforceError("MALFORMED_QUERY", "Only one field can be selected here.")
        return [found.columns[0].read(found.table.row(number)) for number in found.numbers]

    test = Matcher(org, table, query.text, answers).test(query.condition)
    keys = [(order, *resolve(org, table, order.path, query.text)) for order in query.orders]
    for order, about, _ in keys:
        if about.long:
            reason = f"field '{order.path.text}' can not be sorted in a query call"
            raise SalesforceError("MALFORMED_QUERY", misplaced(query.text, order.path.at, reason))
    fitting = (
        row for row in candidates(table, query) if (deleted or not row.deleted) and test(row)
    )
    if in_order(query.orders):
        return fitting
    return iter(_sorted(fitting, keys))


def _sorted(rows: Iterable[Row], keys: list[tuple[Order, Field, Getter]]) -> list[Row]:
    ordered = sorted(rows, key=lambda row: row.number)
    for order, about, read in reversed(keys):
        present = [row for row in ordered if read(row) is not None]
        absent = [row for row in ordered if read(row) is None]
        if about.type == "id":
            present.sort(key=lambda row: row.number, reverse=not order.ascending)
        else:
            present.sort(key=_sort_key(read), reverse=not order.ascending)
        ordered = absent + present if order.nulls_first else present + absent
    return ordered


def _sort_key(read: Getter) -> Callable[[Row], Any]:
    def key(row: Row) -> Any:
        value = read(row)
        return value.lower() if isinstance(value, str) else value

    return key


def _counted(org: Org, table: Table, query: Query, rows: Iterator[Row], count: Count) -> Selection:
    if len(query.fields) > 1:
        raise SalesforceError("MALFORMED_QUERY", "COUNT stands alone in this sandbox's queries.")
    if count.path is None:
        total = sum(1 for _ in islice(rows, query.limit))
    else:
        _, read = resolve(org, table, count.path, query.text)
        total = sum(1 for row in rows if read(row) is not None)
    return Selection(
        table=table,
        columns=(),
        numbers=[],
        show=lambda row: {},
        counted=total,
        bare_count=count.path is None,
    )


def _columns(org: Org, table: Table, query: Query) -> tuple[tuple[Column, ...], list[Count]]:
    columns: list[Column] = []
    counts: list[Count] = []
    for asked in query.fields:
        if isinstance(asked, Count):
            counts.append(asked)
        elif isinstance(asked, Group):
            columns += _group(table, query, asked)
        else:
            columns.append(_column(org, table, asked, query.text))
    names = [column.names for column in columns]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        reason = f"duplicate field selected: {'.'.join(twice)}"
        raise SalesforceError("MALFORMED_QUERY", reason)
    return tuple(columns), counts


def _column(org: Org, table: Table, path: Path, text: str) -> Column:
    about, read = resolve(org, table, path, text)
    parts = path.parts
    if len(parts) > 1 and parts[0].lower() == table.about.name.lower():
        parts = parts[1:]
    names: list[str] = []
    here = table
    for part in parts[:-1]:
        way = here.about.by_relationship(part)
        assert way is not None
        names.append(way.relationship)
        here = org.tables[way.refers[0]]
    return Column(names=(*names, about.name), field=about, read=read)


def _group(table: Table, query: Query, group: Group) -> list[Column]:
    if group.which != "STANDARD" and (query.limit is None or query.limit > MOST_ALL_FIELDS):
        reason = f"The SOQL FIELDS function must have a LIMIT of at most {MOST_ALL_FIELDS}"
        raise SalesforceError("MALFORMED_QUERY", misplaced(query.text, group.at, reason))
    return [
        Column(names=(each.name,), field=each, read=getter(table, each))
        for each in table.about.fields.values()
        if group.which == "ALL" or each.custom == (group.which == "CUSTOM")
    ]


def _shower(org: Org, table: Table, columns: Iterable[Column], base: str) -> Show:
    """What turns a record into the JSON of an answer; `base` is where objects are addressed."""
    flat = [(each.names[0], each.read) for each in columns if len(each.names) == 1]
    ways: dict[str, list[Column]] = {}
    order: list[str] = []
    for each in columns:
        if each.names[0] not in order:
            order.append(each.names[0])
        if len(each.names) > 1:
            inner = Column(names=each.names[1:], field=each.field, read=each.read)
            ways.setdefault(each.names[0], []).append(inner)
    name, of = table.about.name, table.about.ids.of
    nested = {way: _over(org, table, way, inner, base) for way, inner in ways.items()}
    plain = dict(flat)
    readers = [(each, nested.get(each) or plain[each]) for each in order]

    def show(row: Row) -> dict[str, Any]:
        url = f"{base}/{name}/{of(row.number)}"
        answer: dict[str, Any] = {"attributes": {"type": name, "url": url}}
        for each, read in readers:
            answer[each] = read(row)
        return answer

    return show


def _over(org: Org, table: Table, way: str, columns: list[Column], base: str) -> Getter:
    field = table.about.by_relationship(way)
    assert field is not None
    shows: dict[str, Show] = {}

    def read(row: Row) -> Any:
        found = org.by_id(row.values.get(field.name) or "")
        if found is None:
            return None
        there, target = found
        name = there.about.name
        if name not in shows:
            inner = [_again(org, there, column) for column in columns]
            shows[name] = _shower(org, there, inner, base)
        return shows[name](target)

    return read


def _again(org: Org, table: Table, column: Column) -> Column:
    """The column as the record at the end of a way sees it."""
    path = Path(column.names, 0)
    about, read = resolve(org, table, path, "")
    return Column(names=column.names, field=about, read=read)
