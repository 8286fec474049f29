"""Counts for people and monitoring: how many of what, in which state."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import messages, optouts, people


def _counts(tx: Tx, query: sa.Select[Any]) -> dict[str, int]:
    return {str(key): int(count) for key, count in tx.execute(query)}


def messages_by_state(tx: Tx, sites: Collection[int] | None = None) -> dict[str, int]:
    """Count messages by state, of these sites or of all."""
    m = messages.message.c
    query = sa.select(m.state, sa.func.count()).group_by(m.state)
    return _counts(tx, query if sites is None else query.where(m.site_id.in_(sites)))


def pushes_by_state(tx: Tx, sites: Collection[int] | None = None) -> dict[str, int]:
    """Count opt-out pushes by state, to records of these sites or to all."""
    p = optouts.push.c
    query = sa.select(p.state, sa.func.count()).group_by(p.state)
    return _counts(tx, query if sites is None else query.where(_of_sites(sites)))


def oldest_open_push(tx: Tx, sites: Collection[int] | None = None) -> datetime | None:
    """Give when the oldest push was made that no platform acknowledged; None where none waits."""
    p = optouts.push.c
    query = sa.select(p.created_at).where(p.state.in_(("open", "blocked"))).order_by(p.created_at)
    if sites is not None:
        query = query.where(_of_sites(sites))
    return tx.execute(query.limit(1)).scalar()


def verdicts(
    tx: Tx, connection_id: int | None = None, sites: Collection[int] | None = None
) -> dict[str, int]:
    """Count living links by verdict, of one connection or of all, of these sites or of all."""
    link = people.link.c
    query = sa.select(link.verdict, sa.func.count()).where(link.vanished_at.is_(None))
    if connection_id is not None:
        query = query.where(link.connection_id == connection_id)
    if sites is not None:
        query = query.where(link.site_id.in_(sites))
    return _counts(tx, query.group_by(link.verdict))


def _of_sites(sites: Collection[int]) -> sa.ColumnElement[bool]:
    link, push = people.link.c, optouts.push.c
    return (
        sa.select(link.id)
        .where(
            link.connection_id == push.connection_id,
            link.ref == push.ref,
            link.site_id.in_(sites),
        )
        .exists()
    )
