"""What every sandbox shares: a platform's double on loopback that can misbehave when told to.

A sandbox is a WSGI application between two thin layers: one logs calls and goes wrong on request
(`faults`), the other answers `/_sandbox/…`, through which another process steers it (`control`).
"""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from hub.testing import control
from hub.testing.clock import SandboxClock
from hub.testing.faults import Fault, FaultKind, Rubbish, Switchboard, rubbish_answer
from hub.testing.serving import HangUp, Loopback, server_context

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_LOG_LENGTH = 10_000

CALLBACK = "http://localhost:9/hooks/contract/"
"""Where the contract suite's connection is called: a sandbox that signs addresses signs this."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A sandbox that serves.

    `base_url` has no slash at its end and names localhost, because the JavaScript client of
    kintone takes plain http for that name alone. `credentials` is what a client signs in with.
    `records` has the count `people`, and for each of `consented`, `not_consented` and `withdrawn`
    a `count` and the `id` of one record.
    """

    base_url: str
    tls_url: str | None
    credentials: dict[str, Any] = field(repr=False)
    records: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class LoggedCall:
    """One call the sandbox got: no query, no headers, no body, for those hold personal data."""

    method: str
    path: str
    status: int
    at: datetime


class WebhookSample(NamedTuple):
    """A request as the platform sends it to the hub.

    `path_tail` is what follows the intake's own path for this connection, without a slash in
    front; it is empty where the platform proves itself by headers.
    """

    method: str
    path_tail: str
    headers: dict[str, str]
    body: bytes


