"""Counts for people and monitoring: how many of what, in which state."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import messages, optouts, people


def _counts(tx: Tx, query: sa.Select[Any]) -> dict[str, int]:
    return {str(key): int(count) for key, count in tx.execute(query)}


def messages_by_state(tx: Tx) -> dict[str, int]:
    """Count messages by state."""
    m = messages.message.c
    return _counts(tx, sa.select(m.state, sa.func.count()).group_by(m.state))


def pushes_by_state(tx: Tx) -> dict[str, int]:
    """Count opt-out pushes by state."""
    p = optouts.push.c
    return _counts(tx, sa.select(p.state, sa.func.count()).group_by(p.state))


def oldest_open_push(tx: Tx) -> datetime | None:
    """Give when the oldest push was made that no platform acknowledged; None where none waits."""
    p = optouts.push.c
    query = sa.select(p.created_at).where(p.state.in_(("open", "blocked"))).order_by(p.created_at)
    return tx.execute(query.limit(1)).scalar()


def verdicts(tx: Tx, connection_id: int | None = None) -> dict[str, int]:
    """Count living links by verdict, of one connection or of all."""
    link = people.link.c
    query = sa.select(link.verdict, sa.func.count()).where(link.vanished_at.is_(None))
    if connection_id is not None:
        query = query.where(link.connection_id == connection_id)
    return _counts(tx, query.group_by(link.verdict))
