"""The first load of a large object through Bulk API 2.0.

A job is made once and its id kept in the cursor, so a pull that is killed goes on with the same
result. simple-salesforce's own bulk calls never sign in again, fail where a proxy takes a header
away, and wait up to a day in one call; here each step is one call of the client.
"""

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.sdk import Connection

from .client import SalesforceClient
from .refusals import Refusal, away, error_for, json_of

ABOVE = 10_000
"""Rows above which a job is cheaper than pages (jobs have a price and a daily limit, too)."""

ROWS = 5_000
"""Rows of one page of a result: one page is all that is in memory."""

PATIENCE = 20.0
"""Seconds that one step waits for the job; after them the pull asks again."""

MOST_WAITS = 90
"""Steps after which a job counts as stuck and the object is read by pages: half an hour."""

_NOT_HERE = frozenset({"INVALIDENTITY", "INVALIDJOB", "EXCEEDED_MAX_SIZE", "LIMIT_EXCEEDED"})
_JOBS = "jobs/query"


class JobLost(Exception):
    """The job failed or is not there any more: the object is read by pages instead."""


@dataclass(frozen=True, kw_only=True)
class BulkPage:
    """Rows of a result, and the locator of the next; empty at the end."""

    rows: Sequence[dict[str, Any]] = field(repr=False)
    locator: str


class BulkQuery:
    """Bulk API 2.0 query jobs of one org."""

    def __init__(self, client: SalesforceClient, connection: Connection) -> None:
        self._client = client
        self._connection = connection

    def start(self, soql: str) -> str:
        """Make a job and give its id. Raises JobLost where the org lets this not be done."""
        try:
            response = self._client.call("POST", _JOBS, json={"operation": "query", "query": soql})
        except Refusal as refusal:
            if refusal.code in _NOT_HERE:
                raise JobLost from None
            raise error_for(refusal, self._connection) from None
        body = json_of(response)
        id_ = body.get("id") if isinstance(body, dict) else None
        if not isinstance(id_, str) or not id_.isalnum():
            raise away(self._connection)
        return id_

    def ready(self, job: str) -> bool:
        """Wait a little for the job; say whether it is complete. Raises JobLost where it failed."""
        deadline = time.monotonic() + PATIENCE
        pause = 0.1
        while True:
            state = self._state(job)
            if state == "JobComplete":
                return True
            if state in ("Failed", "Aborted"):
                raise JobLost
            if time.monotonic() + pause > deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def page(self, job: str, locator: str) -> BulkPage:
        """Give the rows behind a locator. Raises JobLost where the result is gone."""
        params = {"maxRecords": str(ROWS), **({"locator": locator} if locator else {})}
        try:
            response = self._client.call(
                "GET", f"{_JOBS}/{job}/results", params=params, headers={"Accept": "text/csv"}
            )
        except Refusal as refusal:
            raise self._lost_or(refusal) from None
        if "csv" not in response.headers.get("Content-Type", ""):
            raise away(self._connection)
        try:
            # Every page has a header row of its own.
            lines = csv.reader(io.StringIO(response.content.decode()))
            header = next(lines, [])
            rows = [dict(zip(header, line, strict=True)) for line in lines]
        except (ValueError, csv.Error):
            raise away(self._connection) from None
        told = response.headers.get("Sforce-NumberOfRecords", "")
        if "Id" not in header or (told.isdecimal() and int(told) != len(rows)):
            raise away(self._connection)
        following = response.headers.get("Sforce-Locator", "null")
        return BulkPage(rows=rows, locator="" if following == "null" else following)

    def forget(self, job: str) -> None:
        """Delete a job that was read; one that stays is deleted by Salesforce after seven days."""
        try:
            self._client.call("DELETE", f"{_JOBS}/{job}")
        except Refusal:
            return

    def _state(self, job: str) -> str:
        try:
            body = json_of(self._client.call("GET", f"{_JOBS}/{job}"))
        except Refusal as refusal:
            raise self._lost_or(refusal) from None
        state = body.get("state") if isinstance(body, dict) else None
        if not isinstance(state, str):
            raise away(self._connection)
        return state

    def _lost_or(self, refusal: Refusal) -> Exception:
        if refusal.status == 404 or refusal.code in ("NOT_FOUND", "INVALIDJOBSTATE"):
            return JobLost()
        return error_for(refusal, self._connection)
