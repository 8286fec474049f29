"""Bulk API 2.0 queries: a job that runs, then its results in pages of CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer, done
from connectors.salesforce.sandbox.errors import SalesforceError, not_found
from connectors.salesforce.sandbox.ids import Ids
from connectors.salesforce.sandbox.moments import bulk_text
from connectors.salesforce.sandbox.records import Row
from connectors.salesforce.sandbox.select import Column, Selection, select
from connectors.salesforce.sandbox.soql import parse

MOST_JOBS = 10_000
DELIMITERS = {
    "COMMA": ",",
    "SEMICOLON": ";",
    "TAB": "\t",
    "PIPE": "|",
    "CARET": "^",
    "BACKQUOTE": "`",
}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
DEFAULT_PAGE = 50_000
_TOO_LONG = "QUERY_TIMEOUT: Your query request was running for too long."
JOB_IDS = Ids("750")


@dataclass(kw_only=True)
class Job:
    """One query job. `polls` is how often it is still asked for before it is complete."""

    about: dict[str, Any]
    polls: int
    ends: str
    selection: Selection


class QueryJobs:
    """The query jobs of an org.

    `page` overrides the size of every page of results, `polls` is how often a new job answers
    that it still runs, `count_header` whether results say how many records they hold, `fails`
    whether new jobs end as Failed.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self.polls = 1
        self.count_header = True
        self.fails = False
        self._jobs: dict[str, Job] = {}
        self._made = 0

    def left(self) -> dict[str, int]:
        """How many jobs may be made in a day and how many are left."""
        return {"Max": MOST_JOBS, "Remaining": max(0, MOST_JOBS - self._made)}

    def answer(self, asked: Asked, parts: list[str]) -> Response:
        """Answer one call under jobs/query."""
        match parts, asked.method:
            case [], "POST":
                return answer(self._create(asked))
            case [], "GET":
                jobs = [job.about for job in self._jobs.values()]
                return answer({"done": True, "records": jobs, "nextRecordsUrl": None})
            case [job_id], "GET":
                return answer(self._state(asked, self._job(job_id)))
            case [job_id], "PATCH":
                return answer(self._abort(asked, self._job(job_id)))
            case [job_id], "DELETE":
                self._job(job_id)
                del self._jobs[job_id]
                return done()
            case [job_id, "results"], "GET":
                return self._results(asked, self._job(job_id))
        raise not_found()

    def _create(self, asked: Asked) -> dict[str, Any]:
        body = asked.json()
        operation, text = body.get("operation"), body.get("query")
        if operation not in ("query", "queryAll") or not isinstance(text, str):
            raise SalesforceError("INVALIDJOB", "operation and query are needed for a query job.")
        query = parse(text)
        # What is wrong with the query is told when the job is made.
        found = select(asked.org, query, base=asked.base, deleted=operation == "queryAll")
        if found.counted is not None:
            message = "Aggregate Relationships not supported in Bulk Query"
            raise SalesforceError("API_ERROR", message)
        self._made += 1
        job_id = JOB_IDS.of(self._made)
        now = asked.org.now()
        about = {
            "id": job_id,
            "operation": operation,
            "object": found.table.about.name,
            "createdById": asked.org.user_id,
            "createdDate": now,
            "systemModstamp": now,
            "state": "UploadComplete",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(asked.version),
            "lineEnding": chosen(body, "lineEnding", ENDINGS, "LF"),
            "columnDelimiter": chosen(body, "columnDelimiter", DELIMITERS, "COMMA"),
        }
        self._jobs[job_id] = Job(
            about=about,
            polls=self.polls,
            ends="Failed" if self.fails else "JobComplete",
            selection=found,
        )
        return about

    def _state(self, asked: Asked, job: Job) -> dict[str, Any]:
        if job.about["state"] in ("UploadComplete", "InProgress"):
            job.about["state"] = "InProgress" if job.polls > 0 else job.ends
            if job.about["state"] == "Failed":
                job.about["errorMessage"] = _TOO_LONG
            job.about["systemModstamp"] = asked.org.now()
            job.polls -= 1
        count = len(job.selection.numbers)
        finished = job.about["state"] == "JobComplete"
        return job.about | {
            "jobType": "V2Query",
            "numberRecordsProcessed": count if finished else 0,
            "retries": 0,
            "totalProcessingTime": 100,
            "isPkChunkingSupported": True,
        }

    def _abort(self, asked: Asked, job: Job) -> dict[str, Any]:
        if asked.json().get("state") != "Aborted":
            raise SalesforceError("INVALIDJOBSTATE", "A query job can only be Aborted.")
        job.about["state"] = "Aborted"
        return job.about

    def _results(self, asked: Asked, job: Job) -> Response:
        if job.about["state"] != "JobComplete":
            message = "Results of this job are not available: it is not in the state JobComplete."
            raise SalesforceError("INVALIDJOBSTATE", message)
        start = locator_of(asked)
        wanted = asked.params.get("maxRecords", str(DEFAULT_PAGE))
        if not wanted.isdigit() or int(wanted) < 1:
            raise SalesforceError("INVALID_ARGUMENT", "maxRecords has to be a number above 0.")
        size = self.page or int(wanted)
        numbers = job.selection.numbers[start : start + size]
        found = (job.selection.table.get(number) for number in numbers)
        text = csv_of(job.selection.columns, (row for row in found if row), job.about)
        end = start + size
        response = Response(text, 200, content_type="text/csv")
        more = end < len(job.selection.numbers)
        response.headers["Sforce-Locator"] = f"MT{end:08d}" if more else "null"
        if self.count_header:
            response.headers["Sforce-NumberOfRecords"] = str(len(numbers))
        return response

    def _job(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise not_found("The requested resource does not exist")
        return self._jobs[job_id]


def chosen(body: dict[str, Any], name: str, known: dict[str, str], default: str) -> str:
    """A choice of a job's body. Raises SalesforceError INVALIDJOB for an unknown one."""
    value = body.get(name, default)
    if value not in known:
        raise SalesforceError("INVALIDJOB", f"{name} has to be one of {', '.join(known)}.")
    return str(value)


def locator_of(asked: Asked) -> int:
    """Where a page of results begins. Raises SalesforceError INVALID_QUERY_LOCATOR."""
    locator = asked.params.get("locator", "")
    if not locator:
        return 0
    if not locator.startswith("MT") or not locator[2:].isdigit():
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(locator[2:])


def csv_of(columns: Iterable[Column], rows: Iterable[Row], about: dict[str, Any]) -> str:
    """One page of results: a header and a line for each record, every cell in quotes."""
    columns = tuple(columns)
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=DELIMITERS[about["columnDelimiter"]],
        lineterminator=ENDINGS[about["lineEnding"]],
        quoting=csv.QUOTE_ALL,
    )
    writer.writerow([".".join(column.names) for column in columns])
    readers = [_cell(column) for column in columns]
    writer.writerows(_cells(rows, readers))
    return out.getvalue()


def _cells(rows: Iterable[Row], readers: list[Callable[[Row], str]]) -> Iterator[list[str]]:
    for row in rows:
        yield [read(row) for read in readers]


def _cell(column: Column) -> Callable[[Row], str]:
    read = column.read
    match column.field.type:
        case "boolean":
            return lambda row: {True: "true", False: "false"}.get(read(row), "")
        case "datetime":
            return lambda row: bulk_text(value) if (value := read(row)) else ""
    return lambda row: "" if (value := read(row)) is None else str(value)
