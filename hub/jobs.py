"""What RQ runs: every bell's work, with ids only.

RQ finds these functions by name, so the hub they work on is made once a process, here.
Each is harmless to repeat and does nothing where nothing is due.
"""

import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from hub.consent import heads as keeping
from hub.contacts import consent_pushing, erasure_traces
from hub.contacts import erasure as erasing
from hub.contacts import pull as pulling
from hub.contacts import retention as terms
from hub.contacts import vanish as vanishing
from hub.contacts.progress import RunResult
from hub.events import handle, polling
from hub.factory import Hub, build
from hub.messages import dispatch
from hub.messages import notes as noting
from hub.messages import reconcile as reconciling
from hub.messages.canceling import cancel_waiting
from hub.optout import pushes as pushing
from hub.optout.journal import catch_up
from hub.queue import heard

_log = logging.getLogger(__name__)
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
    bells = hub().bells
    _read(f"pull:{connection_id}", pulling.pull, connection_id, bells.pull)


def vanish(connection_id: int) -> None:
    """Look for records that are not there any more."""
    bells = hub().bells
    _read(f"vanish:{connection_id}", vanishing.check_vanished, connection_id, bells.vanish)


def pushes() -> None:
    """Tell the platforms of opt-outs that are due."""
    h = hub()
    heard(h.bells.redis, "pushes", lambda: pushing.push_open(h.database, h.connections, h.clock))


def consents() -> None:
    """Tell the platforms of consents that are due."""
    h = hub()
    heard(
        h.bells.redis,
        "consents",
        lambda: consent_pushing.push_consents(h.database, h.connections, h.clock),
    )


def tidy() -> None:
    """Forget what was typed into forms and never confirmed."""
    h = hub()
    heard(h.bells.redis, "tidy", h.sign_ups.tidy)


def notes() -> None:
    """Leave the notes that are due."""
    h = hub()
    language = h.config.language
    heard(
        h.bells.redis,
        "notes",
        lambda: noting.push(h.database, h.cipher, h.connections, h.clock, language=language),
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


def heads() -> None:
    """Keep the newest hashes of the chains, and what the opt-out journal lacks, outside."""
    h = hub()

    def work() -> None:
        for each in keeping.keep(h.database, h.config, h.clock()):
            if not each.vouches:
                _log.error("heads in %s: %s; run hub consent heads", each.path, each.troubles[-1])
        catch_up(h.database, h.config, h.cipher)

    heard(h.bells.redis, "heads", work)


def erasures() -> None:
    """Carry out the orders to erase that are due."""
    h = hub()

    def work() -> None:
        done = erasing.carry_out_due(h.database, cancel_waiting, h.clock, deadline=h.clock() + READ)
        if done.unfinished:
            h.bells.erasures()
        elif done.people:
            erasure_traces.take_out(h.database, h.clock(), by_day=True)

    heard(h.bells.redis, "erasures", work)


def retention() -> None:
    """Clear what is over its time, and look once more at whom orders erased."""
    h = hub()

    def work() -> None:
        erasing.look_again(h.database, h.clock())
        terms.apply(
            h.database, cancel_waiting, h.clock, h.config.keeping, deadline=h.clock() + READ
        )
        erasure_traces.take_out(h.database, h.clock(), by_day=False)

    heard(h.bells.redis, "retention", work)


def _read(
    bell: str,
    run: Callable[..., RunResult],
    connection_id: int,
    ring: Callable[[int], None],
) -> None:
    """Read for a while; ring for the rest, or let the platform rest as long as it asked for."""
    h = hub()

    def work() -> None:
        result = run(
            h.database,
            h.cipher,
            h.connections,
            h.bells,
            h.clock,
            connection_id,
            deadline=h.clock() + READ,
        )
        if result.state == "stopped" and result.retry_after:
            h.bells.rest(bell, result.retry_after)
        elif result.state == "stopped":
            ring(connection_id)

    heard(h.bells.redis, bell, work)
