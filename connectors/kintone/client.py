"""A thin client for one kintone app, with time-outs and with kintone's own error codes."""

import base64
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import orjson
import requests

from hub.sdk import Connection, HttpClient, SecretText, TransientError, retry_after

from .refusals import CREDENTIALS, THROTTLED, Refusal, Throttled, error_for, error_without_code

# A domain takes 100 calls at once for all its users and tools; we use up at most four.
AT_ONCE = 4
WAIT_FOR_A_SLOT = 30.0
BUSY_SHARE = 0.8
BUSY_PAUSE = 5.0
# Over about 8 KB kintone refuses the address; long queries go as POST with an override header.
LONGEST_QUERY = 4000
MOST_PARAMETERS = 100


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records as kintone gave them, and kintone's own clock (UTC) when it did."""

    items: Sequence[dict[str, Any]] = field(repr=False)
    clock: datetime


@dataclass(frozen=True, kw_only=True)
class FormAnswer:
    """The definition of the app's form as kintone gave it, and kintone's own clock (UTC)."""

    body: Mapping[str, Any] = field(repr=False)
    clock: datetime


class KintoneClient:
    """Calls one app of one domain. May be used by several threads at once.

    Reads raise AuthError, ConfigError or TransientError. Writes to one record give the `Refusal`
    back where it may concern that record alone, so that the caller can decide about it.
    """

    def __init__(self, connection: Connection, *, timeout: float = 60.0) -> None:
        settings = connection.settings
        self._connection = connection
        self._timeout = timeout
        self.app = int(settings["app"])
        root = (settings.get("base_url") or f"https://{settings['domain'].lower()}").rstrip("/")
        guest = settings.get("guest_space")
        self._base = f"{root}/k/guest/{guest}/v1" if guest else f"{root}/k/v1"
        self._headers = _sign_in(settings)
        self._idle: list[HttpClient] = []
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._busy_until = 0.0

    def form(self) -> FormAnswer:
        """Give the definition of the app's fields."""
        body, clock = self._read("app/form/fields.json", {"app": self.app})
        return FormAnswer(body=body, clock=clock)

    def page(self, query: str, fields: Sequence[str]) -> Records:
        """Give one page of a long list.

        Raises TransientError while the domain is close to its limit of calls at once: a pull can
        wait, the people at work in kintone cannot.
        """
        pause = self._busy_until - time.monotonic()
        if pause > 0:
            raise self._throttled(pause)
        return self.records(query, fields)

    def records(self, query: str, fields: Sequence[str]) -> Records:
        """Give the records a query finds; only these fields of them."""
        body, clock = self._read(
            "records.json", {"app": self.app, "query": query, "fields": list(fields)}
        )
        items = body.get("records")
        if not isinstance(items, list):
            raise error_without_code(200, self._connection)
        return Records(items=items, clock=clock)

    def app_name(self) -> str:
        """Give the app's name as its users know it."""
        body, _ = self._read("app.json", {"id": self.app})
        name = body.get("name")
        return name if isinstance(name, str) else ""

    def record(self, record_id: str) -> dict[str, Any] | Refusal:
        """Give one whole record."""
        body = self._one_record("GET", "record.json", {"app": self.app, "id": record_id})
        if isinstance(body, Refusal):
            return body
        record = body.get("record")
        if not isinstance(record, dict):
            raise error_without_code(200, self._connection)
        return record

    def update(
        self, record_id: str, fields: Mapping[str, Any], revision: str | None = None
    ) -> str | Refusal:
        """Write these fields of one record; give its new revision.

        With `revision` the write is refused (GAIA_CO02) if the record has changed since.
        """
        payload: dict[str, Any] = {
            "app": self.app,
            "id": record_id,
            "record": {code: {"value": value} for code, value in fields.items()},
        }
        if revision is not None:
            payload["revision"] = revision
        body = self._one_record("PUT", "record.json", payload)
        return body if isinstance(body, Refusal) else str(body.get("revision", ""))

    def comment(self, record_id: str, text: str) -> Refusal | None:
        """Write a comment on one record. Not to be repeated blindly: each call leaves one."""
        payload = {"app": self.app, "record": record_id, "comment": {"text": text}}
        body = self._one_record("POST", "record/comment.json", payload)
        return body if isinstance(body, Refusal) else None

    def comments(self, record_id: str, offset: int) -> list[dict[str, Any]] | Refusal:
        """Give ten comments of one record, the newest first, after leaving out `offset`."""
        payload = {
            "app": self.app,
            "record": record_id,
            "order": "desc",
            "offset": offset,
            "limit": 10,
        }
        body = self._one_record("GET", "record/comments.json", payload)
        if isinstance(body, Refusal):
            return body
        comments = body.get("comments")
        if not isinstance(comments, list):
            raise error_without_code(200, self._connection)
        return comments

    def _read(self, api: str, payload: Mapping[str, Any]) -> tuple[dict[str, Any], datetime]:
        body, response = self._call("GET", api, payload)
        if isinstance(body, Refusal):
            raise error_for(body, self._connection)
        return body, self._clock(response)

    def _one_record(
        self, method: str, api: str, payload: Mapping[str, Any]
    ) -> dict[str, Any] | Refusal:
        body, _ = self._call(method, api, payload)
        if isinstance(body, Refusal) and body.code in CREDENTIALS:
            raise error_for(body, self._connection)
        return body

    def _call(
        self, method: str, api: str, payload: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | Refusal, requests.Response]:
        response = self._send(method, f"{self._base}/{api}", payload)
        self._watch_the_load(response)
        body = _json_object(response)
        refusal = None if response.ok and body else Refusal.read(response.status_code, body)
        if response.status_code == 429 or (refusal and refusal.code in THROTTLED):
            raise self._throttled(retry_after(response))
        if response.ok and body is not None:
            return body, response
        if refusal is None or not refusal.code:
            raise self._not_kintone(response, written=method != "GET")
        return refusal, response

    def _send(self, method: str, url: str, payload: Mapping[str, Any]) -> requests.Response:
        with self._borrowed() as http:
            if method != "GET":
                return http.request(method, url, headers=self._headers, json=payload)
            query = _as_query(payload)
            size = sum(len(key) + 3 * len(value.encode()) for key, value in query)
            if size < LONGEST_QUERY and len(query) <= MOST_PARAMETERS:
                return http.request("GET", url, headers=self._headers, params=query)
            headers = {**self._headers, "X-HTTP-Method-Override": "GET"}
            try:
                return http.request("POST", url, headers=headers, json=payload)
            except TransientError as error:
                # Sent as POST, yet it only reads: nothing may have been done.
                error.maybe_done = False
                raise

    @contextmanager
    def _borrowed(self) -> Iterator[HttpClient]:
        if not self._slots.acquire(timeout=WAIT_FOR_A_SLOT):
            raise self._throttled(BUSY_PAUSE)
        try:
            try:
                http = self._idle.pop()
            except IndexError:
                http = HttpClient("kintone", timeout=self._timeout)
            try:
                yield http
            finally:
                self._idle.append(http)
        finally:
            self._slots.release()

    def _watch_the_load(self, response: requests.Response) -> None:
        try:
            limit = int(response.headers["X-ConcurrencyLimit-Limit"])
            running = int(response.headers["X-ConcurrencyLimit-Running"])
        except (KeyError, ValueError):
            return
        if running >= BUSY_SHARE * limit:
            self._busy_until = time.monotonic() + BUSY_PAUSE

    def _clock(self, response: requests.Response) -> datetime:
        try:
            clock = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError) as exc:
            # Without kintone's own clock a window of changes has no safe end.
            raise error_without_code(200, self._connection) from exc
        return clock.replace(tzinfo=UTC) if clock.tzinfo is None else clock.astimezone(UTC)

    def _throttled(self, seconds: float | None) -> Throttled:
        label = self._connection.label
        return Throttled(
            f"kintone takes no more calls for “{label}” at the moment. "
            "The hub goes on by itself a little later.",
            f"kintoneの同時接続数が上限に達しているため「{label}」の処理を待っています。"
            "少し後に自動で続行します。",
            # Spread, so that several workers do not come back in the same second.
            retry_after=random.uniform(5.0, 15.0) if seconds is None else seconds,
        )

    def _not_kintone(self, response: requests.Response, *, written: bool) -> Exception:
        error = error_without_code(response.status_code, self._connection)
        if isinstance(error, TransientError):
            error.retry_after = retry_after(response) or error.retry_after
            error.maybe_done = written
        return error


def _sign_in(settings: Mapping[str, Any]) -> dict[str, str]:
    token = cast(SecretText, settings["api_token"])
    headers = {"X-Cybozu-API-Token": token.reveal().strip(), "Accept-Language": "en"}
    user, password = settings.get("basic_user"), settings.get("basic_password")
    if user and password:
        pair = f"{user}:{password.reveal()}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
    return headers


def _as_query(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in payload.items():
        if isinstance(value, list):
            pairs += [(f"{key}[{index}]", str(item)) for index, item in enumerate(value)]
        else:
            pairs.append((key, str(value)))
    return pairs


def _json_object(response: requests.Response) -> dict[str, Any] | None:
    try:
        body = orjson.loads(response.content)
    except json.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None
