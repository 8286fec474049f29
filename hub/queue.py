"""Queues and bells: how one process tells another that the store has work.

An RQ job is a bell ("drain the messages of gateway 3"): JSON, ids only, harmless to repeat or to
lose, since the schedule rings again for whatever is due. Each bell has a flag in the broker while
its job waits; whoever starts the job takes the flag down before looking, so ringing a thousand
times queues one job, and what is committed after that look rings anew.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

QUEUES = ("send", "sync", "events")
"""Each worker process listens to one queue: RQ loses a popped job when a worker on several dies."""

JOB_SECONDS = 600
_FLAG_SECONDS = 90
_FAILURE_SECONDS = 3600
_log = logging.getLogger(__name__)


def flag(bell: str) -> str:
    """Give the broker's key that says this bell is rung and not yet heard."""
    return f"hub:bell:{bell}"


def queue(redis: Redis, name: str) -> Queue:
    """Give one of the hub's queues."""
    return Queue(name, connection=redis, default_timeout=JOB_SECONDS, serializer=JSONSerializer)


class Bells:
    """Rings bells, after the commit they announce. Never raises: the store already has the work."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    def send(self, gateway_id: int) -> None:
        """Messages of this gateway are due."""
        self._ring("send", "send", gateway_id)

    def pull(self, connection_id: int) -> None:
        """This connection is to be read."""
        self._ring("sync", "pull", connection_id)

    def vanish(self, connection_id: int) -> None:
        """This connection's record ids are to be compared with ours."""
        self._ring("sync", "vanish", connection_id)

    def pushes(self) -> None:
        """Opt-outs wait for their platforms."""
        self._ring("sync", "pushes")

    def consents(self) -> None:
        """Consents wait for their platforms."""
        self._ring("sync", "consents")

    def tidy(self) -> None:
        """What was typed into forms and never confirmed is to be forgotten."""
        self._ring("events", "tidy")

    def notes(self) -> None:
        """Notes wait for their records."""
        self._ring("sync", "notes")

    def events(self) -> None:
        """Events wait to be acted upon."""
        self._ring("events", "events")

    def poll(self, connection_id: int) -> None:
        """This connection is to be asked for events."""
        self._ring("events", "poll", connection_id)

    def reconcile(self) -> None:
        """Messages are to be looked over: leases, holds, unknowns, waiting reports."""
        self._ring("events", "reconcile")

    def heads(self) -> None:
        """The newest hashes of the chains are to be kept outside the store."""
        self._ring("events", "heads")

    def erasures(self) -> None:
        """Orders to erase are due."""
        self._ring("events", "erasures")

    def retention(self) -> None:
        """What is over its time is to be cleared."""
        self._ring("events", "retention")

    def rest(self, bell: str, seconds: float) -> None:
        """Let a bell be for so long: a platform said when it may be asked again."""
        with suppress(RedisError):
            self.redis.set(flag(bell), "rest", px=max(1, int(seconds * 1000)))

    def _ring(self, queue_name: str, job: str, *ids: int) -> None:
        bell = ":".join([job, *map(str, ids)])
        try:
            if not self.redis.set(flag(bell), "1", nx=True, ex=_FLAG_SECONDS):
                return
            queue(self.redis, queue_name).enqueue_call(
                f"hub.jobs.{job}",
                args=list(ids),
                timeout=JOB_SECONDS,
                result_ttl=0,
                # No retry by RQ: the schedule rings again for whatever is still due.
                failure_ttl=_FAILURE_SECONDS,
                description=bell,
            )
        except RedisError as exc:
            _log.warning("the broker is away (%s); bell %s waits", type(exc).__name__, bell)


def heard(redis: Redis, bell: str, work: Callable[[], Any]) -> None:
    """Take a bell's flag down and do the work; in that order, so that no ring is lost."""
    redis.delete(flag(bell))
    work()
