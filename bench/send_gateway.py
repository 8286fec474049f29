"""A gateway that takes every SMS: the sandbox's API as far as a post needs it, in a few lines.

A process of its own, since a gateway is one. It waits `delay` seconds before each answer.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import orjson

_HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


@contextmanager
def gateway(delay: float) -> Iterator[str]:
    """The address of a running gateway."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe()
    process = fresh.Process(target=_serve, args=(delay, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


class _Answers(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connects."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._bytes += data
        while True:
            head, found, rest = self._bytes.partition(b"\r\n\r\n")
            length = _length(head)
            if not found or len(rest) < length:
                return
            body, self._bytes = rest[:length], rest[length:]
            key = orjson.loads(body)["key"]
            answer = orjson.dumps({"id": f"sms-{key}", "key": key, "state": "accepted", "units": 1})
            asyncio.get_running_loop().call_later(self._delay, self._say, answer)

    def _say(self, answer: bytes) -> None:
        self._transport.write(_HEAD % (len(answer), answer))  # type: ignore[attr-defined]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _serve(delay: float, ready: Connection) -> None:
    async def forever() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answers(delay), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())
