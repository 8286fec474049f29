"""How often one address may open links that nobody was given.

Only unknown links are counted, and only they are refused: many phones share one address, so an
address must never be locked out of a link that is known.
"""

from collections.abc import Callable
from datetime import datetime

from redis import Redis

from hub.web.windows import Windows

MOST = 30
WINDOW = 600
"""Seconds."""


class UnknownLinks:
    """Counts unknown links by address."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._windows = Windows(redis, clock, key="unknown-links", seconds=WINDOW)

    def too_many(self, address: str) -> bool:
        """Count one more for this address; say whether it had its share within ten minutes."""
        return self._windows.count(address) > MOST
