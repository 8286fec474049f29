"""Whether a record fits a query's condition: the tree compiled against one org."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.ids import is_id, whole
from connectors.salesforce.sandbox.moments import canonical, days_of, midnight
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.schema import Field
from connectors.salesforce.sandbox.tree import (
    Compare,
    Condition,
    Every,
    Literal,
    Negated,
    Path,
    Query,
    Some,
    like_pattern,
    misplaced,
)

Test = Callable[[Row], bool]
Check = Callable[[Any], bool]
Getter = Callable[[Row], Any]
Answers = Callable[[Query], list[Any]]
"""Gives the values of the only field of a query inside a query."""

_IDS = frozenset({"id", "reference"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_SECONDS = 19
"""Characters of a stored moment down to its seconds: comparisons ignore what follows."""


def resolve(org: Org, table: Table, path: Path, text: str) -> tuple[Field, Getter]:
    """The field a path means and what reads it from a record.

    Raises SalesforceError INVALID_FIELD; hidden and unknown fields look the same.
    """
    head, *rest = path.parts
    if rest and head.lower() == table.about.name.lower():
        head, *rest = rest
    if not rest:
        field = table.about.field(head)
        if field is None:
            raise no_field(table, head, path, text)
        return field, getter(table, field)
    way = table.about.by_relationship(head)
    if way is None:
        reason = f"Didn't understand relationship '{head}' in field path."
        raise SalesforceError("INVALID_FIELD", misplaced(text, path.at, reason))
    # A way with several ends shows what all ends have; the first stands for them.
    field, _ = resolve(org, org.tables[way.refers[0]], Path(tuple(rest), path.at), text)
    return field, _over(org, way, Path(tuple(rest), path.at), text)


def _over(org: Org, way: Field, rest: Path, text: str) -> Getter:
    readers: dict[str, Getter] = {}

    def read(row: Row) -> Any:
        found = org.by_id(row.values.get(way.name) or "")
        if found is None:
            return None
        table, there = found
        name = table.about.name
        if name not in readers:
            readers[name] = resolve(org, table, rest, text)[1]
        return readers[name](there)

    return read


def no_field(table: Table, name: str, path: Path, text: str) -> SalesforceError:
    """The refusal of a field that is not there or hidden."""
    reason = (
        f"No such column '{name}' on entity '{table.about.name}'. If you are attempting to use a "
        "custom field, be sure to append the '__c' after the custom field name. Please reference "
        "your WSDL or the describe call for the appropriate names."
    )
    return SalesforceError("INVALID_FIELD", misplaced(text, path.at, reason))


def getter(table: Table, field: Field) -> Getter:
    """What reads a field from a record of its object."""
    name = field.name
    match name:
        case "Id":
            of = table.about.ids.of
            return lambda row: of(row.number)
        case "IsDeleted":
            return lambda row: row.deleted
        case "SystemModstamp":
            return lambda row: row.stamp
        case "LastModifiedDate":
            return lambda row: row.modified
        case "CreatedDate":
            return lambda row: row.created
    empty = False if field.type == "boolean" else None
    return lambda row: row.values.get(name, empty)


class Matcher:
    """Compiles the conditions of one query on one object."""

    def __init__(self, org: Org, table: Table, text: str, answers: Answers) -> None:
        self._org = org
        self._table = table
        self._text = text
        self._answers = answers

    def test(self, condition: Condition | None) -> Test:
        """A test of records. Raises SalesforceError where the condition does not suit them."""
        match condition:
            case None:
                return lambda row: True
            case Negated(part):
                inner = self.test(part)
                return lambda row: not inner(row)
            case Some(parts):
                tests = [self.test(part) for part in parts]
                return lambda row: any(test(row) for test in tests)
            case Every(parts):
                tests = [self.test(part) for part in parts]
                return lambda row: all(test(row) for test in tests)
            case Compare():
                return self._compare(condition)

    def _compare(self, compare: Compare) -> Test:
        field, read = resolve(self._org, self._table, compare.path, self._text)
        if field.long:
            reason = f"field '{compare.path.text}' can not be filtered in a query call"
            raise SalesforceError("INVALID_FIELD", misplaced(self._text, compare.path.at, reason))
        check = self._check(field, compare)
        return lambda row: check(read(row))

    def _check(self, field: Field, compare: Compare) -> Check:
        operator, values = compare.operator, compare.values
        if isinstance(values, Query):
            wanted = {_plain(value) for value in self._answers(values)} - {None}
            return _among(wanted, operator == "IN")
        if operator in ("IN", "NOT IN"):
            if field.type == "datetime":
                checks = [self._check(field, Compare(compare.path, "=", (v,))) for v in values]
                return _any(checks, operator == "IN")
            wanted = {_plain(self._value(field, value)) for value in values}
            return _among(wanted, operator == "IN")
        if operator in ("INCLUDES", "EXCLUDES"):
            raise self._bad_operator(field, compare)
        if operator == "LIKE":
            return self._like(field, compare, values[0])
        return self._single(field, compare, values[0])

    def _like(self, field: Field, compare: Compare, value: Literal) -> Check:
        if field.type in ("boolean", "date", "datetime", "double", "id", "reference"):
            raise self._bad_operator(field, compare)
        pattern = like_pattern(str(self._value(field, value)))
        return lambda stored: pattern.fullmatch(str(stored or "")) is not None

    def _single(self, field: Field, compare: Compare, value: Literal) -> Check:
        operator = compare.operator
        if operator in _ORDERED and field.type in ("boolean", "reference"):
            raise self._bad_operator(field, compare)
        if field.type in ("date", "datetime") and value.kind == "word" and value.text != "NULL":
            return self._on_days(field, operator, value)
        given = self._value(field, value)
        if field.type == "id" and operator in _ORDERED and given is not None:
            # Ids sort by case: 5Z comes before 5a.
            return lambda stored: _order(operator, stored, given)
        wanted = _plain(given)
        if operator == "=":
            return _among({wanted}, True)
        if operator == "!=":
            return _among({wanted}, False)
        if wanted is None:
            raise self._bad_operator(field, compare)
        return lambda stored: stored is not None and _order(operator, _plain(stored), wanted)

    def _on_days(self, field: Field, operator: str, value: Literal) -> Check:
        try:
            first, end = days_of(value.text, value.count, self._org.clock())
        except ValueError as exc:
            raise self._unsuited(field, value) from exc
        low, high = _edge(field, first), _edge(field, end)

        def inside(stored: Any) -> bool:
            return stored is not None and low <= stored < high

        match operator:
            case "=":
                return inside
            case "!=":
                return lambda stored: not inside(stored)
            case "<":
                return lambda stored: stored is not None and stored < low
            case "<=":
                return lambda stored: stored is not None and stored < high
            case ">":
                return lambda stored: stored is not None and stored >= high
        return lambda stored: stored is not None and stored >= low

    def _value(self, field: Field, value: Literal) -> Any:
        if value.kind == "word" and value.text == "NULL":
            return False if field.type == "boolean" else None
        kinds = _KINDS.get(field.type, ("string",))
        if value.kind not in kinds:
            raise self._unsuited(field, value)
        match field.type:
            case "boolean":
                if value.text not in ("TRUE", "FALSE"):
                    raise self._unsuited(field, value)
                return value.text == "TRUE"
            case "double" | "int":
                return Decimal(value.text)
            case "datetime":
                return canonical(value.text)
            case "date":
                return date.fromisoformat(value.text).isoformat()
            case "id" | "reference":
                return self._id(value)
        return value.text

    def _id(self, value: Literal) -> str | None:
        if not value.text:
            return None
        if not is_id(value.text):
            reason = misplaced(self._text, value.at, f"invalid ID field: {value.text}")
            raise SalesforceError("INVALID_QUERY_FILTER_OPERATOR", reason)
        return whole(value.text)

    def _unsuited(self, field: Field, value: Literal) -> SalesforceError:
        quoted = field.type not in _KINDS or field.type in _IDS
        how = (
            "and should be enclosed in quotes" if quoted else "and should not be enclosed in quotes"
        )
        reason = (
            f"value of filter criterion for field '{field.name}' must be of type "
            f"{_NAMES.get(field.type, 'string')} {how}"
        )
        return SalesforceError("INVALID_FIELD", misplaced(self._text, value.at, reason))

    def _bad_operator(self, field: Field, compare: Compare) -> SalesforceError:
        reason = f"invalid operator on {field.type} field: {compare.operator.lower()}"
        message = misplaced(self._text, compare.path.at, reason)
        return SalesforceError("INVALID_QUERY_FILTER_OPERATOR", message)


_KINDS: dict[str, tuple[str, ...]] = {
    "boolean": ("word",),
    "double": ("number",),
    "int": ("number",),
    "date": ("date",),
    "datetime": ("datetime",),
    "id": ("string",),
    "reference": ("string",),
}
_NAMES = {"datetime": "dateTime", "id": "ID", "reference": "ID"}


def _plain(value: Any) -> Any:
    """A value as comparisons see it: no case, no milliseconds, and nothing for an empty text."""
    if isinstance(value, str):
        if len(value) == 28 and value.endswith("+0000"):
            return value[:_SECONDS]
        return value.lower() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def _among(wanted: Iterable[Any], positive: bool) -> Check:
    chosen = frozenset(wanted)
    if positive:
        return lambda stored: _plain(stored) in chosen
    return lambda stored: _plain(stored) not in chosen


def _any(checks: list[Check], positive: bool) -> Check:
    return lambda stored: any(check(stored) for check in checks) is positive


def _edge(field: Field, day: date) -> str:
    return midnight(day) if field.type == "datetime" else day.isoformat()


def _order(operator: str, value: Any, wanted: Any) -> bool:
    match operator:
        case "<":
            return bool(value < wanted)
        case "<=":
            return bool(value <= wanted)
        case ">":
            return bool(value > wanted)
    return bool(value >= wanted)
