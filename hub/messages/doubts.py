"""Replies that may be a stop: advertising to their number waits until a person has decided.

A wrong stop costs little and a missed one breaks the promise. So the number is in doubt from the
moment such a reply is stored, and the doubt ends with the last open reply of the number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.optout import act
from hub.store import people
from hub.store import replies as queries
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.replies import ReplyRow

OPEN = "open"
ACCEPTED = "accepted"
DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of a decision: whether it was the one that counts, and the reply as it was."""

    done: bool
    reply: ReplyRow


def begin(tx: Tx, contact_id: int, now: datetime) -> None:
    """Put a number in doubt; its lock must be held."""
    queries.set_doubt(tx, contact_id, now)


def end(
    tx: Tx, contact_id: int, task: str, by: str, *, said_at: datetime | None, now: datetime
) -> None:
    """Decide on a number's open replies by what the person said since; its lock must be held.

    Of those the person wrote after `said_at` nothing is decided; None decides on all.
    """
    waiting = queries.open_of(tx, contact_id)
    ids = [
        row.id for row in waiting if said_at is None or (row.said_at or row.received_at) <= said_at
    ]
    if ids:
        queries.decide(tx, ids, task, by, now)
    if len(ids) == len(waiting):
        queries.set_doubt(tx, contact_id, None)


def accept(
    tx: Tx,
    cipher: Cipher,
    reply_id: int,
    *,
    actor: str,
    now: datetime,
    sink_connections: Collection[int],
) -> Decided | None:
    """Take a reply for the stop it may be: an opt-out of all advertising, as of when it was said.

    None where there is no such reply; one that was decided on already stays as it is.
    """
    row = _held(tx, reply_id)
    if row is None or row.contact_id is None or row.task != OPEN:
        return None if row is None else Decided(done=False, reply=row)
    act.opt_out(
        tx,
        cipher,
        contact_id=row.contact_id,
        scope="promotional",
        origin="reply",
        actor=actor,
        occurred_at=row.said_at or row.received_at,
        now=now,
        message_id=row.message_id,
        connection_id=row.gateway_id,
        sink_connections=sink_connections,
    )
    end(tx, row.contact_id, ACCEPTED, actor, said_at=None, now=now)
    return Decided(done=True, reply=row)


def dismiss(tx: Tx, reply_id: int, *, actor: str, now: datetime) -> Decided | None:
    """Say that a reply is no stop; None where there is no such reply.

    Advertising to its number goes on once nothing else of it waits.
    """
    row = _held(tx, reply_id)
    if row is None or row.contact_id is None or row.task != OPEN:
        return None if row is None else Decided(done=False, reply=row)
    queries.decide(tx, [row.id], DISMISSED, actor, now)
    if not queries.open_of(tx, row.contact_id):
        queries.set_doubt(tx, row.contact_id, None)
    return Decided(done=True, reply=row)


def _held(tx: Tx, reply_id: int) -> ReplyRow | None:
    row = queries.by_id(tx, reply_id)
    if row is None or row.contact_id is None:
        return row
    people.lock_contacts(tx, [row.contact_id])
    return queries.by_id(tx, reply_id)
