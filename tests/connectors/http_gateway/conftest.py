import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors import http_gateway
from connectors.http_gateway.sandbox import KaradenSandbox, ZettaiSandbox
from connectors.http_gateway.sandbox.server import CALLBACK_KEY
from connectors.http_gateway.settings import HttpSettings
from hub.sdk import Connection, DeliveryReport, Inbound, Outgoing, Reply

NUMBER = "+819012345678"
BOTH = {"karaden": KaradenSandbox, "zettai_reach": ZettaiSandbox}


@dataclass
class Hub:
    """The hub's side of the callbacks: keeps every request."""

    gateway: Any
    url: str = ""
    requests: list[Inbound] = field(default_factory=list)

    def told(self) -> list[DeliveryReport | Reply]:
        """What the plugin makes of everything that came, in the order it came."""
        return [item for request in self.requests for item in self.gateway.receive(request)]

    def wait_for(self, count: int) -> Sequence[Any]:
        """Wait until at least so many reports and replies came, and give them."""
        _wait_until(lambda: len(self.told()) >= count)
        return self.told()


def _wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "It did not happen within five seconds."
        time.sleep(0.005)


def _connect(sandbox: Any, **changes: Any) -> Connection:
    """A connection to this sandbox, with the settings given laid over its own."""
    settings = HttpSettings().load(sandbox.connection_settings() | {"timeout": 2} | changes)
    return Connection(name="sms", plugin="http_gateway", label="Vendor 1", settings=settings)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    return _wait_until


@pytest.fixture
def connect() -> Callable[..., Connection]:
    return _connect


@pytest.fixture(params=sorted(BOTH))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Each vendor's double in turn."""
    with BOTH[request.param]() as sandbox:
        sandbox.set(report_delay=0.02, back_off=0.01)
        yield sandbox


@pytest.fixture
def gateway(sandbox: Any) -> Any:
    return http_gateway.message_gateway(_connect(sandbox))


@pytest.fixture
def sms() -> Callable[..., Outgoing]:
    """Makes an SMS, each with a key of its own as the hub makes them."""
    turns = iter(range(1_000))

    def make(number: str = NUMBER, text: str = "ご予約は明日です", **more: Any) -> Outgoing:
        return Outgoing(**({"id": f"{next(turns):032x}", "number": number, "text": text} | more))

    return make


@pytest.fixture
def hub(gateway: Any, sandbox: Any) -> Iterator[Hub]:
    hub = Hub(gateway)

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hub.requests.append(
                Inbound(
                    method="POST",
                    tail=self.path.removeprefix("/in/sms/"),
                    url=hub.url,
                    query={},
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=body,
                    received_at=datetime.now(UTC),
                    address=self.client_address[0],
                )
            )
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/in/sms/{CALLBACK_KEY}"
    sandbox.set(callback_url=hub.url)
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()
