"""One record at an address of its own, by id or by an external id."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer, done
from connectors.salesforce.sandbox.errors import SalesforceError, not_found
from connectors.salesforce.sandbox.ids import is_id
from connectors.salesforce.sandbox.match import getter
from connectors.salesforce.sandbox.moments import from_text
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.writing import Several, delete, insert, matching, update, upsert


def create(asked: Asked, table: Table) -> Response:
    """POST sobjects/{object}."""
    asked.need("POST")
    with asked.org.transaction():
        record_id = insert(asked.org, table, asked.json())
    return answer({"id": record_id, "success": True, "errors": []}, 201)


def by_id(asked: Asked, table: Table, record_id: str) -> Response:
    """GET, PATCH or DELETE sobjects/{object}/{id}."""
    asked.need("GET", "PATCH", "DELETE", "HEAD")
    row = there(table, record_id)
    if asked.method in ("GET", "HEAD"):
        return answer(shown(asked, table, row))
    _check_unmodified(asked, row)
    with asked.org.transaction():
        if asked.method == "DELETE":
            delete(asked.org, table, record_id)
        else:
            update(asked.org, table, record_id, asked.json())
    return done()


def by_key(asked: Asked, table: Table, key: str, value: str) -> Response:
    """GET, PATCH or DELETE sobjects/{object}/{external id field}/{value}."""
    asked.need("GET", "PATCH", "DELETE", "HEAD")
    if asked.method == "PATCH":
        return _upsert(asked, table, key, value)
    field = table.about.field(key)
    if field is None or not field.external_id:
        raise not_found("Provided external ID field does not exist or is not accessible: " + key)
    found = matching(table, field.name, value)
    if not found:
        raise not_found("The requested resource does not exist")
    if len(found) > 1:
        return several(asked, table, [table.about.ids.of(row.number) for row in found])
    return by_id(asked, table, table.about.ids.of(found[0].number))


def several(asked: Asked, table: Table, ids: list[str]) -> Response:
    """The answer where an external id means more than one record."""
    return answer([f"{asked.base}/{table.about.name}/{each}" for each in ids], 300)


def there(table: Table, record_id: str) -> Row:
    """The record at an address. Raises SalesforceError NOT_FOUND, ENTITY_IS_DELETED."""
    row = table.by_id(record_id) if is_id(record_id) else None
    if row is None:
        message = "Provided external ID field does not exist or is not accessible: " + record_id
        raise not_found(message)
    if row.deleted:
        raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted")
    return row


def shown(asked: Asked, table: Table, row: Row, fields: list[str] | None = None) -> dict[str, Any]:
    """A record with all its fields or these. Raises SalesforceError INVALID_FIELD."""
    name, record_id = table.about.name, table.about.ids.of(row.number)
    if fields is None and asked.params.get("fields"):
        fields = [part.strip() for part in asked.params["fields"].split(",")]
    chosen = list(table.about.fields.values())
    if fields is not None:
        chosen = []
        for each in fields:
            found = table.about.field(each)
            if found is None:
                message = f"No such column '{each}' on sobject of type {name}"
                raise SalesforceError("INVALID_FIELD", message)
            chosen.append(found)
    record: dict[str, Any] = {
        "attributes": {"type": name, "url": f"{asked.base}/{name}/{record_id}"}
    }
    record |= {field.name: getter(table, field)(row) for field in chosen}
    return record | asked.org.trouble.unreadable.get(record_id, {})


def _upsert(asked: Asked, table: Table, key: str, value: str) -> Response:
    try:
        with asked.org.transaction():
            record_id, created = upsert(asked.org, table, key, value, asked.json())
    except Several as exc:
        return several(asked, table, exc.ids)
    told = {"id": record_id, "success": True, "errors": [], "created": created}
    return answer(told, 201 if created else 200)


def _check_unmodified(asked: Asked, row: Row) -> None:
    given = asked.headers.get("if-unmodified-since")
    if given is None or asked.method != "PATCH":
        return
    try:
        since = parsedate_to_datetime(given)
    except ValueError as exc:
        raise SalesforceError("INVALID_REQUEST", "If-Unmodified-Since is no HTTP date.") from exc
    # HTTP dates are precise to the second.
    changed = from_text(row.modified).replace(microsecond=0)
    if changed > since.astimezone(UTC):
        raise SalesforceError("PRECONDITION_FAILED", "The record was changed since then.")


def moment(text: str) -> datetime:
    """A moment of an address. Raises SalesforceError INVALID_DATE_TIME."""
    try:
        return from_text(text.replace(" ", "+"))
    except ValueError as exc:
        message = "A date and time with its zone is needed, as in 2026-01-05T01:00:00Z."
        raise SalesforceError("INVALID_DATE_TIME", message) from exc
