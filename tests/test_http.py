"""HTTP for plugins: whole answers or a TransientError that says whether it may have worked."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from hub.errors import TransientError
from hub.http import HttpClient, retry_after

HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def trickles(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    for _ in range(40):
        try:
            connection.sendall(b"x")
        except OSError:
            return
        time.sleep(0.1)


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\nabc")


def breaks_off_between_chunks(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


def test_a_compressed_answer_comes_whole() -> None:
    body = gzip.compress(b"[1]" * 5000)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with server(lambda connection: connection.sendall(head + body)) as url:
        assert HttpClient("Acme").request("GET", url).content == b"[1]" * 5000


def test_a_body_that_trickles_in_is_cut_off_in_time() -> None:
    started = time.monotonic()
    with server(trickles) as url, pytest.raises(TransientError):
        HttpClient("Acme", timeout=0.5).request("GET", url)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("answer", [breaks_off, breaks_off_between_chunks])
@pytest.mark.parametrize(("method", "maybe_done"), [("GET", False), ("POST", True)])
def test_half_an_answer_may_have_been_a_write(
    answer: Callable[[socket.socket], None], method: str, maybe_done: bool
) -> None:
    with server(answer) as url, pytest.raises(TransientError) as told:
        HttpClient("Acme").request(method, url)
    assert told.value.maybe_done is maybe_done


def test_a_refused_connection_surely_did_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransientError) as told:
        HttpClient("Acme").request("POST", f"http://127.0.0.1:{port}/")
    assert not told.value.maybe_done
    assert "Acme cannot be reached" in str(told.value)


def test_a_redirect_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(lambda connection: connection.sendall(answer)) as url:
        assert HttpClient("Acme").request("GET", url).status_code == 302


@pytest.mark.parametrize(("text", "seconds"), [("7", 7.0), ("", None), ("soon", None)])
def test_retry_after_is_read_in_seconds(text: str, seconds: float | None) -> None:
    response = requests.Response()
    response.headers["Retry-After"] = text
    assert retry_after(response) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    response = requests.Response()
    response.headers["Retry-After"] = format_datetime(
        datetime.now(UTC) + timedelta(seconds=90), usegmt=True
    )
    assert 80 < (retry_after(response) or 0) <= 90
