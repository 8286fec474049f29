"""A thin client for one org: signed in once, signed in again at most once a call."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from hub.sdk import Connection, Usage, Words

from . import soql as words
from .refusals import (
    CHANGED_MEANWHILE,
    EXPIRED,
    NO_API,
    THROTTLED,
    Refusal,
    away,
    error_for,
    json_of,
    kept_back,
)
from .transport import Transport

if TYPE_CHECKING:
    from .org import Org

ROWS_A_WRITE = 200
"""What sObject Collections take in one call."""

# The last calls of the day are for the opt-outs, and for the org's other integrations.
KEPT_BACK = 0.05
# About this one row, where the answer has a code of its own that is not about the whole org.
_OF_A_ROW = frozenset({400, 403, 404, 409})
_UNTIL_CALLS_RETURN = 1800.0

API_CALLS = Words("24時間のAPI呼び出し(組織全体)", "API calls of the org in 24 hours")
"""What Salesforce limits, whoever calls (Salesforce: API Request Limits and Allocations)."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Written:
    """How the write of one row ended: its id, or the refusal."""

    id: str
    refusal: Refusal | None = field(default=None, repr=False)


class SalesforceClient:
    """Calls one org. May be used by several threads at once.

    Reads raise AuthError, ConfigError or TransientError. Writes give the `Refusal` of each row.
    """

    def __init__(self, connection: Connection, *, timeout: float = 60.0) -> None:
        settings = connection.settings
        base_url = settings.get("base_url")
        self._connection = connection
        self._transport = Transport(base_url.rstrip("/") if base_url else None, timeout=timeout)
        self._signing_in = threading.Lock()
        self._org: Org | None = None

    def query(self, soql: str, *, deleted_too: bool = False) -> list[dict[str, Any]]:
        """Give all rows of a query; with `deleted_too` those in the recycle bin as well.

        The server cuts its answer as it likes, so only its `done` says where the end is. Keep the
        rows in bounds with LIMIT or an id list.
        """
        try:
            return list(self._rows(soql, deleted_too=deleted_too))
        except Refusal as refusal:
            raise error_for(refusal, self._connection) from None

    def tried(self, soql: str) -> list[dict[str, Any]] | Refusal:
        """Give all rows of a query, or the refusal where it may be about the query alone."""
        try:
            return list(self._rows(soql, deleted_too=False))
        except Refusal as refusal:
            return refusal

    def count(self, object_: str) -> int | None:
        """Give how many records of an object there are; None where Salesforce cannot count."""
        try:
            body = self._json(lambda org: org.call("GET", "query/", params=_count(object_)))
        except Refusal as refusal:
            if refusal.code == "QUERY_TIMEOUT":
                return None
            raise error_for(refusal, self._connection) from None
        total = body.get("totalSize") if isinstance(body, Mapping) else None
        if not isinstance(total, int):
            raise away(self._connection)
        return total

    def describe(self, object_: str) -> Mapping[str, Any] | None:
        """Give what the user sees of an object; None where it is hidden or not there."""
        try:
            body = self._json(lambda org: org.call("GET", f"sobjects/{object_}/describe"))
        except Refusal as refusal:
            if refusal.status == 404 or refusal.code in ("NOT_FOUND", "INVALID_TYPE"):
                return None
            raise error_for(refusal, self._connection) from None
        if not isinstance(body, Mapping) or not isinstance(body.get("fields"), list):
            raise away(self._connection)
        return body

    def clock(self) -> datetime:
        """Give Salesforce's own time (UTC); `usage` is fresh after it."""
        _, response = self.get("")
        return self._clock(response)

    @property
    def usage(self) -> Usage | None:
        """Give how many of the org's calls are used, from the header every answer carries.

        None before the first answer, and where something on the way takes the header away. The
        resource `limits` says the same (DailyApiRequests) and more, but asks for a right (View
        Setup and Configuration) that an integration user should not have.
        """
        org = self._org
        told = org.api_usage.get("api-usage") if org else None
        if told is None:
            return None
        return Usage(what=API_CALLS, used=int(told.used), limit=int(told.total))

    def spare(self) -> None:
        """Raise TransientError where reading on would take the org's last calls of the day."""
        usage = self.usage
        if usage and usage.limit - usage.used < KEPT_BACK * usage.limit:
            raise kept_back(self._connection, _UNTIL_CALLS_RETURN)

    def page(self, soql: str, *, deleted_too: bool = False) -> list[dict[str, Any]]:
        """Give the rows of one page of a long list, while calls can be spared."""
        self.spare()
        return self.query(soql, deleted_too=deleted_too)

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, **params: Any
    ) -> tuple[Any, requests.Response]:
        """Read a path below the version's; give its JSON and the whole answer."""
        try:
            response = self._call(
                lambda org: org.call("GET", path, headers=dict(headers or {}), params=params)
            )
        except Refusal as refusal:
            raise error_for(refusal, self._connection) from None
        return json_of(response), response

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Make one call below the version's path. Raises Refusal for what is no success."""
        return self._call(lambda org: org.call(method, path, **options))

    def root(self, path: str) -> Any:
        """Read a path from the org's root; None where it is no JSON. Raises Refusal."""
        return self._json(lambda org: org.follow(path))

    def write(self, rows: Sequence[Mapping[str, Any]], *, new: bool = False) -> list[Written]:
        """Update (or with `new` create) up to 200 rows by sObject Collections; an answer for each.

        Each row is `{"attributes": {"type": …}, "id": …, field: value}`. Raises AuthError,
        ConfigError or TransientError where the call as a whole failed.
        """
        return self._collection("POST" if new else "PATCH", "composite/sobjects", rows)

    def put(self, rows: Sequence[Mapping[str, Any]], *, object_: str, key: str) -> list[Written]:
        """Make up to 200 rows of an object, or change those whose external id is there already.

        Answers and raises as `write` does; `key` is the field each row holds its external id in.
        """
        return self._collection("PATCH", f"composite/sobjects/{object_}/{key}", rows)

    def change(
        self, object_: str, id_: str, fields: Mapping[str, Any], *, unmodified_since: datetime
    ) -> Refusal | None:
        """Change one row, unless somebody else did after this moment; give the refusal.

        The condition (Salesforce: Conditional Request Headers) is precise to the second and only
        for single rows. Its refusal has the status CHANGED_MEANWHILE. Raises AuthError, ConfigError
        or TransientError where it is not about this row alone.
        """
        since = format_datetime(unmodified_since.astimezone(UTC), usegmt=True)
        headers = {"If-Unmodified-Since": since}
        path = f"sobjects/{object_}/{id_}"
        try:
            self._call(lambda org: org.call("PATCH", path, json=dict(fields), headers=headers))
        except Refusal as refusal:
            whole = not refusal.code or refusal.code in EXPIRED | NO_API | THROTTLED
            if refusal.status != CHANGED_MEANWHILE and (whole or refusal.status not in _OF_A_ROW):
                raise error_for(refusal, self._connection) from None
            return refusal
        return None

    def _collection(
        self, method: str, path: str, rows: Sequence[Mapping[str, Any]]
    ) -> list[Written]:
        body = {"allOrNone": False, "records": list(rows)}
        try:
            answer = self._json(
                lambda org: org.call(
                    method,
                    path,
                    json=body,
                    # Only for new rows that look like others: an opt-out is no duplicate.
                    headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"},
                )
            )
        except Refusal as refusal:
            raise error_for(refusal, self._connection) from None
        if not isinstance(answer, list) or len(answer) != len(rows):
            raise away(self._connection)
        return [_written(row, told) for row, told in zip(rows, answer, strict=True)]

    def _rows(self, soql: str, *, deleted_too: bool) -> Iterator[dict[str, Any]]:
        path = "queryAll/" if deleted_too else "query/"
        body = self._json(lambda org: org.call("GET", path, params={"q": soql}))
        while True:
            records = body.get("records") if isinstance(body, Mapping) else None
            if not isinstance(records, list):
                raise away(self._connection)
            yield from records
            if body.get("done") is True:
                return
            following = body.get("nextRecordsUrl")
            if not isinstance(following, str) or not following.startswith("/services/data/"):
                raise away(self._connection)
            body = self._json(lambda org, path=following: org.follow(path))  # type: ignore[misc]

    def _json(self, act: "Callable[[Org], requests.Response]") -> Any:
        body = json_of(self._call(act))
        if body is None:
            raise away(self._connection)
        return body

    def _call(self, act: "Callable[[Org], requests.Response]") -> requests.Response:
        org = self._signed_in()
        try:
            return act(org)
        except Refusal as refusal:
            if not refusal.expired:
                raise
        # The same call with the same headers; the one before it was not carried out.
        return act(self._signed_in(instead_of=org))

    def _signed_in(self, instead_of: "Org | None" = None) -> "Org":
        with self._signing_in:
            # Another thread may have signed in while this one waited.
            if self._org is None or self._org is instead_of:
                self._org = None
                # Here, since the library brings its SOAP parts along: 18 MB for the web process.
                from .org import sign_in

                self._org = sign_in(self._connection, self._transport)
            return self._org

    def _clock(self, response: requests.Response) -> datetime:
        try:
            clock = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            # Without Salesforce's own clock a window of changes has no safe end.
            raise away(self._connection) from None
        return clock.replace(tzinfo=UTC) if clock.tzinfo is None else clock.astimezone(UTC)


def _count(object_: str) -> dict[str, str]:
    return {"q": words.count(object_)}


def _written(row: Mapping[str, Any], told: Any) -> Written:
    if not isinstance(told, Mapping):
        return Written(id=str(row.get("id", "")), refusal=Refusal(status=500))
    id_ = str(told.get("id") or row.get("id", ""))
    if told.get("success") is True:
        return Written(id=id_)
    return Written(id=id_, refusal=Refusal.read(400, told.get("errors")))
