"""Several writes in one transaction: bulkRequest."""

import re
from typing import Any

from connectors.kintone.sandbox.asked import Asked
from connectors.kintone.sandbox.errors import REQUIRED, WRONG_FORMAT, KintoneError, invalid
from connectors.kintone.sandbox.writing import (
    add_record,
    add_records,
    change_record,
    change_records,
    delete_records,
)

PATH = re.compile(r"/k/(?:guest/(?P<space>\d+)/)?v1/(?P<api>[A-Za-z/]+)\.json$")
_MOST = 20
_WRITES = {
    ("POST", "record"): add_record,
    ("POST", "records"): add_records,
    ("PUT", "record"): change_record,
    ("PUT", "records"): change_records,
    ("DELETE", "records"): delete_records,
}


class BulkError(Exception):
    """One of the requests failed: `at` says which, `cause` why."""

    def __init__(self, at: int, count: int, cause: KintoneError) -> None:
        super().__init__(cause.code)
        self.at = at
        self.count = count
        self.cause = cause

    def results(self, language: str) -> list[dict[str, object]]:
        """The answer's results: the error in its place and nothing elsewhere."""
        empty: list[dict[str, object]] = [{} for _ in range(self.count)]
        empty[self.at] = self.cause.body(language)
        return empty


def bulk_request(asked: Asked) -> dict[str, Any]:
    """POST bulkRequest.json. Raises BulkError. No webhook tells of it."""
    requests = asked.items("requests", _MOST)
    results = []
    for at, order in enumerate(requests):
        try:
            results.append(_run(asked, order, f"requests[{at}]"))
        except KintoneError as exc:
            raise BulkError(at, len(requests), exc) from exc
    return {"results": results}


def _run(asked: Asked, order: Any, path: str) -> dict[str, Any]:
    if not isinstance(order, dict) or not isinstance(order.get("payload"), dict):
        raise invalid(f"{path}.payload", REQUIRED)
    found = PATH.match(str(order.get("api")))
    write = _WRITES.get((str(order.get("method")), found["api"])) if found else None
    if not found or write is None:
        raise invalid(f"{path}.api", WRONG_FORMAT)
    space = int(found["space"]) if found["space"] else None
    return write(
        Asked(
            domain=asked.domain,
            caller=asked.caller,
            params=order["payload"],
            guest_space=space,
        )
    )
