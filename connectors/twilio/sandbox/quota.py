"""How many SMS an account may post: a bucket that fills steadily."""

from threading import Lock
from time import monotonic

RATE = 100.0
"""SMS per second, ten times what a connection is set to by default."""


class Quota:
    """A bucket that holds two seconds' worth, and is full to begin with.

    `rate` is in SMS per second. Safe to use from several threads.
    """

    def __init__(self, rate: float = RATE) -> None:
        self._rate = rate
        self._size = max(1.0, 2 * rate)
        self._lock = Lock()
        self._left = self._size
        self._at = monotonic()

    def wait(self) -> float:
        """Take one and give 0.0, or give the seconds until one is there again."""
        with self._lock:
            now = monotonic()
            self._left = min(self._size, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return (1 - self._left) / self._rate
            self._left -= 1
            return 0.0
