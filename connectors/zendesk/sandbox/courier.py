# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers webhooks: signed at each attempt, tried again, held back while too many fail."""

import heapq
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from connectors.zendesk.sandbox.moments import to_text
from connectors.zendesk.sandbox.signing import sign

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SOON = 60  # seconds: a Retry-After below this is obeyed
_TIMEOUT_TRIES = 5
_NEVER = 1_000
_WINDOW = 300  # seconds the breaker looks back
_FEWEST = 10  # calls before the breaker judges
_LONG_TAIL = 1_000  # characters of a body that logs keep

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a webhook goes and what it carries; secrets among it are never shown."""

    id: str
    method: str
    endpoint: str = field(repr=False)
    secret: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(kw_only=True)
class Invocation:
    """One call of a webhook with all its attempts; with `once` it is not tried again."""

    address: Address
    body: bytes = field(repr=False)
    once: bool = False
    id: str = field(default_factory=lambda: uuid4().hex)
    status: str = "pending"
    status_code: int | None = None
    invoked_at: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list, repr=False)


class Courier:
    """The one thread that delivers. Its numbers may be changed.

    `timeout` and `retry_wait` are seconds, `retries` how often 409, 429 and 503 are tried again,
    `breaker` the share of failures in five minutes above which a webhook pauses for `pause`
    seconds; None switches it off. `duplicate` of the next calls go out twice.
    """

    def __init__(self, account_id: int, clock: Callable[[], datetime]) -> None:
        self._account_id = account_id
        self._clock = clock
        self._ready = Condition()
        self._queue: list[tuple[float, int, Invocation]] = []
        self._order = count()
        self._open = 0
        self._thread: Thread | None = None
        self._ending = False
        self._recent: dict[str, deque[tuple[float, bool]]] = {}
        self._paused: dict[str, float] = {}
        self.timeout = 12.0
        self.retries = 3
        self.retry_wait = 1.0
        self.breaker: float | None = 0.7
        self.pause = 5.0
        self.duplicate = 0

    def send(self, invocation: Invocation) -> None:
        """Deliver, as soon as those before it are."""
        with self._ready:
            twice = self.duplicate > 0
            self.duplicate -= twice
            for _ in range(1 + twice):
                self._put(invocation, 0)
                self._open += 1
            if self._thread is None:
                self._ending = False
                self._thread = Thread(target=self._work, name="zendesk-webhooks", daemon=True)
                self._thread.start()

    def wait_for(self, invocation: Invocation) -> None:
        """Wait until this one was tried; longer than its time-out nobody waits."""
        with self._ready:
            self._ready.wait_for(lambda: invocation.status != "pending", timeout=self.timeout + 1)

    def settle(self, seconds: float = 10) -> bool:
        """Wait until all is delivered or given up; False when that takes longer."""
        with self._ready:
            return self._ready.wait_for(lambda: self._open == 0, timeout=seconds)

    def stop(self) -> None:
        """Send what is due now, drop what waits to be tried again, and end the thread."""
        with self._ready:
            self._ending = True
            self._ready.notify_all()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _put(self, invocation: Invocation, delay: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + delay, next(self._order), invocation))
        self._ready.notify_all()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no business between loopback addresses
            while (invocation := self._next()) is not None:
                again = self._attempt(session, invocation)
                with self._ready:
                    if again is None:
                        self._open -= 1
                        self._ready.notify_all()
                    else:
                        self._put(invocation, again)

    def _next(self) -> Invocation | None:
        with self._ready:
            while True:
                now = time.monotonic()
                if self._queue and self._queue[0][0] <= now:
                    return heapq.heappop(self._queue)[2]
                if self._ending:
                    self._open -= len(self._queue)
                    self._queue.clear()
                    self._ready.notify_all()
                    return None
                self._ready.wait(self._queue[0][0] - now if self._queue else None)

    def _attempt(self, session: requests.Session, invocation: Invocation) -> float | None:
        """Try once; seconds until the next try, or None when it is over."""
        address, now = invocation.address, time.monotonic()
        if now < self._paused.get(address.id, 0):
            invocation.status = "circuit broken"
            return None
        status, retry_after = self._post(session, invocation)
        good = status is not None and status < 400
        if not good:
            _log.warning("A webhook of the Zendesk sandbox got %s.", status or "no answer")
        self._judge(address.id, good, now)
        tries = len(invocation.attempts) if not invocation.once else _NEVER
        wait: float | None = None
        if (status is None and tries < _TIMEOUT_TRIES) or (status == 409 and tries <= self.retries):
            wait = self.retry_wait
        elif status in (429, 503) and tries <= self.retries and retry_after is not None:
            wait = retry_after if retry_after < _SOON else None
        invocation.status_code = status
        invocation.status = "success" if good else "pending" if wait is not None else "terminated"
        return wait

    def _post(
        self, session: requests.Session, invocation: Invocation
    ) -> tuple[int | None, float | None]:
        address, at = invocation.address, to_text(self._clock())
        invocation.invoked_at = invocation.invoked_at or at
        headers = {**headers_for(address, invocation, at, self._account_id), **address.headers}
        status, retry_after, text = None, None, ""
        if urlsplit(address.endpoint).hostname in LOOPBACK:
            try:
                answer = session.request(
                    address.method,
                    address.endpoint,
                    data=invocation.body,
                    headers=headers,
                    auth=address.auth,
                    timeout=self.timeout,
                    allow_redirects=False,
                )
            except requests.RequestException:
                status = None
            else:
                status, text = answer.status_code, answer.text[:_LONG_TAIL]
                given = answer.headers.get("Retry-After", "")
                retry_after = float(given) if given.isdigit() else None
        invocation.attempts.append(
            {
                "id": uuid4().hex,
                "invocation_id": invocation.id,
                "status": "success" if status is not None and status < 400 else "failed",
                "status_code": status,
                "invoked_at": at,
                "completed_at": to_text(self._clock()),
                "request": {"payload": invocation.body.decode("utf-8", "replace")[:_LONG_TAIL]},
                "response": {"payload": text},
            }
        )
        return status, retry_after

    def _judge(self, hook: str, good: bool, now: float) -> None:
        recent = self._recent.setdefault(hook, deque(maxlen=1_000))
        recent.append((now, good))
        while recent and recent[0][0] < now - _WINDOW:
            recent.popleft()
        bad = sum(not good for _, good in recent)
        enough = self.breaker is not None and len(recent) >= _FEWEST
        if enough and bad / len(recent) > (self.breaker or 0):
            self._paused[hook] = now + self.pause
            recent.clear()


def headers_for(
    address: Address, invocation: Invocation, at: str, account_id: int
) -> dict[str, str]:
    """The headers of one attempt."""
    return {
        "User-Agent": "Zendesk Webhook",
        "Content-Type": "application/json; charset=utf-8",
        "X-Zendesk-Account-Id": str(account_id),
        "X-Zendesk-Webhook-Id": address.id,
        "X-Zendesk-Webhook-Invocation-Id": invocation.id,
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Signature": sign(address.secret, at, invocation.body),
    }
