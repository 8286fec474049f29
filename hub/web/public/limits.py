"""How often one address may open links that nobody was given.

Only unknown links are counted, and only they are refused: many phones share one address, so an
address must never be locked out of a link that is known.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError

MOST = 30
WINDOW = 600
"""Seconds."""

_REMEMBERED = 10_000


class UnknownLinks:
    """Counts unknown links by address: in the broker, and in this process while that is away."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis = redis
        self._clock = clock
        self._lock = threading.Lock()
        self._here: OrderedDict[str, int] = OrderedDict()

    def too_many(self, address: str) -> bool:
        """Count one more for this address; say whether it had its share within ten minutes."""
        window = int(self._clock().timestamp()) // WINDOW
        # An address is somebody's: it is kept as a hash, and for one window only.
        name = hashlib.sha256(f"{window} {address}".encode()).hexdigest()[:24]
        return self._count(name) > MOST

    def _count(self, name: str) -> int:
        key = f"hub:unknown-links:{name}"
        try:
            with self._redis.pipeline() as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, WINDOW)
                return int(pipeline.execute()[0])
        except RedisError:
            with self._lock:
                count = self._here.pop(name, 0) + 1
                self._here[name] = count
                while len(self._here) > _REMEMBERED:
                    self._here.popitem(last=False)
                return count