class Sandbox(ABC):
    """One platform's double with `people` of the shared roster.

    With `limits` off no quota of the platform applies. `clock` gives the time it follows (UTC).
    Use it as a context manager, or with `start` and `stop`.
    """

    name: str

    def __init__(
        self,
        people: int = 200,
        limits: bool = True,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.people = people
        self.limits = limits
        self.clock = SandboxClock(clock)
        self.faults = Switchboard()
        self.running: Running | None = None
        self._calls: deque[LoggedCall] = deque(maxlen=_LOG_LENGTH)
        self._in_flight = 0
        self._lock = Lock()
        self._servers: list[Loopback] = []

    @abstractmethod
    def application(self) -> "WSGIApplication":
        """The platform's API. Asked once, at the start."""

    @abstractmethod
    def credentials(self) -> dict[str, Any]:
        """What clients sign in with, as `hub sandbox` prints it."""

    @abstractmethod
    def records(self) -> dict[str, Any]:
        """How many records there are and one of each kind, as `hub sandbox` prints it."""

    @abstractmethod
    def connection_settings(self) -> dict[str, Any]:
        """Settings of a connection to this running sandbox, with `base_url` and `mapping`."""

    @abstractmethod
    def bad_credentials(self) -> dict[str, Any]:
        """Settings to lay over `connection_settings()` that the platform must refuse."""

    @abstractmethod
    def bad_record(self) -> str:
        """Spoil one record in the middle of a page and give its id."""

    @abstractmethod
    def webhook(self) -> WebhookSample:
        """A request the platform would send for a change of one record."""

    def throttled(self, retry_after: float | None) -> Response:
        """The platform's own answer to a caller that is too fast."""
        response = Response("Too Many Requests", 429, mimetype="text/plain")
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def switches(self) -> Mapping[str, Callable[..., object]]:
        """What else of this sandbox can be steered over HTTP, by name (see `control`)."""
        return {}

    def finish(self) -> None:
        """End what the sandbox itself started, such as senders of webhooks. Asked at the stop."""
        return

    def start(
        self,
        port: int = 0,
        tls_port: int | None = None,
        cert: Path | None = None,
        key: Path | None = None,
    ) -> Running:
        """Serve on loopback until `stop`; port 0 takes a free one.

        With `tls_port` the same is served by TLS with the certificate `cert` and its `key` (PEM).
        Raises PortInUse where a port is taken, ValueError where TLS lacks a file.
        """
        if self._servers:
            raise RuntimeError("The sandbox serves already. Stop it first.")
        if tls_port is not None and not (cert and key):
            raise ValueError("TLS needs a certificate and its key. Give both files.")
        app = self._layers(self.application())
        try:
            self._servers.append(Loopback(app, port))
            if tls_port is not None and cert and key:
                self._servers.append(Loopback(app, tls_port, server_context(cert, key)))
        except OSError:
            self._close()
            raise
        urls = [f"http://localhost:{self._servers[0].port}"]
        urls += [f"https://localhost:{server.port}" for server in self._servers[1:]]
        self.running = Running(
            base_url=urls[0],
            tls_url=urls[1] if tls_port is not None else None,
            credentials=self.credentials(),
            records=self.records(),
        )
        for server in self._servers:
            server.start()
        return self.running

    def stop(self) -> None:
        """Stop serving and free the ports; nothing happens when it does not serve."""
        self._close()
        self.running = None
        self.finish()

    def __enter__(self) -> Self:
        if not self._servers:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it serves. Raises RuntimeError while it does not."""
        if self.running is None:
            raise RuntimeError("The sandbox does not serve. Start it first.")
        return self.running.base_url

    @property
    def in_flight(self) -> int:
        """How many calls are being answered now."""
        return self._in_flight

    def calls(self) -> list[LoggedCall]:
        """The last calls, oldest first; calls of `/_sandbox` are not among them."""
        return list(self._calls)

    def throttle(self, times: int = 1, retry_after: float | None = 30, path: str = "") -> None:
        """Refuse the next calls as too fast, telling them to wait `retry_after` seconds."""
        self.faults.add(
            Fault(kind=FaultKind.THROTTLE, times=times, retry_after=retry_after, path=path)
        )

    def stall(self, seconds: float, times: int = 1, path: str = "") -> None:
        """Keep the next calls waiting before they are answered."""
        self.faults.add(Fault(kind=FaultKind.STALL, times=times, seconds=seconds, path=path))

    def rubbish(self, times: int = 1, kind: Rubbish = Rubbish.HTML_502, path: str = "") -> None:
        """Answer the next calls with what no client asked for."""
        self.faults.add(Fault(kind=FaultKind.RUBBISH, times=times, rubbish=kind, path=path))

    def drop(self, times: int = 1, after: bool = False, path: str = "") -> None:
        """Hang up on the next calls, before the work or `after` it."""
        self.faults.add(Fault(kind=FaultKind.DROP, times=times, after=after, path=path))

    def _close(self) -> None:
        for server in self._servers:
            server.stop()
        self._servers.clear()

    def _layers(self, app: "WSGIApplication") -> "WSGIApplication":
        control_app = control.application(self)

        def answer(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith(control.PREFIX):
                return control_app(environ, start_response)
            with self._lock:
                self._in_flight += 1
            try:
                return self._answer(app, environ, start_response)
            finally:
                with self._lock:
                    self._in_flight -= 1

        return answer

    def _answer(
        self,
        app: "WSGIApplication",
        environ: dict[str, Any],
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        fault = self.faults.take(method, path.encode("latin-1").decode("utf-8", "replace"))
        response: Response | None = None
        if fault:
            response = self._go_wrong(fault)
        if response is None:
            response = Response.from_app(app, environ, buffered=True)
        if fault and fault.kind is FaultKind.DROP:
            raise HangUp
        now = self.clock()
        # Clients take the platform's time from this header, so it follows the settable clock.
        response.headers["Date"] = http_date(now)
        self._calls.append(
            LoggedCall(method=method, path=path, status=response.status_code, at=now)
        )
        if fault and fault.rubbish is Rubbish.TRUNCATED_JSON and fault.kind is FaultKind.RUBBISH:
            whole = response.get_data()
            response.set_data(whole[: max(1, len(whole) // 2)])
        return response(environ, start_response)

    def _go_wrong(self, fault: Fault) -> Response | None:
        match fault.kind:
            case FaultKind.THROTTLE:
                return self.throttled(fault.retry_after)
            case FaultKind.STALL:
                time.sleep(fault.seconds)
                return None
            case FaultKind.DROP:
                if fault.after:
                    return None
                raise HangUp
            case FaultKind.STATUS:
                return Response("", fault.status)
            case FaultKind.RUBBISH:
                return rubbish_answer(fault.rubbish)
