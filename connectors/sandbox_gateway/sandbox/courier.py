"""Posting reports and answers to the hub: signed, late, in batches, again when they fail."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from time import monotonic
from typing import Any

import requests

from .exchange import Exchange
from .message import Report, Typed

TRIES = 5
_THREADS = 4
_BATCH = 100
_TIMEOUT = (2.0, 10.0)
# A callback that hangs does not keep the sandbox from ending.
_PATIENCE = 1.0


@dataclass(order=True, kw_only=True, slots=True)
class _Errand:
    due: float
    turn: int
    url: str | None = field(compare=False)
    item: Report | Typed = field(compare=False)
    tries: int = field(default=0, compare=False)


class Courier:
    """Carries what is due to the address each message named.

    Whatever the hub does not answer with 2xx is posted again after 1, 2, 4 and 8 times
    `back_off` seconds, then given up; `given_up` counts. Waiting follows the machine's time,
    while stamps and signatures carry the sandbox's clock.
    """

    def __init__(self, exchange: Exchange, api_key: str, clock: Callable[[], datetime]) -> None:
        self.back_off = 0.5
        self.given_up = 0
        self._exchange = exchange
        self._key = api_key.encode()
        self._clock = clock
        self._errands: list[_Errand] = []
        self._turns = count()
        self._wake = Condition()
        self._threads: list[Thread] = []
        self._ending = False

    def start(self) -> None:
        """Begin to carry."""
        self._ending = False
        self._threads = [
            Thread(target=self._carry, name="courier", daemon=True) for _ in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop carrying; what is still due stays for the next start."""
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=_PATIENCE)
        self._threads = []

    def send(self, item: Report | Typed, url: str | None, wait: float = 0.0) -> None:
        """Carry this in `wait` seconds; with no address it happens untold."""
        self._add(_Errand(due=monotonic() + wait, turn=next(self._turns), url=url, item=item))

    def signed(self, items: Sequence[Report | Typed]) -> tuple[dict[str, str], bytes]:
        """Give headers and body of a callback.

        Written apart from the check in the plugin, as a vendor's would be: shared code would
        agree with itself even when both are wrong.
        """
        body = json.dumps([item.posted() for item in items], ensure_ascii=False).encode()
        stamp = str(int(self._clock().timestamp()))
        mac = hmac.new(self._key, digestmod=hashlib.sha256)
        mac.update(stamp.encode())
        mac.update(b".")
        mac.update(body)
        headers = {
            "Content-Type": "application/json",
            "X-Sandbox-Timestamp": stamp,
            "X-Sandbox-Signature": f"v1={mac.hexdigest()}",
        }
        return headers, body

    def _add(self, errand: _Errand) -> None:
        with self._wake:
            heappush(self._errands, errand)
            self._wake.notify()

    def _carry(self) -> None:
        session = requests.Session()
        # The hub is on this machine; a company's proxy could not reach it.
        session.trust_env = False
        while batch := self._due():
            for errand in batch:
                self._happen(errand.item)
            self._hand_over(session, batch)

    def _happen(self, item: Report | Typed) -> None:
        if isinstance(item, Report):
            self._exchange.report(item)
        else:
            self._exchange.show(item)

    def _due(self) -> list[_Errand]:
        with self._wake:
            while not self._ending:
                wait = self._errands[0].due - monotonic() if self._errands else None
                if wait is not None and wait <= 0:
                    return self._batch()
                self._wake.wait(wait)
            return []

    def _batch(self) -> list[_Errand]:
        batch = [heappop(self._errands)]
        now = monotonic()
        while (
            self._errands
            and len(batch) < _BATCH
            and self._errands[0].due <= now
            and self._errands[0].url == batch[0].url
        ):
            batch.append(heappop(self._errands))
        return batch

    def _hand_over(self, session: requests.Session, batch: list[_Errand]) -> None:
        url = batch[0].url
        arrived = url is not None and self._post(session, url, [errand.item for errand in batch])
        for errand in batch:
            if arrived:
                self._settle(errand, arrived=True)
            elif url is None or errand.tries + 1 >= TRIES:
                self.given_up += url is not None
                self._settle(errand, arrived=False)
            else:
                errand.due = monotonic() + self.back_off * 2**errand.tries
                errand.tries += 1
                self._add(errand)

    def _post(self, session: requests.Session, url: str, items: list[Report | Typed]) -> bool:
        headers, body = self.signed(items)
        arguments: dict[str, Any] = {"timeout": _TIMEOUT, "allow_redirects": False}
        try:
            return session.post(url, data=body, headers=headers, **arguments).ok
        except requests.RequestException:
            return False

    def _settle(self, errand: _Errand, *, arrived: bool) -> None:
        if isinstance(errand.item, Typed):
            self._exchange.settle(errand.item, "arrived" if arrived else "lost")
