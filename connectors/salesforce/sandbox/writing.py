"""Writing one record: made, changed, deleted, each with the refusals of a real org."""

from collections.abc import Mapping
from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError, converted, not_found
from connectors.salesforce.sandbox.ids import is_id
from connectors.salesforce.sandbox.inputs import complete, defaults, named, written
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.people import ADMINISTRATOR
from connectors.salesforce.sandbox.records import Row, Table, Values


def insert(org: Org, table: Table, given: Mapping[str, Any]) -> str:
    """Make a record and give its id. Raises SalesforceError."""
    _check_writable(table)
    values = defaults(table) | written(org, table, given)
    if table.about.field("OwnerId"):
        values.setdefault("OwnerId", org.tables["User"].about.ids.of(ADMINISTRATOR))
    complete(table, values)
    _check_rules(org, table)
    _check_unique(table, values, None)
    now = org.now()
    values |= {"CreatedById": org.actor, "LastModifiedById": org.actor}
    row = Row(table.new_number(), now, now, now, named(values))
    org.write(table, row, "created")
    return table.about.ids.of(row.number)


def update(org: Org, table: Table, record_id: str, given: Mapping[str, Any]) -> None:
    """Change a record. Raises SalesforceError."""
    _check_writable(table)
    row = find(org, table, record_id)
    if table.about.name == "Lead" and row.values.get("IsConverted"):
        raise converted()
    changes = written(org, table, given)
    _check_free(org, table, row)
    _check_rules(org, table)
    _check_refused(org, table, row)
    _check_unique(table, changes, row)
    values = named(row.values | changes | {"LastModifiedById": org.actor})
    complete(table, values)
    org.write(table, row.with_values(values, org.now()), "updated")


def delete(org: Org, table: Table, record_id: str) -> None:
    """Put a record into the recycle bin. Raises SalesforceError."""
    _check_writable(table)
    row = find(org, table, record_id)
    _check_free(org, table, row)
    gone = row.with_values(row.values, org.now())
    gone.deleted = True
    org.write(table, gone, "deleted")


def upsert(
    org: Org, table: Table, key: str, value: str, given: Mapping[str, Any]
) -> tuple[str, bool]:
    """Change the record with this value in an external id field, or make it.

    Gives its id and whether it was made. Raises SalesforceError; Several for more than one.
    """
    if key.lower() == "id":
        update(org, table, value, given)
        return value, False
    field = table.about.field(key)
    if field is None or not field.external_id:
        raise not_found("Provided external ID field does not exist or is not accessible: " + key)
    found = matching(table, field.name, value)
    if len(found) > 1:
        raise Several([table.about.ids.of(row.number) for row in found])
    rest = {name: each for name, each in given.items() if name.lower() != key.lower()}
    if found:
        record_id = table.about.ids.of(found[0].number)
        update(org, table, record_id, rest)
        return record_id, False
    return insert(org, table, {**rest, field.name: value}), True


class Several(SalesforceError):
    """More than one record has this external id; `ids` are theirs."""

    def __init__(self, ids: list[str]) -> None:
        message = f"{ids[0]}: more than one record found for external id field: [{', '.join(ids)}]"
        super().__init__("DUPLICATE_EXTERNAL_ID", message)
        self.ids = ids


def matching(table: Table, field: str, value: str) -> list[Row]:
    """The records with this value in a key field that are not deleted."""
    rows = (table.row(number) for number in sorted(table.found(field, value)))
    return [row for row in rows if not row.deleted]


def find(org: Org, table: Table, record_id: str) -> Row:
    """The record with this id as writers find it. Raises SalesforceError."""
    if not is_id(record_id) or not record_id.startswith(table.about.prefix):
        message = f"{table.about.name} ID: id value of incorrect type: {record_id}"
        raise SalesforceError("MALFORMED_ID", message, ["Id"])
    row = table.by_id(record_id)
    if row is None:
        raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row.deleted:
        raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted")
    return row


def _check_writable(table: Table) -> None:
    if table.about.name in ("Organization", "User"):
        message = "entity type cannot be updated by this user"
        raise SalesforceError("INSUFFICIENT_ACCESS_OR_READONLY", message)


def _check_free(org: Org, table: Table, row: Row) -> None:
    record_id = table.about.ids.of(row.number)
    locked = org.trouble.locked
    uncommitted = any(
        each.object == table.about.name and each.row.number == row.number for each in org.pending
    )
    if locked[record_id] > 0:
        locked[record_id] -= 1
    elif not uncommitted:
        return
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    raise SalesforceError("UNABLE_TO_LOCK_ROW", message)


def _check_rules(org: Org, table: Table) -> None:
    if rule := org.trouble.rules.get(table.about.name):
        message, field = rule
        fields = [field] if field else []
        raise SalesforceError("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, fields)


def _check_refused(org: Org, table: Table, row: Row) -> None:
    if refused := org.trouble.refused.get(table.about.ids.of(row.number)):
        raise SalesforceError(*refused)


def _check_unique(table: Table, values: Values, row: Row | None) -> None:
    for field in table.about.fields.values():
        value = values.get(field.name)
        if not field.unique or not value or (row and row.values.get(field.name) == value):
            continue
        others = [each for each in matching(table, field.name, str(value)) if each is not row]
        if others:
            other = table.about.ids.of(others[0].number)
            message = (
                f"duplicate value found: {field.name} duplicates value on record with id: {other}"
            )
            raise SalesforceError("DUPLICATE_VALUE", message, [field.name])
