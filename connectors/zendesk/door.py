# SPDX-License-Identifier: GPL-3.0-or-later
"""The one session through which everything goes to Zendesk, zenpy's own calls too.

zenpy sleeps without bound when it is throttled, follows redirects, and takes an answer that is no
JSON for a success. So it is handed this session, which makes the call with the hub's own client
and raises before zenpy sees such an answer.
"""

from typing import Any

import orjson
import requests

from hub.sdk import Connection, HttpClient, retry_after

from .refusals import away, no_zendesk_there, throttled, unknown_credentials

_NO_CONTENT = 204


class Door(requests.Session):
    """A session for one connection. `credential` names the setting to blame for a 401.

    Raises TransientError (Throttled for a used-up limit), AuthError for a 401 and ConfigError for
    a host where no Zendesk is. All other answers are given: 2xx, 400, 403, 404, 409, 422.
    """

    def __init__(self, connection: Connection, credential: str, *, timeout: float) -> None:
        super().__init__()
        self._connection = connection
        self._credential = credential
        self._http = HttpClient("Zendesk", timeout=timeout)
        self.outside = f"https://{str(connection.settings['subdomain']).lower()}.zendesk.com"
        self._root = (connection.settings.get("base_url") or self.outside).rstrip("/")
        self.headers["Accept"] = "application/json"
        self.headers["User-Agent"] = "sms-connector-hub"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Make one call; `path` begins with a slash."""
        response = self._http.request(
            method,
            self._root + path,
            headers=dict(self.headers) | (options.pop("headers", None) or {}),
            # Without one, requests would look into ~/.netrc and replace our header.
            auth=self.auth or _as_it_is,
            **options,
        )
        self._check(response, wrote=method != "GET")
        return response

    def request(  # type: ignore[override]
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        """Make a call of zenpy's, which names the account's public address."""
        # The hub's client has time-outs of its own, and follows no redirect.
        options.pop("timeout", None)
        options.pop("allow_redirects", None)
        address = str(url)
        response = self.call(str(method), address.removeprefix(self.outside), **options)
        if response.ok and response.status_code != _NO_CONTENT:
            try:
                orjson.loads(response.content)
            except orjson.JSONDecodeError as exc:
                raise away(self._connection, maybe_done=str(method) != "GET") from exc
        # zenpy recognises an answer by the address it asked for.
        response.url = response.request.url = address
        return response

    def _check(self, response: requests.Response, *, wrote: bool) -> None:
        status = response.status_code
        if status == 429:
            raise throttled(self._connection, retry_after(response))
        if status == 401:
            raise unknown_credentials(self._connection, self._credential)
        if 300 <= status < 400 or (status == 404 and not _is_json(response)):
            # An unknown subdomain is sent elsewhere, or gets a page that says so.
            raise no_zendesk_there(self._connection)
        if status >= 500 or (not response.ok and not _is_json(response)):
            error = away(self._connection, maybe_done=wrote)
            error.retry_after = retry_after(response) or error.retry_after
            raise error


def _is_json(response: requests.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
