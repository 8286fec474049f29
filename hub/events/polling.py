"""Asking platforms for events that nobody calls us about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.contacts import trouble
from hub.errors import HubError, TransientError
from hub.queue import Bells
from hub.roles import PollsEvents
from hub.store import events, runs
from hub.store.database import Database, StoreUnavailable
from hub.store.runs import Place
from hub.values.words import Words

STREAM = "poll"
_NOTHING = Words("", "")


@dataclass(frozen=True, kw_only=True)
class PollResult:
    """How a poll ended: `done`, `stopped`, `failed`, `unusable`, or `none` (it is not polled)."""

    state: str
    new: int = 0
    repeated: int = 0
    words: Words = _NOTHING
    retry_after: float | None = None


def poll(
    db: Database,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    connection_id: int,
    *,
    deadline: datetime | None = None,
) -> PollResult:
    """Store the events since the last poll, a page and its cursor in one transaction.

    Two polls at once do no harm: an event is stored once, and the one that comes second stops.
    Raises StoreUnavailable only.
    """
    row = connections.by_id(connection_id)
    if not (row.enabled and row.state == "ok"):
        return PollResult(state="unusable", words=trouble.unusable(row).words)
    new = repeated = 0
    try:
        trigger = connections.trigger(connection_id)
        if not isinstance(trigger, PollsEvents):
            return PollResult(state="none")
        done = False
        while not done and not (deadline and clock() >= deadline):
            with db.read() as tx:
                place = runs.place(tx, connection_id, STREAM)
            page = trigger.poll(place.cursor)
            with db.write() as tx:
                if runs.place(tx, connection_id, STREAM).cursor != place.cursor:
                    break
                stored = events.store(tx, connection_id, page.items, clock())
                runs.move(tx, connection_id, STREAM, Place(cursor=page.cursor), clock())
            new, repeated, done = new + stored[0], repeated + stored[1], page.done
    except StoreUnavailable:
        raise
    except TransientError as exc:
        return PollResult(
            state="stopped",
            new=new,
            repeated=repeated,
            words=exc.words,
            retry_after=exc.retry_after,
        )
    except HubError as exc:
        trouble.take(db, connections, connection_id, exc, clock())
        return PollResult(state="failed", new=new, repeated=repeated, words=exc.words)
    finally:
        if new:
            bells.events()
    return PollResult(state="done" if done else "stopped", new=new, repeated=repeated)
