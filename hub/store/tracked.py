"""Queries about counted links: short addresses in messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.messages import message, send, template, tracked_link


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A short address to be kept: which link of its message's template it stands for."""

    token_hash: bytes = field(repr=False)
    message_id: int
    place: int


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """A short address and the template it stands in; times are UTC."""

    place: int
    body: str = field(repr=False)
    created_at: datetime


def add(tx: Tx, rows: Sequence[NewLink]) -> None:
    """Keep new addresses."""
    if rows:
        tx.execute(sa.insert(tracked_link), [vars(row) for row in rows])


def find(tx: Tx, token_hash: bytes) -> LinkRow | None:
    """Give the address with this hash."""
    row = tx.execute(
        sa.select(tracked_link.c.place, template.c.body, message.c.created_at)
        .join(message, message.c.id == tracked_link.c.message_id)
        .join(send, send.c.id == message.c.send_id)
        .join(template, template.c.id == send.c.template_id)
        .where(tracked_link.c.token_hash == token_hash)
    ).first()
    return None if row is None else LinkRow(**row._mapping)


def count(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """Count one more fetch of an address."""
    link = tracked_link.c
    tx.execute(
        sa.update(tracked_link)
        .where(link.token_hash == token_hash)
        .values(
            fetched=link.fetched + 1, first_at=sa.func.coalesce(link.first_at, now), last_at=now
        )
    )


def fetched(tx: Tx, send_id: int) -> dict[int, tuple[int, int]]:
    """Give for each link of a send's template how many messages carry it, and of how many it was
    fetched at least once.
    """
    query = (
        sa.select(
            tracked_link.c.place,
            sa.func.count(),
            sa.func.count(tracked_link.c.first_at),
        )
        .join(message, message.c.id == tracked_link.c.message_id)
        .where(message.c.send_id == send_id)
        .group_by(tracked_link.c.place)
    )
    return {place: (carried, got) for place, carried, got in tx.execute(query)}
