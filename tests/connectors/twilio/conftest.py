"""Twilio's stand-in, a gateway connected to it, and the hub's side of the callbacks."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.twilio.gateway import TwilioGateway
from connectors.twilio.sandbox import TwilioSandbox
from connectors.twilio.settings import TwilioSettings
from hub.sdk import Connection, DeliveryReport, Inbound, Outgoing, Reply, Sent

# Reports come this fast in tests, in seconds.
REPORT_DELAY = 0.03


@dataclass
class Hub:
    """The hub's side of the callbacks: keeps every request, answers with `statuses`, then 200."""

    gateway: TwilioGateway
    url: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[Inbound] = field(default_factory=list)

    def told(self) -> list[DeliveryReport | Reply]:
        """What the plugin makes of everything that came, in the order it came."""
        return [item for request in self.requests for item in self.gateway.receive(request)]

    def wait_for(self, count: int) -> list[Any]:
        """Wait until at least so many reports and replies came, and give them."""
        _wait_until(lambda: len(self.requests) >= count)
        return self.told()


def _wait_until(true: Callable[[], object]) -> None:
    """Wait five seconds at most until this holds."""
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "It did not happen within five seconds."
        time.sleep(0.005)


def _connect(sandbox: TwilioSandbox, **changes: Any) -> Connection:
    """A connection to this sandbox, with the settings given laid over its own."""
    callback_url = changes.pop("callback_url", "http://localhost:9/in/sms/")
    settings = TwilioSettings().load(sandbox.connection_settings() | changes)
    return Connection(
        name="sms", plugin="twilio", label="Twilio JP", settings=settings, callback_url=callback_url
    )


def _sent(outgoing: Outgoing, ago: float = 3600, **changes: Any) -> Sent:
    """What the hub asks about an SMS that was posted so many seconds ago."""
    now = datetime.now(UTC)
    posted_at = now - timedelta(seconds=ago)
    known: dict[str, Any] = {"since": posted_at, "posted_at": posted_at, "asked_at": now}
    return Sent(outgoing=outgoing, **known | changes)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    return _wait_until


@pytest.fixture
def connect() -> Callable[..., Connection]:
    return _connect


@pytest.fixture
def sent() -> Callable[..., Sent]:
    return _sent


@pytest.fixture
def sandbox() -> Iterator[TwilioSandbox]:
    with TwilioSandbox() as sandbox:
        sandbox.set(report_delay=REPORT_DELAY, back_off=0.01)
        yield sandbox


@pytest.fixture
def gateway(sandbox: TwilioSandbox) -> TwilioGateway:
    return TwilioGateway(_connect(sandbox, timeout=1))


@pytest.fixture
def hub(gateway: TwilioGateway) -> Iterator[Hub]:
    hub = Hub(gateway)

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Inbound(
                method="POST",
                tail=self.path.removeprefix("/in/sms/"),
                url=hub.url.removesuffix("/in/sms/") + self.path,
                query={},
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                received_at=datetime.now(UTC),
            )
            status = hub.statuses.pop(0) if hub.statuses else 200
            if status == 200:
                hub.requests.append(request)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/in/sms/"
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
        more = {"id": f"key{number[1:]}", "callback_url": hub.url} | more
        return Outgoing(number=number, text=text, **more)

    return make
