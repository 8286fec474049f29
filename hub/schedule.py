"""The schedule: rings every bell that is due, again and again.

Any number of these may run; a lock in the broker picks one. It keeps nothing: what is due is
written in the store, so it lives through a wiped broker and through its own death.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from hub.connections.directory import Connections
from hub.consent.heads import EVERY
from hub.errors import HubError
from hub.queue import Bells

LOCK = "hub:schedule"
LOCK_SECONDS = 15
TICK_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """A bell and how often it is rung, in seconds."""

    name: str
    every: float
    ring: Callable[[], None]


def beats(connections: Connections, bells: Bells) -> list[Beat]:
    """Give what is rung: reconcile, pushes, notes, events; pulls and polls by connection."""
    fixed = [
        Beat(name="reconcile", every=20, ring=bells.reconcile),
        Beat(name="events", every=10, ring=bells.events),
        Beat(name="pushes", every=10, ring=bells.pushes),
        Beat(name="notes", every=15, ring=bells.notes),
        Beat(name="consents", every=15, ring=bells.consents),
        Beat(name="tidy", every=60, ring=bells.tidy),
        Beat(name="erasures", every=60, ring=bells.erasures),
        Beat(name="retention", every=3600, ring=bells.retention),
        Beat(name="heads", every=EVERY.total_seconds(), ring=bells.heads),
    ]
    for row in connections.rows():
        if not row.enabled or row.state != "ok":
            continue
        roles = connections.roles(row)
        if "contact_source" in roles:
            fixed.append(_beat(f"pull:{row.id}", 60, bells.pull, row.id))
            fixed.append(_beat(f"vanish:{row.id}", 86400, bells.vanish, row.id))
        if "event_trigger" in roles:
            fixed.append(_beat(f"poll:{row.id}", 60, bells.poll, row.id))
    return fixed


def _beat(name: str, every: float, ring: Callable[[int], None], connection_id: int) -> Beat:
    return Beat(name=name, every=every, ring=lambda: ring(connection_id))


class Schedule:
    """Rings until it is told to stop."""

    def __init__(self, redis: Redis, connections: Connections, bells: Bells) -> None:
        self._redis = redis
        self._connections = connections
        self._bells = bells
        self._me = uuid.uuid4().hex

    def run(self, stop: threading.Event) -> None:
        """Ring what is due every few seconds; returns when `stop` is set."""
        while not stop.is_set():
            try:
                if self._holds_lock():
                    self._ring_due()
            except RedisError as exc:
                _log.warning("the broker is away (%s); the schedule waits", type(exc).__name__)
            except HubError as exc:
                _log.warning("the schedule waits: %s", exc)
            stop.wait(TICK_SECONDS)
        self._let_go()

    def _holds_lock(self) -> bool:
        if self._redis.set(LOCK, self._me, nx=True, ex=LOCK_SECONDS):
            return True
        if self._redis.get(LOCK) != self._me.encode():
            return False
        # The holder lives: it may only lose the lock by not coming back in time.
        return bool(self._redis.expire(LOCK, LOCK_SECONDS))

    def _let_go(self) -> None:
        # So that the next one starts at once; one that was killed is followed when its lock ends.
        with suppress(RedisError):
            if self._redis.get(LOCK) == self._me.encode():
                self._redis.delete(LOCK)

    def _ring_due(self) -> None:
        for beat in beats(self._connections, self._bells):
            # The broker remembers when a bell was last rung; wiped, it is simply rung once more.
            if self._redis.set(f"hub:beat:{beat.name}", "1", nx=True, px=int(beat.every * 1000)):
                beat.ring()
