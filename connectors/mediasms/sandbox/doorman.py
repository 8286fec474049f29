"""Who may call: the right password, from an address that is not blocked, and not too fast."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

MOST_REFUSALS = 5
"""Refused sign-ins in a row after which an address is blocked."""

MOST_A_SECOND = 80


class Doorman:
    """Counts refusals and requests by address. `clock` gives UTC; without `limits` none is slow."""

    def __init__(self, clock: Callable[[], datetime], *, limits: bool) -> None:
        self._clock = clock
        self._limits = limits
        self._lock = Lock()
        self._refused: dict[str, int] = {}
        self._recent: dict[str, deque[datetime]] = {}
        self.most_a_second = MOST_A_SECOND

    def code(self, address: str, *, right: bool) -> str | None:
        """Give the code that turns a call away; None for one that is let in.

        The sign-in before the last that blocks is answered with 666, as a warning.
        """
        with self._lock:
            if self._refused.get(address, 0) >= MOST_REFUSALS:
                return "555"
            if not right:
                count = self._refused[address] = self._refused.get(address, 0) + 1
                if count >= MOST_REFUSALS:
                    return "555"
                return "666" if count == MOST_REFUSALS - 1 else "401"
            self._refused.pop(address, None)
            return "503" if self._too_fast(address) else None

    def refusals(self) -> int:
        """Say how many sign-ins were refused since the last that was not, over all addresses."""
        with self._lock:
            return sum(self._refused.values())

    def unblock(self) -> None:
        """Let every address in again, as the vendor's support does when it is asked."""
        with self._lock:
            self._refused.clear()

    def _too_fast(self, address: str) -> bool:
        if not self._limits:
            return False
        now = self._clock()
        recent = self._recent.setdefault(address, deque())
        while recent and now - recent[0] >= timedelta(seconds=1):
            recent.popleft()
        if len(recent) >= self.most_a_second:
            return True
        recent.append(now)
        return False
