"""Bulk API 2.0 ingest: a file of records is uploaded, worked through, and answered in three."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from connectors.salesforce.sandbox.asked import Asked, answer, done
from connectors.salesforce.sandbox.bulkquery import DELIMITERS, ENDINGS, chosen
from connectors.salesforce.sandbox.errors import SalesforceError, not_found
from connectors.salesforce.sandbox.ids import Ids
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.records import Table
from connectors.salesforce.sandbox.writing import delete, insert, update, upsert

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
NOTHING = "#N/A"
"""What a cell holds that empties its field; an empty cell leaves it as it is."""
_LARGEST = 150_000_000
_RESULTS = ("successfulresults", "failedresults", "unprocessedrecords")


@dataclass(kw_only=True)
class Job:
    """One ingest job; `data` is the file as it was uploaded."""

    about: dict[str, Any]
    polls: int
    data: bytes = field(default=b"", repr=False)
    header: list[str] = field(default_factory=list)
    good: list[list[str]] = field(default_factory=list, repr=False)
    bad: list[list[str]] = field(default_factory=list, repr=False)
    left: list[list[str]] = field(default_factory=list, repr=False)


class IngestJobs:
    """The ingest jobs of an org; `polls` is how often a job answers that it still runs."""

    def __init__(self) -> None:
        self.polls = 1
        self._ids = Ids("751")
        self._jobs: dict[str, Job] = {}

    def answer(self, asked: Asked, parts: list[str]) -> Response:
        """Answer one call under jobs/ingest."""
        match parts, asked.method:
            case [], "POST":
                return answer(self._create(asked))
            case [], "GET":
                jobs = [job.about for job in self._jobs.values()]
                return answer({"done": True, "records": jobs, "nextRecordsUrl": None})
            case [job_id], "GET":
                return answer(self._state(asked, self._job(job_id)))
            case [job_id], "PATCH":
                return answer(self._move(asked, self._job(job_id)))
            case [job_id], "DELETE":
                self._job(job_id)
                del self._jobs[job_id]
                return done()
            case [job_id, "batches"], "PUT":
                return self._upload(asked, self._job(job_id))
            case [job_id, kind], "GET" if kind.lower() in _RESULTS:
                return _results(self._job(job_id), kind.lower())
        raise not_found()

    def _create(self, asked: Asked) -> dict[str, Any]:
        body = asked.json()
        operation = body.get("operation")
        if operation not in OPERATIONS:
            message = f"operation has to be one of {', '.join(OPERATIONS)}."
            raise SalesforceError("INVALIDJOB", message)
        if not isinstance(body.get("object"), str) or not asked.org.has(body["object"]):
            raise SalesforceError("INVALIDJOB", "object has to be the name of an object.")
        key = body.get("externalIdFieldName")
        if operation == "upsert" and not key:
            raise SalesforceError("INVALIDJOB", "externalIdFieldName is needed for an upsert.")
        job_id = self._ids.of(len(self._jobs) + 1)
        now = asked.org.now()
        about = {
            "id": job_id,
            "operation": operation,
            "object": asked.org.table(body["object"]).about.name,
            "createdById": asked.org.user_id,
            "createdDate": now,
            "systemModstamp": now,
            "state": "Open",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(asked.version),
            "contentUrl": f"services/data/v{asked.version}/jobs/ingest/{job_id}/batches",
            "lineEnding": chosen(body, "lineEnding", ENDINGS, "LF"),
            "columnDelimiter": chosen(body, "columnDelimiter", DELIMITERS, "COMMA"),
        }
        if key:
            about["externalIdFieldName"] = key
        self._jobs[job_id] = Job(about=about, polls=self.polls)
        return about

    def _upload(self, asked: Asked, job: Job) -> Response:
        if job.about["state"] != "Open" or job.data:
            raise SalesforceError("INVALIDJOBSTATE", "Data is taken once, by a job that is Open.")
        if len(asked.body) > _LARGEST:
            raise SalesforceError("API_ERROR", "The file is larger than 150 MB.")
        job.data = asked.body
        return Response(b"", 201)

    def _move(self, asked: Asked, job: Job) -> dict[str, Any]:
        state = asked.json().get("state")
        if state not in ("UploadComplete", "Aborted"):
            raise SalesforceError("INVALIDJOBSTATE", "state has to be UploadComplete or Aborted.")
        if job.about["state"] != "Open":
            raise SalesforceError("INVALIDJOBSTATE", "The job is not Open.")
        job.about["state"] = state
        rows = _rows(job)
        if state == "Aborted":
            job.left = rows
        else:
            _work(asked.org, job, rows)
        return job.about

    def _state(self, asked: Asked, job: Job) -> dict[str, Any]:
        if job.about["state"] in ("UploadComplete", "InProgress"):
            job.about["state"] = "InProgress" if job.polls > 0 else "JobComplete"
            job.about["systemModstamp"] = asked.org.now()
            job.polls -= 1
        finished = job.about["state"] == "JobComplete"
        return job.about | {
            "jobType": "V2Ingest",
            "numberRecordsProcessed": len(job.good) + len(job.bad) if finished else 0,
            "numberRecordsFailed": len(job.bad) if finished else 0,
            "retries": 0,
            "totalProcessingTime": 100,
            "apiActiveProcessingTime": 50,
            "apexProcessingTime": 0,
        }

    def _job(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise not_found("The requested resource does not exist")
        return self._jobs[job_id]


def _rows(job: Job) -> list[list[str]]:
    text = job.data.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text), delimiter=DELIMITERS[job.about["columnDelimiter"]])
    rows = [row for row in reader if row]
    job.header = rows[0] if rows else []
    return rows[1:]


def _work(org: Org, job: Job, rows: Iterable[list[str]]) -> None:
    table = org.table(job.about["object"])
    for row in rows:
        given = {
            name: None if cell == NOTHING else cell
            for name, cell in zip(job.header, row, strict=False)
            if cell
        }
        try:
            with org.transaction():
                record_id, created = _one(org, table, job.about, given)
        except SalesforceError as exc:
            job.bad.append([given.get("Id") or "", exc.cell(), *row])
        else:
            job.good.append([record_id, str(created).lower(), *row])


def _one(
    org: Org, table: Table, about: Mapping[str, Any], given: dict[str, Any]
) -> tuple[str, bool]:
    record_id = next((given.pop(name) for name in list(given) if name.lower() == "id"), "")
    match about["operation"]:
        case "insert":
            return insert(org, table, given), True
        case "update":
            update(org, table, record_id, given)
            return record_id, False
        case "upsert":
            key = about["externalIdFieldName"]
            value = record_id if key.lower() == "id" else given.get(key)
            if not value:
                raise SalesforceError("MISSING_ARGUMENT", f"{key} not specified", [key])
            return upsert(org, table, key, value, given)
    delete(org, table, record_id)
    return record_id, False


def _results(job: Job, kind: str) -> Response:
    match kind:
        case "successfulresults":
            header, rows = ["sf__Id", "sf__Created", *job.header], job.good
        case "failedresults":
            header, rows = ["sf__Id", "sf__Error", *job.header], job.bad
        case _:
            header, rows = job.header, job.left
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=DELIMITERS[job.about["columnDelimiter"]],
        lineterminator=ENDINGS[job.about["lineEnding"]],
        quoting=csv.QUOTE_ALL,
    )
    writer.writerows([header, *rows])
    return Response(out.getvalue(), 200, content_type="text/csv")
