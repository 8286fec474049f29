"""Salesforce's REST API as a WSGI application: which call goes where, and how answers look."""

import gzip
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.http import http_date, parse_date
from werkzeug.wrappers import Request, Response

from connectors.salesforce.sandbox.asked import JSON, Asked, answer
from connectors.salesforce.sandbox.bulkquery import QueryJobs
from connectors.salesforce.sandbox.collection import collection, collection_of
from connectors.salesforce.sandbox.errors import SalesforceError, not_found
from connectors.salesforce.sandbox.history import deleted, updated
from connectors.salesforce.sandbox.identity import Identity
from connectors.salesforce.sandbox.ingest import IngestJobs
from connectors.salesforce.sandbox.org import VERSIONS, Org
from connectors.salesforce.sandbox.queries import Queries
from connectors.salesforce.sandbox.records import Table
from connectors.salesforce.sandbox.rows import by_id, by_key, create
from connectors.salesforce.sandbox.tokens import Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_DATA = re.compile(r"/services/data/v(\d+)\.0(?:/(.*))?")
_SMALLEST_ZIPPED = 1_000


class Api:
    """The calls of one org. `told` is asked after each call, for what changed has to be told."""

    def __init__(
        self, org: Org, tokens: Tokens, identity: Identity, told: Callable[[], None]
    ) -> None:
        self._org = org
        self._tokens = tokens
        self._identity = identity
        self._told = told
        self.queries = Queries()
        self.query_jobs = QueryJobs()
        self.ingest_jobs = IngestJobs()

    def application(self) -> "WSGIApplication":
        """The WSGI application."""

        @Request.application
        def answered(request: Request) -> Response:
            response = self._answer(request)
            used = f"api-usage={self._org.used()}/{self._org.most_calls}"
            response.headers["Sforce-Limit-Info"] = used
            return _zipped(request, response)

        return answered

    def _answer(self, request: Request) -> Response:
        path = request.path.rstrip("/")
        if path.startswith(("/services/oauth2/", "/id/")):
            return self._identity.answer(request, path)
        try:
            response = self._data(request, path)
            self._told()
            return response
        except SalesforceError as exc:
            response = answer(exc.body(), exc.status)
            if exc.status == 401:
                response.headers["WWW-Authenticate"] = "Token"
            return response

    def _data(self, request: Request, path: str) -> Response:
        if path == "/services/data":
            return answer([_version(number) for number in VERSIONS])
        found = _DATA.fullmatch(path)
        if found is None:
            raise not_found()
        number, rest = int(found[1]), found[2] or ""
        if number not in VERSIONS:
            if number < VERSIONS.start:
                message = f"API version v{number}.0 is retired."
                raise SalesforceError("UNSUPPORTED_API_VERSION", message)
            raise not_found()
        self._tokens.check(request.headers.get("Authorization", ""))
        self._org.count_call()
        asked = Asked(
            org=self._org,
            method=request.method,
            version=f"{number}.0",
            params=request.args.to_dict(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.get_data(),
        )
        with self._org.lock:
            self._org.commit_due()
            if not rest:
                return answer(_resources(asked, self._identity.address(request)))
            return self._route(asked, rest.split("/"))

    def _route(self, asked: Asked, parts: list[str]) -> Response:
        match parts:
            case ["limits"]:
                return answer(self._limits())
            case ["query"]:
                return self.queries.query(asked, deleted=False)
            case ["queryAll"]:
                return self.queries.query(asked, deleted=True)
            case ["query" | "queryAll", locator]:
                return self.queries.more(asked, locator)
            case ["sobjects", *rest]:
                return self._sobjects(asked, rest)
            case ["composite", "sobjects", *rest]:
                return self._collection(asked, rest)
            case ["jobs", "query", *rest]:
                return self.query_jobs.answer(asked, rest)
            case ["jobs", "ingest", *rest]:
                return self.ingest_jobs.answer(asked, rest)
        raise not_found()

    def _sobjects(self, asked: Asked, parts: list[str]) -> Response:
        if not parts:
            asked.need("GET")
            tables = [table.about.about(asked.version) for table in self._org.tables.values()]
            return answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": tables})
        table = self._table(parts[0])
        match parts[1:]:
            case [] if asked.method == "GET":
                about = table.about.about(asked.version)
                return answer({"objectDescribe": about, "recentItems": []})
            case []:
                return create(asked, table)
            case ["describe"]:
                return _described(asked, table)
            case ["deleted"]:
                return deleted(asked, table)
            case ["updated"]:
                return updated(asked, table)
            case [record_id]:
                return by_id(asked, table, record_id)
            case [key, *value]:
                return by_key(asked, table, key, "/".join(value))
        raise not_found()

    def _collection(self, asked: Asked, parts: list[str]) -> Response:
        match parts:
            case []:
                return collection(asked)
            case [name]:
                return collection_of(asked, self._table(name), None)
            case [name, key]:
                return collection_of(asked, self._table(name), key)
        raise not_found()

    def _table(self, name: str) -> Table:
        if not self._org.has(name):
            raise not_found()
        return self._org.table(name)

    def _limits(self) -> dict[str, Any]:
        left = max(0, self._org.most_calls - self._org.used())
        return {
            "DailyApiRequests": {"Max": self._org.most_calls, "Remaining": left},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DailyBulkV2QueryJobs": self.query_jobs.left(),
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            "DataStorageMB": {"Max": 5, "Remaining": 5},
        }


def _version(number: int) -> dict[str, str]:
    seasons = ("Spring", "Summer", "Winter")
    # Three releases a year; 67.0 is Summer '26.
    season = seasons[(number - 66) % 3]
    year = 26 + (number - 66) // 3 + (season == "Winter")
    return {
        "label": f"{season} '{year}",
        "url": f"/services/data/v{number}.0",
        "version": f"{number}.0",
    }


def _resources(asked: Asked, identity: str) -> dict[str, str]:
    base = f"/services/data/v{asked.version}"
    names = ("sobjects", "query", "queryAll", "limits", "composite")
    return {name: f"{base}/{name}" for name in names} | {
        "jobs/query": f"{base}/jobs/query",
        "jobs/ingest": f"{base}/jobs/ingest",
        "identity": identity,
    }


def _described(asked: Asked, table: Table) -> Response:
    asked.need("GET", "HEAD")
    changed = asked.org.schema_changed.replace(microsecond=0)
    since = parse_date(asked.headers.get("if-modified-since"))
    if since is not None and changed <= since:
        return Response(b"", 304)
    response = answer(table.about.describe(asked.version))
    response.headers["Last-Modified"] = http_date(changed)
    return response


def _zipped(request: Request, response: Response) -> Response:
    always = response.mimetype == "text/csv"
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    body = response.get_data()
    if always or (wanted and response.content_type == JSON and len(body) > _SMALLEST_ZIPPED):
        response.set_data(gzip.compress(body, compresslevel=1))
        response.headers["Content-Encoding"] = "gzip"
    return response
