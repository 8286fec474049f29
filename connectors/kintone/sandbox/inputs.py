"""Checking what a caller wants written into a record, the way kintone checks it."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.kintone.sandbox.errors import (
    NOT_A_NUMBER,
    REQUIRED,
    TOO_LONG,
    UNKNOWN_OPTION,
    WRONG_FORMAT,
    KintoneError,
    invalid,
)
from connectors.kintone.sandbox.fields import LISTS, SYSTEM, Field, Form
from connectors.kintone.sandbox.moments import from_text, to_text

Values = dict[str, Any]

_LINK_STARTS = {"WEB": ("http://", "https://", "ftp://")}


def written(form: Form, record: Any, path: str, tables: Mapping[str, Any]) -> Values:
    """The stored values a record of a request asks for, by field key.

    `path` is where the record stands in the request, `tables` the present rows of tables by key,
    for a row that names its id keeps the cells it leaves out. Codes the form does not know are
    ignored, as kintone does. Raises KintoneError: CB_VA01, GAIA_UN10, GAIA_FU01.
    """
    if not isinstance(record, dict):
        raise invalid(path, REQUIRED)
    values: Values = {}
    errors: dict[str, tuple[str, str]] = {}
    for code, given in record.items():
        if code not in form.fields:
            continue
        each = form.fields[code]
        if each.type in SYSTEM:
            raise KintoneError("GAIA_UN10", about={"id": code})
        if each.locked:
            raise KintoneError("GAIA_FU01")
        value = given.get("value") if isinstance(given, dict) else None
        try:
            if each.type == "SUBTABLE":
                values[each.key] = _rows(each, value, f"{path}.{code}", tables.get(each.key) or [])
            else:
                values[each.key] = each.keep(_checked(each, value, f"{path}.{code}"))
        except KintoneError as exc:
            errors |= exc.errors
    if errors:
        raise KintoneError("CB_VA01", errors=errors)
    return values


def complete(form: Form, values: Values, path: str) -> None:
    """Check the whole record as it would be stored, untouched fields too.

    kintone does so on every write, so a field made required later blocks an update of another
    field with CB_VA01.
    """
    errors = {
        f"{path}.{each.code}.value": REQUIRED
        for each in form.fields.values()
        if each.required and values.get(each.key) in (None, "", [])
    }
    if errors:
        raise KintoneError("CB_VA01", errors=errors)


def _rows(table: Field, value: Any, path: str, present: list[Any]) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{path}.value", WRONG_FORMAT)
    kept = {row["id"]: row["value"] for row in present}
    rows = []
    for index, row in enumerate(value):
        cells = row.get("value") if isinstance(row, dict) else None
        if not isinstance(cells, dict):
            raise invalid(f"{path}.value[{index}].value", REQUIRED)
        where = f"{path}.value[{index}].value"
        row_id = str(row["id"]) if row.get("id") is not None else None
        values = dict(kept.get(row_id, {})) if row_id else {}
        for code, each in table.inner.items():
            if code in cells:
                given = cells[code].get("value") if isinstance(cells[code], dict) else None
                values[each.key] = each.keep(_checked(each, given, f"{where}.{code}"))
            values.setdefault(each.key, each.empty())
        rows.append({"id": row_id if row_id in kept else None, "value": values})
    return rows


def _checked(each: Field, value: Any, path: str) -> Any:
    if each.type in LISTS:
        return _labels(each, value, path)
    if value is None or value == "":
        return each.empty()
    match each.type:
        case "RADIO_BUTTON" | "DROP_DOWN":
            if value not in each.labels():
                raise invalid(f"{path}.value", UNKNOWN_OPTION)
            return value
        case "NUMBER":
            return _number(value, path)
        case "DATE" | "TIME" | "DATETIME":
            return _moment(each.type, value, path)
        case "USER_SELECT":
            return _users(value, path)
        case "FILE":
            return value
    return _text(each, value, path)


def _labels(each: Field, value: Any, path: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{path}.values", WRONG_FORMAT)
    labels = each.labels()
    errors = {
        f"{path}.values[{index}].value": UNKNOWN_OPTION
        for index, label in enumerate(value)
        if label not in labels
    }
    if errors:
        raise KintoneError("CB_VA01", errors=errors)
    return [label for label in labels if label in value]


def _number(value: Any, path: str) -> str:
    try:
        if isinstance(value, bool) or not Decimal(str(value)).is_finite():
            raise invalid(f"{path}.value", NOT_A_NUMBER)
    except InvalidOperation as exc:
        raise invalid(f"{path}.value", NOT_A_NUMBER) from exc
    return str(value)


def _moment(kind: str, value: Any, path: str) -> str:
    try:
        match kind:
            case "DATE":
                return date.fromisoformat(value).isoformat()
            case "TIME":
                return time.fromisoformat(value).strftime("%H:%M")
        return to_text(from_text(value))
    except (TypeError, ValueError) as exc:
        raise invalid(f"{path}.value", WRONG_FORMAT) from exc


def _users(value: Any, path: str) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(user, dict) for user in value):
        raise invalid(f"{path}.value", WRONG_FORMAT)
    return [{"code": str(user.get("code")), "name": str(user.get("code"))} for user in value]


def _text(each: Field, value: Any, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(f"{path}.value", WRONG_FORMAT)
    text = str(value)
    if each.max_length and len(text) > each.max_length:
        raise invalid(f"{path}.value", TOO_LONG)
    starts = _LINK_STARTS.get(each.protocol)
    if starts and not text.startswith(starts):
        raise invalid(f"{path}.value", WRONG_FORMAT)
    return text
