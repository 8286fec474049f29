"""An org of 200 people, and a bare HTTP client that says what it got."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connectors.salesforce.sandbox import SalesforceSandbox
from hub.testing.clock import SandboxClock

START = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


class Api:
    """Calls the REST API with one session and gives (status, JSON)."""

    def __init__(self, sandbox: SalesforceSandbox, version: str = "66.0") -> None:
        self.base_url = sandbox.base_url
        self.version = version
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {sandbox.tokens.new()}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Make one call below the version's path, or below the root with a leading slash."""
        below = path if path.startswith("/") else f"/services/data/v{self.version}/{path}"
        return self.session.request(method, self.base_url + below, timeout=10, **options)

    def __call__(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        answer = self.send(method, path, **options)
        return answer.status_code, answer.json() if answer.content else None

    def code(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """The status and the code of a call that is refused."""
        status, answer = self(method, path, **options)
        return status, answer[0]["errorCode"]

    def query(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """All records of a query, without their attributes."""
        status, page = self("GET", "queryAll" if deleted else "query", params={"q": soql})
        assert status == 200, page
        records = page["records"]
        while not page["done"]:
            _, page = self("GET", page["nextRecordsUrl"])
            records += page["records"]
        return [
            {name: value for name, value in record.items() if name != "attributes"}
            for record in records
        ]

    def ids(self, soql: str, *, deleted: bool = False) -> list[str]:
        """The ids of the records a query finds."""
        return [record["Id"] for record in self.query(soql, deleted=deleted)]


@pytest.fixture
def clock() -> SandboxClock:
    """A clock that stands still until a test moves it."""
    clock = SandboxClock()
    clock.stop(START)
    return clock


@pytest.fixture
def salesforce(clock: SandboxClock) -> Iterator[SalesforceSandbox]:
    """An org with 200 people, on the clock that stands still."""
    with SalesforceSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def api(salesforce: SalesforceSandbox) -> Api:
    """A client that is signed in."""
    return Api(salesforce)


@pytest.fixture
def contacts(salesforce: SalesforceSandbox) -> list[str]:
    """The ids of all Contacts."""
    return salesforce.hand.ids("Contact")


@pytest.fixture
def sign_in() -> type[Api]:
    """Make a client of a sandbox."""
    return Api
