"""Serving a WSGI application on the loopback addresses, plain and by TLS, with keep-alive.

werkzeug's own server closes each connection and waits 10 ms after it, and waitress cannot hang up
on a caller; a sandbox needs neither habit, so the few lines it does need are here.
"""

import io
import socket
import ssl
import sys
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_IPV4 = "127.0.0.1"
_IPV6 = "::1"
_TOLD_OTHERWISE = ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING")
_LARGEST_BODY = 200_000_000  # bytes; Bulk API files are the largest bodies a sandbox takes
# A free port of IPv4 may be taken in IPv6; another free one is found at the next try.
_TRIES = 20


class PortInUse(OSError):
    """The port asked for is taken. `port` says which."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on this machine is in use. "
            "End what uses it, or choose another port (0 takes a free one)."
        )
        self.port = port


class HangUp(Exception):
    """Raised by an application to cut the connection instead of answering."""


class Loopback:
    """A WSGI application on 127.0.0.1 and, where the machine has it, on ::1 at the same port.

    Raises PortInUse when the port is taken; port 0 takes a free one.
    """

    def __init__(
        self, app: "WSGIApplication", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._servers = _listen(app, port, tls)
        self.port: int = self._servers[0].server_address[1]
        self._threads = [
            Thread(target=server.accept_all, name="sandbox", daemon=True)
            for server in self._servers
        ]

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop answering, hang up on everybody and free the port. It cannot start again."""
        for server in self._servers:
            server.end()
        for thread in self._threads:
            if thread.ident:
                thread.join()
        for server in self._servers:
            server.server_close()


def server_context(cert: Path, key: Path) -> ssl.SSLContext:
    """The TLS side of a server with this certificate chain and key (PEM files).

    Raises OSError where a file cannot be read or does not hold what it should.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, host: str, port: int, app: "WSGIApplication", tls: ssl.SSLContext | None
    ) -> None:
        self.address_family = socket.AF_INET6 if host == _IPV6 else socket.AF_INET
        self.app = app
        self.tls = tls
        self.open: set[socket.socket] = set()
        self._ended = False
        super().__init__((host, port), _Handler)

    def accept_all(self) -> None:
        """Give each caller a thread until the end."""
        while True:
            request, client_address = self.get_request()
            if self._ended:
                request.close()
                return
            self.process_request(request, client_address)

    def end(self) -> None:
        """Make `accept_all` return and cut the connections that are kept alive."""
        self._ended = True
        # accept() sleeps until somebody comes, so somebody does.
        with socket.create_connection(self.socket.getsockname()[:2]):
            pass
        for connection in list(self.open):
            cut(connection)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # The handshake belongs to the connection's own thread: in accept() one silent client
        # would keep all others out.
        if not self.tls:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A caller that goes away, or one that refuses our certificate, is no fault of ours.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # With Nagle the last packet of an answer could wait 40 ms for the caller's acknowledgement.
    disable_nagle_algorithm = True
    timeout = 75  # seconds; idle connections would otherwise hold their thread for ever
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: request lines hold query strings, and those hold numbers."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            told.append((status, headers))
            return _no_write

        try:
            parts: Iterable[bytes] = self.server.app(self._environ(body), start_response)
            content = b"".join(parts)
        except HangUp:
            self.close_connection = True
            return
        status, headers = told[-1]
        names = {name.lower() for name, _ in headers}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if "content-length" not in names and not status.startswith(("1", "204", "304")):
            lines.append(f"Content-Length: {len(content)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self.send_error(413 if length.isdigit() else 400)
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | None:
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
            if len(body) > _LARGEST_BODY:
                self.close_connection = True
                self.send_error(413)
                return None
        while self.rfile.readline().strip():
            continue  # trailers
        return bytes(body)

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if key not in _TOLD_OTHERWISE:
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer


def cut(connection: socket.socket) -> None:
    """End a connection at once; nothing happens where the other side was faster."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _no_write(_: bytes) -> None:
    raise NotImplementedError("The sandbox's server takes its answer from the returned parts.")


def _listen(app: "WSGIApplication", port: int, tls: ssl.SSLContext | None) -> list[_Server]:
    for _ in range(_TRIES):
        first = _bind(_IPV4, port, app, tls)
        if not _has_ipv6():
            return [first]
        try:
            return [first, _bind(_IPV6, first.server_address[1], app, tls)]
        except PortInUse:
            first.server_close()
            if port:
                raise
    raise PortInUse(port)


def _bind(host: str, port: int, app: "WSGIApplication", tls: ssl.SSLContext | None) -> _Server:
    try:
        return _Server(host, port, app, tls)
    except OSError as exc:
        raise PortInUse(port) from exc


def _has_ipv6() -> bool:
    if not socket.has_ipv6:
        return False
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((_IPV6, 0))
        except OSError:
            return False
    return True
