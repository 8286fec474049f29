"""Calling the hub: signed, late, and again when it fails, as often as the address asks for."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from urllib.parse import parse_qs, urldefrag

import requests

from .signing import signed

_THREADS = 4
_TIMEOUT = (2.0, 10.0)
# A callback that hangs does not keep the sandbox from ending.
_PATIENCE = 1.0


@dataclass(order=True, kw_only=True, slots=True)
class _Errand:
    due: float
    turn: int
    before: Callable[[], None] = field(compare=False)
    url: str | None = field(compare=False)
    fields: Mapping[str, str] = field(compare=False, repr=False)
    tries: int = field(default=0, compare=False)


class Courier:
    """Lets things happen when they are due, and tells them to the address each names.

    A call that fails is repeated as the address asks behind its `#` (`rc`, the count, and `rp`,
    the policy), after `back_off` seconds; then it is given up, and `given_up` counts.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.back_off = 0.5
        self.given_up = 0
        self._errands: list[_Errand] = []
        self._turns = count()
        self._wake = Condition()
        self._threads: list[Thread] = []
        self._ending = False

    def start(self) -> None:
        """Begin to carry."""
        self._ending = False
        self._threads = [
            Thread(target=self._carry, name="twilio-courier", daemon=True) for _ in range(_THREADS)
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

    def send(
        self,
        before: Callable[[], None],
        url: str | None,
        fields: Mapping[str, str],
        wait: float = 0.0,
    ) -> None:
        """In `wait` seconds do what comes `before`, then post the fields where there is a URL."""
        due = time.monotonic() + wait
        self._add(_Errand(due=due, turn=next(self._turns), before=before, url=url, fields=fields))

    def _add(self, errand: _Errand) -> None:
        with self._wake:
            heappush(self._errands, errand)
            self._wake.notify()

    def _carry(self) -> None:
        session = requests.Session()
        # The hub is on this machine; a company's proxy could not reach it.
        session.trust_env = False
        while errand := self._due():
            if not errand.tries:
                errand.before()
            if errand.url is not None:
                self._tell(session, errand, errand.url)

    def _due(self) -> _Errand | None:
        with self._wake:
            while not self._ending:
                wait = self._errands[0].due - time.monotonic() if self._errands else None
                if wait is not None and wait <= 0:
                    return heappop(self._errands)
                self._wake.wait(wait)
            return None

    def _tell(self, session: requests.Session, errand: _Errand, url: str) -> None:
        failed = self._post(session, url, errand.fields)
        if failed is None:
            return
        asked = parse_qs(urldefrag(url).fragment)
        policies = asked.get("rp", ["ct"])[0].split(",")
        if failed in policies and errand.tries < int(asked.get("rc", ["1"])[0]):
            errand.tries += 1
            errand.due = time.monotonic() + self.back_off
            self._add(errand)
        else:
            self.given_up += 1

    def _post(self, session: requests.Session, url: str, fields: Mapping[str, str]) -> str | None:
        """Post once; give None where the hub took it, else the policy that covers the failure."""
        headers, body = signed(url, fields, self.token)
        address = urldefrag(url).url
        try:
            status = session.post(
                address, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ).status_code
        except requests.ConnectionError:
            return "ct"
        except requests.RequestException:
            return "rt"
        return None if status < 400 else f"{status // 100}xx"
