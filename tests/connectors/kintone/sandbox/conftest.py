"""A kintone of 200 people, and a bare HTTP client that says what it got."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.kintone.sandbox import KintoneSandbox
from hub.testing.clock import SandboxClock


class Api:
    """Calls kintone's API and gives (status, JSON)."""

    def __init__(self, base_url: str, **headers: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers.update(headers)

    def __call__(self, method: str, path: str, **json: Any) -> tuple[int, Any]:
        url = f"{self.base_url}/k/v1/{path}.json"
        answer = self.session.request(method, url, json=json, timeout=10)
        return answer.status_code, answer.json()

    def code(self, method: str, path: str, **json: Any) -> tuple[int, str]:
        """The status and the error code of a call that is refused."""
        status, answer = self(method, path, **json)
        return status, answer["code"]

    def ids(self, query: str, app: int = 1) -> list[int]:
        """The ids of the records a query finds."""
        status, answer = self("GET", "records", app=app, query=query, fields=["$id"])
        assert status == 200, answer["code"]
        return [int(record["$id"]["value"]) for record in answer["records"]]


@pytest.fixture
def kintone(clock: SandboxClock) -> Iterator[KintoneSandbox]:
    """kintone with 200 people, on the clock that stands still."""
    with KintoneSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def api(kintone: KintoneSandbox) -> Api:
    """A client with the token of app 1."""
    token = kintone.credentials()["apps"]["1"]
    return Api(kintone.base_url, **{"X-Cybozu-API-Token": token})


@pytest.fixture
def api_with(kintone: KintoneSandbox) -> Any:
    """Make a client with other headers."""

    def make(**headers: str) -> Api:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(kintone.base_url, **named)

    return make
