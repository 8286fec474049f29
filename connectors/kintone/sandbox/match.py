"""Whether a record fits a query's condition: the tree compiled against one form."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from math import ceil, floor
from typing import Any

from connectors.kintone.sandbox.errors import KintoneError, invalid
from connectors.kintone.sandbox.fields import CHOICES, Field, Form
from connectors.kintone.sandbox.moments import from_text, span
from connectors.kintone.sandbox.query import (
    Call,
    Compare,
    Condition,
    Every,
    Number,
    Some,
    Value,
)
from connectors.kintone.sandbox.records import Row

Test = Callable[[Row], bool]
Check = Callable[[Any], bool]

_TEXT = frozenset({"=", "!=", "in", "not in", "like", "not like", "is empty", "is not empty"})
_NUMBER = frozenset({"=", "!=", "<", ">", "<=", ">=", "in", "not in"})
_TIME = frozenset({"=", "!=", "<", ">", "<=", ">="})
_IN = frozenset({"in", "not in"})
OPERATORS = {
    "SINGLE_LINE_TEXT": _TEXT,
    "LINK": _TEXT,
    "MULTI_LINE_TEXT": frozenset({"like", "not like", "is empty", "is not empty"}),
    "FILE": frozenset({"like", "not like", "is empty", "is not empty"}),
    "NUMBER": _NUMBER | {"is empty", "is not empty"},
    "RECORD_NUMBER": _NUMBER,
    "__ID__": _NUMBER,
    "DATE": _TIME | {"is empty", "is not empty"},
    "TIME": _TIME | {"is empty", "is not empty"},
    "DATETIME": _TIME | {"is empty", "is not empty"},
    "CREATED_TIME": _TIME,
    "UPDATED_TIME": _TIME,
    "CREATOR": _IN,
    "MODIFIER": _IN,
    "USER_SELECT": _IN,
} | dict.fromkeys(CHOICES, _IN)
_NEGATIVE = {"!=": "=", "not in": "in", "not like": "like", "is not empty": "is empty"}
_ID = Field(code="$id", type="__ID__")


def compile_condition(condition: Condition | None, form: Form, now: datetime, login: str) -> Test:
    """A test of records.

    Raises KintoneError where the condition does not suit the form: GAIA_IQ03, GAIA_IQ07,
    GAIA_IQ10, GAIA_IQ11, or CB_VA01 for a value that is none of its field's.
    """
    return _Compiler(form, now, login).condition(condition)


def id_bounds(condition: Condition | None) -> tuple[int, int]:
    """The lowest and highest `$id` a fitting record can have."""
    low, high = 0, 2**53
    for part in _required(condition):
        match part.operator:
            case ">":
                low = max(low, floor(_decimal(part.values[0])) + 1)
            case ">=":
                low = max(low, ceil(_decimal(part.values[0])))
            case "<":
                high = min(high, ceil(_decimal(part.values[0])) - 1)
            case "<=":
                high = min(high, floor(_decimal(part.values[0])))
    return low, high


def id_list(condition: Condition | None) -> set[int] | None:
    """The only ids a fitting record can have where the condition lists them, or None."""
    lists = [
        {int(_decimal(value)) for value in part.values}
        for part in _required(condition)
        if part.operator in ("=", "in")
    ]
    return set.intersection(*lists) if lists else None


def _required(condition: Condition | None) -> Iterator[Compare]:
    """The tests of `$id` every fitting record must pass."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _required(part)
    elif isinstance(condition, Compare) and condition.field == "$id":
        yield condition


def sort_key(field: Field) -> Callable[[Row], Any]:
    """What records are sorted by for `order by` this field; empty values come first."""
    getter = _getter(field)
    if field.type in ("NUMBER", "RECORD_NUMBER", "__ID__"):
        return lambda row: (getter(row) not in (None, ""), Decimal(getter(row) or 0))
    if field.type in ("CHECK_BOX", "MULTI_SELECT", "FILE", "SUBTABLE", "USER_SELECT"):
        raise KintoneError("GAIA_IQ03", about={"id": field.code, "op": "order by"})
    return lambda row: str(getter(row) or "")


def field_of(form: Form, code: str) -> Field:
    """The field a query names, `$id` included. Raises KintoneError GAIA_IQ11."""
    return _ID if code == "$id" else form.field(code)


