"""query, queryAll and the pages behind them."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer
from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.select import Selection, select
from connectors.salesforce.sandbox.soql import parse

SMALLEST_PAGE, LARGEST_PAGE = 200, 2_000
MOST_CURSORS = 10
_LIFETIME = timedelta(days=2)
_BATCH = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_LOCATOR = re.compile(r"(0r8[0-9A-Za-z]{15})-(\d+)")


@dataclass(frozen=True, kw_only=True)
class _Cursor:
    selection: Selection
    page: int
    opened: datetime


class Queries:
    """Runs queries and keeps the results that have more pages.

    `page` overrides the size of every page, of any size. Of the cursors that stay open ten are
    kept, as for one user of an org.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self._cursors: OrderedDict[str, _Cursor] = OrderedDict()
        self._opened = 0

    def query(self, asked: Asked, *, deleted: bool) -> Response:
        """The first page of a query; with `deleted` what is in the recycle bin too."""
        asked.need("GET")
        selection = select(asked.org, parse(asked.param("q")), base=asked.base, deleted=deleted)
        if selection.counted is not None:
            return answer(_count(selection))
        page = self._page(asked, selection)
        locator = ""
        if page < len(selection.numbers):
            locator = self._open(asked, selection, page)
        return answer(self._show(asked, selection, locator, 0, page))

    def more(self, asked: Asked, locator: str) -> Response:
        """A later page. Raises SalesforceError INVALID_QUERY_LOCATOR."""
        asked.need("GET")
        found = _LOCATOR.fullmatch(locator)
        cursor = self._cursors.get(found[1]) if found else None
        if not found or cursor is None or asked.org.clock() - cursor.opened > _LIFETIME:
            raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
        self._cursors.move_to_end(found[1])
        start = int(found[2])
        return answer(self._show(asked, cursor.selection, found[1], start, cursor.page))

    def forget(self) -> None:
        """Close all cursors, as an org does that needs the room."""
        self._cursors.clear()

    def _page(self, asked: Asked, selection: Selection) -> int:
        if self.page is not None:
            return self.page
        wanted = _BATCH.search(asked.headers.get("sforce-query-options", ""))
        size = int(wanted[1]) if wanted else LARGEST_PAGE
        size = min(max(size, SMALLEST_PAGE), LARGEST_PAGE)
        return min(size, selection.most or size)

    def _open(self, asked: Asked, selection: Selection, page: int) -> str:
        self._opened += 1
        locator = f"0r8xx{self._opened:013d}"
        now = asked.org.clock()
        self._cursors[locator] = _Cursor(selection=selection, page=page, opened=now)
        while asked.org.limits and len(self._cursors) > MOST_CURSORS:
            self._cursors.popitem(last=False)
        return locator

    def _show(
        self, asked: Asked, selection: Selection, locator: str, start: int, page: int
    ) -> dict[str, Any]:
        numbers = selection.numbers[start : start + page]
        rows = (row for number in numbers if (row := selection.table.get(number)))
        end = start + page
        body: dict[str, Any] = {
            "totalSize": len(selection.numbers),
            "done": end >= len(selection.numbers),
        }
        if not body["done"]:
            where = f"/services/data/v{asked.version}/query/{locator}-{end}"
            body["nextRecordsUrl"] = where
        unreadable = asked.org.trouble.unreadable
        body["records"] = [selection.show(row) for row in rows]
        if unreadable:
            _spoil(body["records"], unreadable)
        return body


def _spoil(records: list[dict[str, Any]], unreadable: dict[str, dict[str, object]]) -> None:
    for record in records:
        record_id = record["attributes"]["url"].rsplit("/", 1)[1]
        for name, value in unreadable.get(record_id, {}).items():
            if name in record:
                record[name] = value


def _count(selection: Selection) -> dict[str, Any]:
    if selection.bare_count:
        return {"totalSize": selection.counted, "done": True, "records": []}
    attributes = {"type": "AggregateResult"}
    records = [{"attributes": attributes, "expr0": selection.counted}]
    return {"totalSize": 1, "done": True, "records": records}
