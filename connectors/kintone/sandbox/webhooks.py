"""Webhooks: sent once, unsigned, at most sixty a minute, and never again."""

import logging
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Queue
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import requests

from connectors.kintone.sandbox.asked import Event
from connectors.kintone.sandbox.domain import App

EVENTS = ("ADD_RECORD", "UPDATE_RECORD", "DELETE_RECORD", "ADD_RECORD_COMMENT", "UPDATE_STATUS")
MOST_HOOKS = 10  # per app
MOST_A_MINUTE = 60  # per domain; the sixty-first is dropped, not kept for later
_LARGEST_BODY = 1_000_000
_TIMEOUT = 10  # seconds; kintone documents none
_MINUTE = timedelta(minutes=1)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """One webhook of an app. The secret is in its address, so that is never shown."""

    app: int
    url: str = field(repr=False)
    events: frozenset[str]


class Webhooks:
    """The webhooks of a domain and the one thread that sends them in order.

    `counts` has `sent`, `failed` (no answer, or one of 400 and more) and `dropped`.
    """

    def __init__(self, limits: bool) -> None:
        self._limits = limits
        self._hooks: list[Hook] = []
        self._recent: deque[datetime] = deque()
        self._queue: Queue[tuple[Hook, bytes] | None] = Queue()
        self._thread: Thread | None = None
        self._lock = Lock()
        self.counts: Counter[str] = Counter()

    def add(self, app: int, url: str, events: Iterable[str]) -> None:
        """Tell `url` of these events of an app.

        Raises ValueError for an address that is not loopback, an unknown event or an 11th hook.
        """
        chosen = frozenset(events)
        if urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError("A sandbox sends webhooks to loopback only. Use http://localhost:…")
        if unknown := chosen.difference(EVENTS):
            raise ValueError(f"There is no event {min(unknown)}. There are {', '.join(EVENTS)}.")
        if sum(hook.app == app for hook in self._hooks) >= MOST_HOOKS:
            raise ValueError(f"An app has at most {MOST_HOOKS} webhooks. Remove one first.")
        self._hooks.append(Hook(app=app, url=url, events=chosen))

    def clear(self) -> None:
        """Remove all webhooks."""
        self._hooks.clear()

    def tell(self, app: App, event: Event, now: datetime, base_url: str) -> None:
        """Send an event to the hooks that want it, or drop it where the minute is full."""
        for hook in self._hooks:
            if hook.app == event.app and event.type in hook.events:
                with self._lock:
                    self._send(hook, body_of(app, event, base_url), now)

    def settle(self) -> None:
        """Wait until all that was to be sent has been sent."""
        self._queue.join()

    def stop(self) -> None:
        """Send what is waiting, then end the thread."""
        if self._thread:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _send(self, hook: Hook, body: dict[str, Any], now: datetime) -> None:
        while self._recent and self._recent[0] <= now - _MINUTE:
            self._recent.popleft()
        data = orjson.dumps(body)
        if self._limits and len(self._recent) >= MOST_A_MINUTE:
            self.counts["dropped"] += 1
            return
        self._recent.append(now)
        if len(data) > _LARGEST_BODY:
            self.counts["failed"] += 1
            return
        if self._thread is None:
            self._thread = Thread(target=self._work, name="kintone-webhooks", daemon=True)
            self._thread.start()
        self._queue.put((hook, data))

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no business between loopback addresses
            while order := self._queue.get():
                self.counts["sent" if _post(session, *order) else "failed"] += 1
                self._queue.task_done()
        self._queue.task_done()


def body_of(app: App, event: Event, base_url: str) -> dict[str, Any]:
    """The body of a webhook."""
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "type": event.type,
        "app": {"id": str(app.id), "name": app.name},
        **event.body,
    }
    if event.type != "DELETE_RECORD":
        body["url"] = f"{base_url}/k/{app.id}/show#record={event.record_id}"
    if event.type == "ADD_RECORD_COMMENT":
        body["url"] += f"&comment={event.body['comment']['id']}"
    return body


def _post(session: requests.Session, hook: Hook, data: bytes) -> bool:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kintone-Webhook"}
    try:
        answer = session.post(hook.url, data=data, headers=headers, timeout=_TIMEOUT)
    except requests.RequestException as exc:
        _log.warning("A webhook of app %s got no answer (%s).", hook.app, type(exc).__name__)
        return False
    return answer.ok
