"""What carries an org's messages out: one thread that tries again until somebody took them."""

import heapq
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Thread
from time import monotonic
from urllib.parse import urlsplit

import requests

_TIMEOUT = 20  # seconds; Salesforce documents a minute for outbound messages
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_log = logging.getLogger(__name__)

Content = tuple[dict[str, str], bytes]
"""Headers and body of one try."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message. `make` gives what to send at each try, for values may have changed since.

    `taken` says from status and body whether it arrived; `waits` are the seconds before each
    further try, and with the last of them it is dropped.
    """

    url: str = field(repr=False)
    make: Callable[[], Content] = field(repr=False)
    taken: Callable[[int, bytes], bool]
    waits: tuple[float, ...]


class Courier:
    """Sends parcels; `counts` has `sent`, `taken`, `refused` and `dropped`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._waiting: list[tuple[float, int, int, Parcel]] = []
        self._numbers = count()
        self._busy = False
        self._ended = False
        self._thread: Thread | None = None
        self._change = Condition()

    def send(self, parcel: Parcel) -> None:
        """Send a parcel soon. Raises ValueError for an address that is not loopback."""
        check_loopback(parcel.url)
        with self._change:
            self._ended = False
            heapq.heappush(self._waiting, (monotonic(), next(self._numbers), 0, parcel))
            if self._thread is None:
                self._thread = Thread(target=self._work, name="salesforce-courier", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing waits to be sent; False where that took longer (seconds)."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def stop(self) -> None:
        """Send nothing more."""
        with self._change:
            self._ended = True
            self._waiting.clear()
            self._change.notify_all()
            thread, self._thread = self._thread, None
        if thread:
            # A listener that does not answer must not hold up the stop.
            thread.join(timeout=2)

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no business between loopback addresses
            while (order := self._next()) is not None:
                tries, parcel = order
                arrived = _post(session, parcel)
                self._note(tries, parcel, arrived)

    def _next(self) -> tuple[int, Parcel] | None:
        with self._change:
            while True:
                if self._ended:
                    return None
                left = self._waiting[0][0] - monotonic() if self._waiting else None
                if left is not None and left <= 0:
                    _, _, tries, parcel = heapq.heappop(self._waiting)
                    self._busy = True
                    return tries, parcel
                self._change.wait(left)

    def _note(self, tries: int, parcel: Parcel, arrived: bool) -> None:
        with self._change:
            self._busy = False
            self.counts["sent"] += 1
            self.counts["taken" if arrived else "refused"] += 1
            if not arrived and tries < len(parcel.waits) and not self._ended:
                due = monotonic() + parcel.waits[tries]
                heapq.heappush(self._waiting, (due, next(self._numbers), tries + 1, parcel))
            elif not arrived:
                self.counts["dropped"] += 1
            self._change.notify_all()


def check_loopback(url: str) -> None:
    """Refuse an address that is not on this machine. Raises ValueError."""
    if urlsplit(url).hostname not in _LOOPBACK:
        raise ValueError("A sandbox sends messages to loopback only. Use http://localhost:…")


def _post(session: requests.Session, parcel: Parcel) -> bool:
    headers, body = parcel.make()
    try:
        answer = session.post(parcel.url, data=body, headers=headers, timeout=_TIMEOUT)
    except requests.RequestException as exc:
        _log.warning("A message of the org got no answer (%s).", type(exc).__name__)
        return False
    return parcel.taken(answer.status_code, answer.content)
