"""Posting results to the customer's address: late, and again when that fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from time import monotonic

import requests

TRIES = 4
"""The first post and three more, as 絶対リーチ!SMS does; KARADEN publishes no rule."""

_TIMEOUT = (2.0, 10.0)
# A customer's server that hangs does not keep the sandbox from ending.
_PATIENCE = 1.0


@dataclass(frozen=True, kw_only=True)
class Post:
    """The body of one post and its kind."""

    body: bytes = field(repr=False)
    kind: str


Errand = Callable[[], Post | None]
"""Lets something happen and gives the post about it, None where nobody is told."""


@dataclass(order=True, kw_only=True, slots=True)
class _Due:
    at: float
    turn: int
    happen: Errand | None = field(compare=False)
    post: Post | None = field(default=None, compare=False)
    tries: int = field(default=0, compare=False)


class Courier:
    """Posts each thing by itself to `url`, one after the other.

    What is not answered with 2xx is posted again after 1, 2 and 4 times `back_off` seconds and
    then given up.
    """

    def __init__(self) -> None:
        self.url: str | None = None
        self.back_off = 0.5
        self.given_up = 0
        self._due: list[_Due] = []
        self._turns = count()
        self._wake = Condition()
        self._thread: Thread | None = None
        self._ending = False

    def start(self) -> None:
        """Begin to post."""
        self._ending = False
        self._thread = Thread(target=self._work, name="vendor-courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop posting; what is still due stays for the next start."""
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        if self._thread:
            self._thread.join(timeout=_PATIENCE)
            self._thread = None

    def send(self, happen: Errand, wait: float) -> None:
        """Let this happen in `wait` seconds, and post what it says."""
        self._add(_Due(at=monotonic() + wait, turn=next(self._turns), happen=happen))

    def _add(self, due: _Due) -> None:
        with self._wake:
            heappush(self._due, due)
            self._wake.notify()

    def _work(self) -> None:
        session = requests.Session()
        # The hub is on this machine; a company's proxy could not reach it.
        session.trust_env = False
        while due := self._next():
            if due.happen:
                due.post, due.happen = due.happen(), None
            if due.post is not None and self.url is not None:
                self._hand_over(session, due, due.post, self.url)

    def _next(self) -> _Due | None:
        with self._wake:
            while not self._ending:
                wait = self._due[0].at - monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heappop(self._due)
                self._wake.wait(wait)
            return None

    def _hand_over(self, session: requests.Session, due: _Due, post: Post, url: str) -> None:
        headers = {"Content-Type": post.kind}
        try:
            answer = session.post(
                url, data=post.body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            )
            arrived = answer.ok
        except requests.RequestException:
            arrived = False
        if arrived:
            return
        due.tries += 1
        if due.tries >= TRIES:
            self.given_up += 1
            return
        due.at = monotonic() + self.back_off * 2 ** (due.tries - 1)
        self._add(due)
