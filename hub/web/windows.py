"""Counting by name within a window of time: in the broker, and in this process while it is away."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError

_REMEMBERED = 10_000


class Windows:
    """Counts what happens to each of many names, each window of `seconds` from nothing.

    A name may be somebody's address: it is kept as a hash, and for one window only.
    """

    def __init__(
        self, redis: Redis, clock: Callable[[], datetime], *, key: str, seconds: int
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._key = key
        self._seconds = seconds
        self._lock = threading.Lock()
        self._here: OrderedDict[str, int] = OrderedDict()

    def count(self, name: str) -> int:
        """Count one more for this name; give how many there were in this window."""
        window = int(self._clock().timestamp()) // self._seconds
        hashed = hashlib.sha256(f"{window} {name}".encode()).hexdigest()[:24]
        key = f"hub:{self._key}:{hashed}"
        try:
            with self._redis.pipeline() as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, self._seconds)
                return int(pipeline.execute()[0])
        except RedisError:
            return self._count_here(hashed)

    def left(self) -> int:
        """Give the seconds until the next window, at least one."""
        return self._seconds - int(self._clock().timestamp()) % self._seconds

    def _count_here(self, hashed: str) -> int:
        with self._lock:
            count = self._here.pop(hashed, 0) + 1
            self._here[hashed] = count
            while len(self._here) > _REMEMBERED:
                self._here.popitem(last=False)
            return count
