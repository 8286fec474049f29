"""What a store must forget, or ask a person about, once it was put back from a backup."""

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.base import hub_fact
from hub.store.tables.connections import reading, run
from hub.store.tables.events import event
from hub.store.tables.messages import message, message_step

WAITING = ("held", "queued", "claimed", "submitting")
"""States of messages that may have left since the backup was made."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_FACT = "restored"


def park(tx: Tx, reason: str, now: datetime) -> Mapping[str, int]:
    """Make every message that waited one of unknown outcome that nothing but a person moves.

    Gives how many there were by state.
    """
    query = sa.select(message.c.state, sa.func.count()).where(message.c.state.in_(WAITING))
    rows = tx.execute(query.group_by(message.c.state))
    counts: dict[str, int] = {state: count for state, count in rows}  # noqa: C416 - rows, no pairs
    step = sa.select(
        message.c.id,
        sa.literal(now, message_step.c.at.type),
        sa.literal("unknown"),
        sa.literal(reason),
        message.c.attempt,
    ).where(message.c.state.in_(WAITING))
    names = ["message_id", "at", "state", "reason", "attempt"]
    tx.execute(sa.insert(message_step).from_select(names, step))
    tx.execute(
        sa.update(message)
        .where(message.c.state.in_(WAITING))
        .values(state="unknown", reason=reason, claimed_by=None, lease_until=None, due_at=NEVER)
    )
    return counts


def close_events(tx: Tx, outcome: str) -> int:
    """Close the events nobody had acted upon: the hub that ran on may have; give how many."""
    return tx.execute(
        sa.update(event)
        .where(event.c.state.in_(["new", "later"]))
        .values(state="done", outcome=outcome)
    ).rowcount


def read_anew(tx: Tx) -> None:
    """Have every connection read from the beginning with its next pull, and no run go on."""
    tx.execute(sa.delete(reading).where(reading.c.stream != "poll"))
    tx.execute(
        sa.update(run).where(run.c.state == "running").values(state="stopped", lease_until=None)
    )


def remember(tx: Tx, at: datetime) -> None:
    """Note when the store was put back: what happened before is no news to it."""
    tx.execute(sa.delete(hub_fact).where(hub_fact.c.key == _FACT))
    tx.execute(sa.insert(hub_fact).values(key=_FACT, value=at.isoformat()))


def restored_at(tx: Tx) -> datetime | None:
    """Give when the store was last put back from a backup, or None."""
    value = tx.execute(sa.select(hub_fact.c.value).where(hub_fact.c.key == _FACT)).scalar()
    return None if value is None else datetime.fromisoformat(value)
