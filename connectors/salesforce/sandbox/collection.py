"""sObject Collections: up to 200 records in one call, an outcome for each in their order."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer
from connectors.salesforce.sandbox.errors import SalesforceError, no_object
from connectors.salesforce.sandbox.ids import is_id
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Table
from connectors.salesforce.sandbox.rows import shown
from connectors.salesforce.sandbox.writing import delete, insert, update, upsert

MOST = 200
MOST_CHUNKS = 10
MOST_READ = 2_000

Work = Callable[[], dict[str, Any]]


def collection(asked: Asked) -> Response:
    """POST, PATCH or DELETE composite/sobjects."""
    asked.need("POST", "PATCH", "DELETE")
    org = asked.org
    if asked.method == "DELETE":
        ids = [part.strip() for part in asked.param("ids").split(",") if part.strip()]
        _check_count(len(ids))
        works = [_deleter(org, each) for each in ids]
        return answer(_each(org, works, asked.params.get("allOrNone", "").lower() == "true"))
    body = asked.json()
    records = _records(body)
    make = _inserter if asked.method == "POST" else _updater
    works = [make(org, record) for record in records]
    return answer(_each(org, works, body.get("allOrNone") is True))


def collection_of(asked: Asked, table: Table, key: str | None) -> Response:
    """GET or POST composite/sobjects/{object} reads; PATCH …/{external id field} upserts."""
    if key is None:
        return _read(asked, table)
    asked.need("PATCH")
    body = asked.json()
    works = [_upserter(asked.org, table, key, record) for record in _records(body)]
    return answer(_each(asked.org, works, body.get("allOrNone") is True))


def _read(asked: Asked, table: Table) -> Response:
    asked.need("GET", "POST")
    if asked.method == "GET":
        ids, fields = asked.param("ids").split(","), asked.param("fields").split(",")
    else:
        body = asked.json()
        ids, fields = body.get("ids", []), body.get("fields", [])
    if len(ids) > MOST_READ:
        raise SalesforceError("EXCEEDED_ID_LIMIT", f"At most {MOST_READ} ids may be read at once.")
    rows = [table.by_id(str(each)) for each in ids]
    return answer(
        [shown(asked, table, row, fields) if row and not row.deleted else None for row in rows]
    )


def _records(body: dict[str, Any]) -> list[dict[str, Any]]:
    records = body.get("records")
    if not isinstance(records, list) or not records:
        raise SalesforceError("REQUIRED_FIELD_MISSING", "The body has no records.")
    _check_count(len(records))
    names = [_type_of(record) for record in records]
    chunks = 1 + sum(one != other for one, other in pairwise(names))
    if chunks > MOST_CHUNKS:
        message = f"Cannot have more than {MOST_CHUNKS} chunks in a single operation."
        raise SalesforceError("INVALID_INPUT", message)
    return records


def _type_of(record: Any) -> str:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str) or not name:
        raise SalesforceError("INVALID_INPUT", "Must specify a type in the attributes of a record.")
    return name


def _check_count(count: int) -> None:
    if count > MOST:
        message = f"record limit reached. cannot submit more than {MOST} records into this call"
        raise SalesforceError("EXCEEDED_ID_LIMIT", message)


def _each(org: Org, works: list[Work], whole: bool) -> list[dict[str, Any]]:
    outcomes: list[dict[str, Any]] = []
    try:
        with org.transaction():
            for work in works:
                try:
                    with org.transaction():
                        outcomes.append(work())
                except SalesforceError as exc:
                    outcomes.append({"success": False, "errors": [exc.row()]})
            if whole and not all(outcome["success"] for outcome in outcomes):
                raise _RolledBack
    except _RolledBack:
        return [_rolled_back(outcome) for outcome in outcomes]
    return outcomes


class _RolledBack(Exception):
    """One record was refused, and all or none was asked for."""


def _rolled_back(outcome: dict[str, Any]) -> dict[str, Any]:
    if not outcome["success"]:
        return outcome
    error = SalesforceError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using "
        "AllOrNone header",
    )
    return {"success": False, "errors": [error.row()]}


def _inserter(org: Org, record: dict[str, Any]) -> Work:
    def work() -> dict[str, Any]:
        record_id = insert(org, org.table(_type_of(record)), record)
        return {"id": record_id, "success": True, "errors": []}

    return work


def _updater(org: Org, record: dict[str, Any]) -> Work:
    def work() -> dict[str, Any]:
        record_id, values = _split(record)
        update(org, org.table(_type_of(record)), record_id, values)
        return {"id": record_id, "success": True, "errors": []}

    return work


def _deleter(org: Org, record_id: str) -> Work:
    def work() -> dict[str, Any]:
        if not is_id(record_id):
            raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}")
        found = org.by_id(record_id)
        if found is None:
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        delete(org, found[0], record_id)
        return {"id": record_id, "success": True, "errors": []}

    return work


def _upserter(org: Org, table: Table, key: str, record: dict[str, Any]) -> Work:
    def work() -> dict[str, Any]:
        if org.table(_type_of(record)) is not table:
            raise no_object(_type_of(record))
        value = next((str(v) for name, v in record.items() if name.lower() == key.lower()), "")
        if not value:
            raise SalesforceError("MISSING_ARGUMENT", f"{key} not specified", [key])
        values = {name: v for name, v in record.items() if name.lower() != key.lower()}
        record_id, created = upsert(org, table, key, value, values)
        return {"id": record_id, "success": True, "errors": [], "created": created}

    return work


def _split(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    record_id = next((v for name, v in record.items() if name.lower() == "id"), None)
    if not isinstance(record_id, str):
        raise SalesforceError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
    return record_id, {name: v for name, v in record.items() if name.lower() != "id"}
