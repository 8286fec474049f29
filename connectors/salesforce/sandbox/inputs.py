"""Values a caller writes, checked and brought into the stored form."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError, converted
from connectors.salesforce.sandbox.ids import is_id, whole
from connectors.salesforce.sandbox.moments import canonical, from_text, to_text
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Table, Values
from connectors.salesforce.sandbox.schema import Field


def written(org: Org, table: Table, given: Mapping[str, Any]) -> Values:
    """The values to store, by the fields' own names.

    Raises SalesforceError: INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, or what the first
    value that does not suit its field is refused with.
    """
    values: Values = {}
    locked: list[str] = []
    for name, value in given.items():
        if name == "attributes":
            continue
        field = table.about.field(name)
        if field is None:
            message = f"No such column '{name}' on sobject of type {table.about.name}"
            raise SalesforceError("INVALID_FIELD", message)
        if not field.written or (field.locked and org.actor == org.user_id):
            locked.append(field.name)
        else:
            values[field.name] = _stored(org, field, value)
    if locked:
        message = (
            f"Unable to create/update fields: {', '.join(locked)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set."
        )
        raise SalesforceError("INVALID_FIELD_FOR_INSERT_UPDATE", message, locked)
    return values


def complete(table: Table, values: Values) -> None:
    """Refuse a record without what its object requires. Raises SalesforceError."""
    missing = [
        field.name
        for field in table.about.fields.values()
        if field.required and field.written and values.get(field.name) in (None, "")
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise SalesforceError("REQUIRED_FIELD_MISSING", message, missing)


def defaults(table: Table) -> Values:
    """The values a new record starts with."""
    return {
        field.name: field.default
        for field in table.about.fields.values()
        if field.default is not None
    }


def named(values: Values) -> Values:
    """The values with Name made anew of family and given name, where the object has them."""
    if "LastName" not in values:
        return values
    parts = (values.get("LastName"), values.get("FirstName"))
    return values | {"Name": " ".join(part for part in parts if part)}


def _stored(org: Org, field: Field, value: Any) -> Any:
    if value is None or value == "":
        return False if field.type == "boolean" else None
    match field.type:
        case "boolean":
            return _boolean(field, value)
        case "date":
            return _moment(field, value)
        case "datetime":
            return _moment(field, value)
        case "double" | "int":
            return _number(field, value)
        case "reference":
            return _reference(org, field, value)
    return _text(field, value)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _unreadable(field, value)


def _moment(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _unreadable(field, value)
    try:
        if field.type == "datetime":
            return canonical(value if "T" in value else f"{value}T00:00:00Z")
        if "T" in value:
            return to_text(from_text(value))[:10]
        return date.fromisoformat(value).isoformat()
    except ValueError as exc:
        raise _unreadable(field, value) from exc


def _number(field: Field, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as exc:
        raise _unreadable(field, value) from exc


def _reference(org: Org, field: Field, value: Any) -> str:
    known = {org.tables[name].about.prefix for name in field.refers}
    if not isinstance(value, str) or not is_id(value) or value[:3] not in known:
        message = f"{field.name}: id value of incorrect type: {value}"
        raise SalesforceError("MALFORMED_ID", message, [field.name])
    found = org.by_id(value)
    if found is None:
        message = f"{field.name}: invalid cross reference id"
        raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", message, [field.name])
    table, row = found
    if row.deleted:
        raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted", [field.name])
    if table.about.name == "Lead" and row.values.get("IsConverted"):
        raise converted()
    return whole(value)


def _text(field: Field, value: Any) -> str:
    if isinstance(value, dict | list):
        raise _unreadable(field, value)
    text = str(value)
    if field.length and len(text) > field.length:
        message = f"{field.name}: data value too large: (max length={field.length})"
        raise SalesforceError("STRING_TOO_LONG", message, [field.name])
    if field.restricted and text not in field.options:
        message = f"{field.name}: bad value for restricted picklist field: {text}"
        raise SalesforceError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])
    if field.type == "email" and "@" not in text:
        message = f"{field.name}: invalid email address: {text}"
        raise SalesforceError("INVALID_EMAIL_ADDRESS", message, [field.name])
    return text


def _unreadable(field: Field, value: Any) -> SalesforceError:
    kinds = {str: "STRING", bool: "BOOLEAN", dict: "OBJECT", list: "ARRAY"}
    kind = kinds.get(type(value), "NUMBER")
    message = (
        f"Cannot deserialize instance of {field.type} from VALUE_{kind} or request may be missing "
        "a required field at [line:1, column:2]"
    )
    return SalesforceError("JSON_PARSER_ERROR", message)
