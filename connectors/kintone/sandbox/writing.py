"""Writing records: added, changed, deleted, each call whole or not at all."""

from typing import Any

from connectors.kintone.sandbox.asked import Asked, Event, number, optional_number
from connectors.kintone.sandbox.domain import App
from connectors.kintone.sandbox.errors import DUPLICATE, REQUIRED, KintoneError, invalid
from connectors.kintone.sandbox.fields import UPDATE_KEYS
from connectors.kintone.sandbox.inputs import complete, written
from connectors.kintone.sandbox.records import Row, Shower, Stamp

_MOST = 100


def add_record(asked: Asked) -> dict[str, Any]:
    """POST record.json."""
    app = asked.app("add")
    row = _insert(asked, app, asked.params.get("record") or {}, "record")
    _tell(asked, app, "ADD_RECORD", row)
    return {"id": str(row.id), "revision": str(row.revision)}


def add_records(asked: Asked) -> dict[str, Any]:
    """POST records.json. No webhook tells of it, as for every call on several records."""
    app = asked.app("add")
    records = asked.items("records", _MOST)
    rows = [_insert(asked, app, each, f"records[{at}]") for at, each in enumerate(records)]
    return {"ids": [str(row.id) for row in rows], "revisions": [str(row.revision) for row in rows]}


def change_record(asked: Asked) -> dict[str, Any]:
    """PUT record.json."""
    app = asked.app("edit")
    row = _find(app, asked.params, "")
    if row is None:
        raise KintoneError("GAIA_RE20")
    changed = _update(asked, app, row, asked.params, "record")
    _tell(asked, app, "UPDATE_RECORD", changed)
    return {"revision": str(changed.revision)}


def change_records(asked: Asked) -> dict[str, Any]:
    """PUT records.json, which inserts what it does not find if `upsert` says so."""
    app = asked.app("edit")
    upsert = asked.flag("upsert")
    if upsert:
        asked.caller.need(app, "add")
    results = []
    for at, each in enumerate(asked.items("records", _MOST)):
        path = f"records[{at}]"
        if not isinstance(each, dict):
            raise invalid(path, REQUIRED)
        result, operation = _change(asked, app, each, path, upsert)
        answer = {"id": str(result.id), "revision": str(result.revision)}
        results.append(answer | {"operation": operation} if upsert else answer)
    return {"records": results}


def delete_records(asked: Asked) -> dict[str, Any]:
    """DELETE records.json. Raises KintoneError GAIA_RE01, and then deletes none."""
    app = asked.app("delete")
    ids = [number(each, f"ids[{at}]") for at, each in enumerate(asked.items("ids", _MOST))]
    revisions = asked.items("revisions", _MOST, required=False)
    for at, number_ in enumerate(ids):
        row = app.records.get(number_)
        wanted = optional_number(revisions[at], f"revisions[{at}]") if at < len(revisions) else None
        _check_revision(row, wanted)
        app.records.remove(number_)
    return {}


def delete_by_hand(asked: Asked) -> dict[str, Any]:
    """What somebody does who deletes one record in the browser: that, and only that, is told."""
    app = asked.app("delete")
    row = app.records.get(asked.number("id"))
    app.records.remove(row.id)
    body = {
        "recordId": str(row.id),
        "deletedBy": asked.caller.user,
        "deletedAt": asked.domain.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    event = Event(app=app.id, type="DELETE_RECORD", record_id=row.id, body=body)
    asked.events.append(event)
    return {}


def _change(
    asked: Asked, app: App, each: dict[str, Any], path: str, upsert: bool
) -> tuple[Row, str]:
    try:
        row = _find(app, each, f"{path}.")
    except KintoneError as exc:
        if not (upsert and exc.code == "GAIA_RE01"):
            raise
        row = None
    if row is not None:
        return _update(asked, app, row, each, f"{path}.record"), "UPDATE"
    if not upsert:
        raise KintoneError("GAIA_RE20")
    record = dict(each.get("record") or {})
    if key := each.get("updateKey"):
        record[key["field"]] = {"value": key["value"]}
    return _insert(asked, app, record, f"{path}.record"), "INSERT"


def _find(app: App, order: dict[str, Any], path: str) -> Row | None:
    record_id = optional_number(order.get("id"), f"{path}id")
    if record_id is not None:
        return app.records.get(record_id)
    key = order.get("updateKey")
    if not isinstance(key, dict):
        raise invalid(f"{path}id" if key is None else f"{path}updateKey", REQUIRED)
    if not key.get("field") or key.get("value") in (None, ""):
        raise invalid(f"{path}updateKey", REQUIRED)
    field = app.form.field(str(key["field"]))
    if not field.unique or field.type not in UPDATE_KEYS:
        raise KintoneError("GAIA_IQ27", about={"id": field.code})
    found = app.records.find(field.key, str(key["value"]))
    return None if found is None else app.records.get(found)


def _insert(asked: Asked, app: App, record: Any, path: str) -> Row:
    values = {
        each.key: each.empty() if each.default is None else each.default
        for each in app.form.fields.values()
    }
    values |= written(app.form, record, path, {})
    _number_rows(values, 0)
    complete(app.form, values, path)
    _check_unique(app, values, {}, path)
    user, now = asked.caller.user, asked.domain.now()
    stamp = Stamp(created=now, updated=now, creator=user, modifier=user)
    row = Row(app.records.new_id(), 1, stamp, lambda _: values)
    app.records.put(row)
    return row


def _update(asked: Asked, app: App, row: Row, order: dict[str, Any], path: str) -> Row:
    _check_revision(row, optional_number(order.get("revision"), "revision"))
    if row.id in app.failing:
        raise KintoneError(app.failing[row.id])
    values = row.values | written(app.form, order.get("record") or {}, path, row.values)
    _number_rows(values, row.revision)
    complete(app.form, values, path)
    _check_unique(app, values, row.values, path)
    stamp = Stamp(
        created=row.stamp.created,
        updated=asked.domain.now(),
        creator=row.stamp.creator,
        modifier=asked.caller.user,
    )
    changed = Row(row.id, row.revision + 1, stamp, lambda _: values)
    app.records.put(changed)
    return changed


def _check_revision(row: Row, wanted: int | None) -> None:
    if wanted not in (None, -1, row.revision):
        raise KintoneError("GAIA_CO02")


def _check_unique(app: App, values: dict[str, Any], before: dict[str, Any], path: str) -> None:
    # Only a value that is new can meet another; looking at the rest would read the whole app.
    for each in app.form.fields.values():
        value = values.get(each.key)
        fresh = each.unique and value and value != before.get(each.key)
        if fresh and app.records.find(each.key, str(value)) is not None:
            raise invalid(f"{path}.{each.code}.value", DUPLICATE)


def _number_rows(values: dict[str, Any], revision: int) -> None:
    for rows in values.values():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict) and "value" in rows[0]:
            for at, row in enumerate(rows):
                row["id"] = row["id"] or str(revision * 1000 + at + 1)


def _tell(asked: Asked, app: App, kind: str, row: Row) -> None:
    body = {"record": Shower(app.form)(row), "recordTitle": str(row.id)}
    asked.events.append(Event(app=app.id, type=kind, record_id=row.id, body=body))
