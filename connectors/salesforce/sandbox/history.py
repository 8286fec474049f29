"""What was deleted or updated within a stretch of time."""

from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer
from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.moments import to_text
from connectors.salesforce.sandbox.records import Row, Table
from connectors.salesforce.sandbox.rows import moment

MOST = 600_000
KEPT = timedelta(days=15)
"""How long what was deleted is known, as long as the recycle bin keeps it."""
FARTHEST_UPDATED = timedelta(days=30)


def deleted(asked: Asked, table: Table) -> Response:
    """GET sobjects/{object}/deleted: ids and when they went."""
    rows = [row for row in _between(asked, table, KEPT) if row.deleted]
    of = table.about.ids.of
    told = [{"id": of(row.number), "deletedDate": row.stamp} for row in rows]
    earliest = to_text(asked.org.clock() - KEPT)
    return answer(
        {
            "deletedRecords": told,
            "earliestDateAvailable": earliest,
            "latestDateCovered": _covered(asked),
        }
    )


def updated(asked: Asked, table: Table) -> Response:
    """GET sobjects/{object}/updated: ids of what was made or changed."""
    of = table.about.ids.of
    ids = [of(row.number) for row in _between(asked, table, FARTHEST_UPDATED) if not row.deleted]
    return answer({"ids": ids, "latestDateCovered": _covered(asked)})


def _between(asked: Asked, table: Table, farthest: timedelta) -> list[Row]:
    asked.need("GET")
    start, end = moment(asked.param("start")), moment(asked.param("end"))
    # Seconds are ignored: both ends are cut to the minute.
    start, end = (each.replace(second=0, microsecond=0) for each in (start, end))
    if end <= start:
        message = "endDate must be at least one minute greater than startDate"
        raise SalesforceError("INVALID_REPLICATION_DATE", message)
    now = asked.org.clock()
    if start < now - farthest:
        message = f"startDate cannot be more than {farthest.days} days ago"
        raise SalesforceError("INVALID_REPLICATION_DATE", message)
    low, high = to_text(start), to_text(end)
    rows: list[Any] = [row for row in table.by_stamp(low) if row.stamp < high]
    if len(rows) > MOST:
        message = f"The query results can't exceed {MOST} rows."
        raise SalesforceError("EXCEEDED_ID_LIMIT", message)
    return rows


def _covered(asked: Asked) -> str:
    """The end of what is certain: transactions that run are not in it yet."""
    pending = [each.row.stamp for each in asked.org.pending]
    return min([asked.org.now(), *pending])
