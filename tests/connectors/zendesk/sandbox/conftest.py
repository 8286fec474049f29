# SPDX-License-Identifier: GPL-3.0-or-later
"""A Zendesk of 200 people, and a bare HTTP client that says what it got."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from connectors.zendesk.sandbox import ZendeskSandbox
from hub.testing.clock import SandboxClock


class Api:
    """Calls Zendesk's API and gives (status, JSON); `last` is the whole answer."""

    def __init__(self, base_url: str, **headers: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers.update(headers)
        self.last: requests.Response

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> tuple[int, Any]:
        url = path if path.startswith("http") else f"{self.base_url}/api/v2/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = self.session.request(method, url, json=json, headers=named, timeout=10)
        is_json = "json" in self.last.headers.get("Content-Type", "")
        return self.last.status_code, self.last.json() if is_json and self.last.content else None

    def get(self, path: str) -> Any:
        """The JSON of a GET that succeeds."""
        status, answer = self("GET", path)
        assert status == 200, answer
        return answer

    def done(self, answer: Any) -> Any:
        """Look at the job of an answer until it is over."""
        job = answer["job_status"]
        for _ in range(10):
            if job["status"] in ("completed", "failed"):
                break
            job = self.get(job["url"])["job_status"]
        return job


class Hub:
    """A receiver of webhooks that answers as told and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hub.got.append((headers, body))
                status, more = hub.answers.pop(0) if hub.answers else (200, {})
                self.send_response(status)
                for name, value in {"Content-Length": "0", **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/in/desk/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def client(sandbox: ZendeskSandbox, **wishes: Any) -> Api:
    """A client with an OAuth token of these scopes."""
    given = sandbox.credentials()
    order = {
        "grant_type": "client_credentials",
        "client_id": given["client_id"],
        "client_secret": given["client_secret"],
        "scope": "read write",
        **wishes,
    }
    answer = requests.post(f"{sandbox.base_url}/oauth/tokens", json=order, timeout=10)
    assert answer.status_code == 201, answer.text
    return Api(sandbox.base_url, Authorization=f"Bearer {answer.json()['access_token']}")


@pytest.fixture
def zendesk(clock: SandboxClock) -> Iterator[ZendeskSandbox]:
    """Zendesk with 200 people, on the clock that stands still."""
    with ZendeskSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def api(zendesk: ZendeskSandbox) -> Api:
    """A client that may do everything."""
    return client(zendesk)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A receiver of webhooks."""
    hub = Hub()
    yield hub
    hub.stop()


@pytest.fixture
def person(zendesk: ZendeskSandbox) -> int:
    """The id of somebody who agreed."""
    return int(zendesk.records()["consented"]["id"])
