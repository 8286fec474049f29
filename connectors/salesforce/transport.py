"""HTTP under simple-salesforce: the hub's time-outs, and refusals instead of guesses.

simple-salesforce calls a `requests` session without time-outs, takes any answer for JSON, and
knows https only. This session gives every call to the hub's HttpClient, turns each answer that is
no success into a `Refusal`, and leads a development connection to a sandbox on this machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from hub.sdk import HttpClient, is_loopback, retry_after

from .refusals import Refusal, json_of


class Transport(requests.Session):
    """The session simple-salesforce is given. May be used by several threads at once."""

    def __init__(self, base_url: str | None, *, timeout: float) -> None:
        super().__init__()
        self._base_url = base_url
        self._timeout = timeout
        self._idle: list[HttpClient] = []

    def request(self, method: Any, url: Any, *_: Any, **kwargs: Any) -> requests.Response:
        """Make one call and give the answer of a success.

        Raises Refusal for any other answer, TransientError where none came.
        """
        for ours in ("timeout", "stream", "allow_redirects", "proxies"):
            kwargs.pop(ours, None)
        with self._borrowed() as http:
            response = http.request(str(method), str(url), **kwargs)
        if response.status_code >= 300:
            raise Refusal.read(
                response.status_code, json_of(response), retry_after=retry_after(response)
            )
        return response

    @contextmanager
    def _borrowed(self) -> Iterator[HttpClient]:
        try:
            http = self._idle.pop()
        except IndexError:
            http = HttpClient("Salesforce", timeout=self._timeout)
            if self._base_url:
                http.session.mount("https://", ToThisMachine(self._base_url))
        try:
            yield http
        finally:
            self._idle.append(http)


class ToThisMachine(HTTPAdapter):
    """Leads every call to a sandbox on loopback, whatever host it was meant for.

    The host a call was meant for stays in its Host header. No proxy is asked on the way.
    """

    def __init__(self, base_url: str) -> None:
        if not is_loopback(base_url):
            raise ValueError("base_url must be a loopback address")
        super().__init__()
        self._base = urlsplit(base_url)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send the request to the sandbox."""
        parts = urlsplit(str(request.url))
        request.headers["Host"] = parts.netloc
        request.url = urlunsplit((self._base.scheme, self._base.netloc, *parts[2:]))
        options: Mapping[str, Any] = {**kwargs, "proxies": {}}
        return super().send(request, *args, **options)