class _Compiler:
    def __init__(self, form: Form, now: datetime, login: str) -> None:
        self._form = form
        self._now = now
        self._login = login

    def condition(self, condition: Condition | None) -> Test:
        match condition:
            case None:
                return lambda row: True
            case Some(parts):
                tests = [self.condition(part) for part in parts]
                return lambda row: any(test(row) for test in tests)
            case Every(parts):
                return self._every(parts)
            case Compare():
                return self._compare(condition)

    def _every(self, parts: tuple[Condition, ...]) -> Test:
        # Positive conditions on one table bind to the same row of it.
        tables: dict[str, list[tuple[Field, Check]]] = {}
        tests: list[Test] = []
        for part in parts:
            table = self._form.table_of(part.field) if isinstance(part, Compare) else None
            if isinstance(part, Compare) and table and part.operator not in _NEGATIVE:
                cell = table.inner[part.field]
                tables.setdefault(table.key, []).append((cell, self._check(cell, part, True)))
            else:
                tests.append(self.condition(part))
        tests += [_any_row(key, checks) for key, checks in tables.items()]
        return lambda row: all(test(row) for test in tests)

    def _compare(self, compare: Compare) -> Test:
        table = self._form.table_of(compare.field)
        if table:
            cell = table.inner[compare.field]
            check = self._check(cell, compare, True)
            if compare.operator in _NEGATIVE:
                return _all_rows(table.key, cell, check)
            return _any_row(table.key, [(cell, check)])
        field = field_of(self._form, compare.field)
        check, getter = self._check(field, compare, False), _getter(field)
        return lambda row: check(getter(row))

    def _check(self, field: Field, compare: Compare, in_table: bool) -> Check:
        if in_table and compare.operator in ("=", "!="):
            raise KintoneError("GAIA_IQ07", about={"id": field.code})
        # Inside a table texts take "in" for "=", and choices are as anywhere.
        if compare.operator not in OPERATORS.get(field.type, frozenset()):
            about = {"id": field.code, "op": compare.operator}
            raise KintoneError("GAIA_IQ03", about=about)
        positive = self._positive(field, compare)
        if compare.operator in _NEGATIVE:
            return lambda value: not positive(value)
        return positive

    def _positive(self, field: Field, compare: Compare) -> Check:
        operator = _NEGATIVE.get(compare.operator, compare.operator)
        if operator == "is empty":
            return lambda value: value in (None, "", [])
        try:
            if field.type in CHOICES:
                return _among(self._options(field, compare.values))
            if field.type in ("CREATOR", "MODIFIER", "USER_SELECT"):
                return _is_user({self._user(value) for value in compare.values})
            if field.type in ("NUMBER", "RECORD_NUMBER", "__ID__"):
                return _numeric(operator, [_decimal(value) for value in compare.values])
            if field.type in ("DATE", "DATETIME", "CREATED_TIME", "UPDATED_TIME"):
                return _temporal(field.type, operator, compare.values[0], self._now)
            texts = [_text(value) for value in compare.values]
        except (ValueError, ArithmeticError) as exc:
            bad = ("The value does not suit the field.", "フィールドに適さない値です。")
            raise invalid("query", bad) from exc
        if field.type == "TIME":
            return _ordered(operator, texts[0])
        if operator == "like":
            return lambda value: _has_words(str(value or ""), texts[0])
        return lambda value: (value or "") in texts

    def _options(self, field: Field, values: tuple[Value, ...]) -> set[str]:
        labels = {_text(value) for value in values}
        if labels - {*field.labels(), ""}:
            raise KintoneError("GAIA_IQ10", about={"id": field.code})
        return labels

    def _user(self, value: Value) -> str:
        if isinstance(value, Call) and value.name == "LOGINUSER":
            return self._login
        return _text(value)


def _getter(field: Field) -> Callable[[Row], Any]:
    match field.type:
        case "__ID__" | "RECORD_NUMBER":
            return lambda row: row.id
        case "CREATED_TIME":
            return lambda row: row.stamp.created
        case "UPDATED_TIME":
            return lambda row: row.stamp.updated
        case "CREATOR":
            return lambda row: [row.stamp.creator]
        case "MODIFIER":
            return lambda row: [row.stamp.modifier]
    if field.options:
        return lambda row: field.show(row.values.get(field.key))
    return lambda row: row.values.get(field.key)


def _any_row(key: str, checks: list[tuple[Field, Check]]) -> Test:
    return lambda row: any(
        all(check(cell.show(part["value"].get(cell.key))) for cell, check in checks)
        for part in row.values.get(key) or ()
    )


def _all_rows(key: str, cell: Field, check: Check) -> Test:
    def test(row: Row) -> bool:
        parts = row.values.get(key) or ()
        return bool(parts) and all(check(cell.show(part["value"].get(cell.key))) for part in parts)

    return test


def _among(labels: set[str]) -> Check:
    def check(value: Any) -> bool:
        chosen = value if isinstance(value, list) else [value] if value else []
        return not labels.isdisjoint(chosen) if chosen else "" in labels

    return check


def _is_user(codes: set[str]) -> Check:
    return lambda value: any(user["code"] in codes for user in value or ())


def _numeric(operator: str, numbers: list[Decimal]) -> Check:
    chosen = frozenset(numbers)

    def check(value: Any) -> bool:
        if value is None or value == "":
            return False
        number = Decimal(value)
        return number in chosen if operator == "in" else _order(operator, number, numbers[0])

    return check


def _temporal(kind: str, operator: str, wanted: Value, now: datetime) -> Check:
    start, end = span(wanted if isinstance(wanted, Call) else _text(wanted), now)

    def check(value: Any) -> bool:
        if not value:
            return False
        moment = value
        if isinstance(value, str):
            moment = span(value, now)[0] if kind == "DATE" else from_text(value)
        match operator:
            case "=":
                return bool(start <= moment < end)
            case ">":
                return bool(moment >= end)
            case ">=":
                return bool(moment >= start)
            case "<":
                return bool(moment < start)
        return bool(moment < end)

    return check


def _ordered(operator: str, wanted: str) -> Check:
    return lambda value: bool(value) and _order(operator, str(value), wanted)


def _order(operator: str, value: Any, wanted: Any) -> bool:
    match operator:
        case "=":
            return bool(value == wanted)
        case "<":
            return bool(value < wanted)
        case "<=":
            return bool(value <= wanted)
        case ">":
            return bool(value > wanted)
    return bool(value >= wanted)


def _has_words(text: str, wanted: str) -> bool:
    # kintone searches an index of words: Latin words match whole, Japanese by any run of signs.
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9]+", text)}
    latin = [word.lower() for word in re.findall(r"[A-Za-z0-9]+", wanted)]
    runs = re.findall(r"[^\x00-\x7f\s]+", wanted)
    return bool(latin or runs) and words.issuperset(latin) and all(run in text for run in runs)


def _text(value: Value) -> str:
    if isinstance(value, Call):
        raise ValueError("A function does not suit this field.")
    return value.text if isinstance(value, Number) else value


def _decimal(value: Value) -> Decimal:
    return Decimal(_text(value))
