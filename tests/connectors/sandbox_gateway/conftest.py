import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.sandbox_gateway.gateway import PhoneGateway
from connectors.sandbox_gateway.sandbox import PhoneSandbox
from connectors.sandbox_gateway.settings import SandboxGatewaySettings
from hub.sdk import Connection, DeliveryReport, Inbound, Outgoing, Reply

# Reports come this fast in tests, in seconds.
REPORT_DELAY = 0.03


@dataclass
class Hub:
    """The hub's side of the callbacks: keeps every request, answers with `status`."""

    gateway: PhoneGateway
    url: str = ""
    status: int = 204
    requests: list[Inbound] = field(default_factory=list)

    def told(self) -> list[DeliveryReport | Reply]:
        """What the plugin makes of everything that came, in the order it came."""
        return [item for request in self.requests for item in self.gateway.receive(request)]

    def wait_for(self, count: int) -> Sequence[Any]:
        """Wait until at least so many reports and replies came, and give them."""
        _wait_until(lambda: len(self.told()) >= count)
        return self.told()


def _wait_until(true: Callable[[], object]) -> None:
    """Wait five seconds at most until this holds."""
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "It did not happen within five seconds."
        time.sleep(0.005)


def _connect(sandbox: PhoneSandbox, **changes: Any) -> Connection:
    """A connection to this sandbox, with the settings given laid over its own."""
    settings = SandboxGatewaySettings().load(sandbox.connection_settings() | changes)
    return Connection(name="sms", plugin="sandbox_gateway", label="Trial phones", settings=settings)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    return _wait_until


@pytest.fixture
def connect() -> Callable[..., Connection]:
    return _connect


@pytest.fixture
def sandbox() -> Iterator[PhoneSandbox]:
    with PhoneSandbox() as sandbox:
        sandbox.set(report_delay=REPORT_DELAY, back_off=0.01)
        yield sandbox


@pytest.fixture
def gateway(sandbox: PhoneSandbox) -> PhoneGateway:
    return PhoneGateway(_connect(sandbox, timeout=1))


@pytest.fixture
def hub(gateway: PhoneGateway) -> Iterator[Hub]:
    hub = Hub(gateway)

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hub.requests.append(
                Inbound(
                    method="POST",
                    tail="",
                    url=hub.url,
                    query={},
                    headers=headers,
                    body=body,
                    received_at=datetime.now(UTC),
                )
            )
            self.send_response(hub.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/in/sms"
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outgoing(hub: Hub) -> Callable[..., Outgoing]:
    """Makes an SMS that is reported to the hub."""

    def make(
        number: str = "+819012345678", text: str = "ご予約は明日です", **more: Any
    ) -> Outgoing:
        more = {"id": f"key{number}", "callback_url": hub.url} | more
        return Outgoing(number=number, text=text, **more)

    return make
