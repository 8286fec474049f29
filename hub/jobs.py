"""What RQ runs: every bell's work, with ids only.

RQ finds these functions by name, so the hub they work on is made once a process, here.
Each is harmless to repeat and does nothing where nothing is due.
"""

import os
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from hub.contacts import pull as pulling
from hub.contacts import vanish as vanishing
from hub.contacts.progress import RunResult
from hub.events import handle, polling
from hub.factory import Hub, build
from hub.messages import dispatch
from hub.messages import notes as noting
from hub.messages import reconcile as reconciling
from hub.optout import pushes as pushing
from hub.queue import heard

DRAIN = timedelta(seconds=30)
READ = timedelta(seconds=20)
"""How long one job reads before it lets opt-outs pass; the next one goes on from there."""


@cache
def hub() -> Hub:
    """Give this process's hub."""
    return build()


def worker_name() -> str:
    """Give this process a name that no other has while it lives."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


def send(gateway_id: int) -> None:
    """Send what is due at one gateway."""

    def work() -> None:
        h = hub()
        dispatch.drain(
            h.database,
            h.cipher,
            h.senders,
            h.connections,
            h.bells,
            h.clock,
            gateway_id,
            worker_name(),
            h.clock() + DRAIN,
            policy=h.policy,
        )

    heard(hub().bells.redis, f"send:{gateway_id}", work)


def pull(connection_id: int) -> None:
    """Read what changed in one connection."""

    def work() -> None:
        h = hub()
        result = pulling.pull(
            h.database,
            h.cipher,
            h.connections,
            h.bells,
            h.clock,
            connection_id,
            deadline=h.clock() + READ,
        )
        _go_on(result, f"pull:{connection_id}", lambda: h.bells.pull(connection_id))

    heard(hub().bells.redis, f"pull:{connection_id}", work)


def vanish(connection_id: int) -> None:
    """Look for records that are not there any more."""

    def work() -> None:
        h = hub()
        result = vanishing.check_vanished(
            h.database,
            h.cipher,
            h.connections,
            h.bells,
            h.clock,
            connection_id,
            deadline=h.clock() + READ,
        )
        _go_on(result, f"vanish:{connection_id}", lambda: h.bells.vanish(connection_id))

    heard(hub().bells.redis, f"vanish:{connection_id}", work)


def pushes() -> None:
    """Tell the platforms of opt-outs that are due."""
    h = hub()
    heard(h.bells.redis, "pushes", lambda: pushing.push_open(h.database, h.connections, h.clock))


def notes() -> None:
    """Leave the notes that are due."""
    h = hub()
    language = h.config.language
    heard(
        h.bells.redis,
        "notes",
        lambda: noting.push(h.database, h.connections, h.clock, language=language),
    )


def events() -> None:
    """Act on the events that are due."""
    h = hub()
    heard(
        h.bells.redis,
        "events",
        lambda: handle.handle_due(h.database, h.cipher, h.connections, h.bells, h.clock, h.outbox),
    )


def poll(connection_id: int) -> None:
    """Ask one connection for events."""
    h = hub()
    heard(
        h.bells.redis,
        f"poll:{connection_id}",
        lambda: polling.poll(h.database, h.connections, h.bells, h.clock, connection_id),
    )


def reconcile() -> None:
    """Look over the messages: leases, holds, unknowns, waiting reports."""
    h = hub()
    heard(
        h.bells.redis,
        "reconcile",
        lambda: reconciling.reconcile(h.database, h.cipher, h.connections, h.bells, h.clock),
    )


def _go_on(result: RunResult, bell: str, ring: Callable[[], None]) -> None:
    """Ring for the rest of a run that stopped at its deadline; obey a platform that said when."""
    if result.state != "stopped":
        return
    if result.retry_after:
        hub().bells.rest(bell, result.retry_after)
    else:
        ring()
