"""Queries for the draft of a leak report: whose data was touched, and what was sent."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.messages import message, send
from hub.store.tables.people import contact, link


@dataclass(frozen=True, kw_only=True)
class SentCount:
    """How many SMS were handed to gateways, and to how many numbers."""

    messages: int
    people: int


def of_messages(tx: Tx, message_ids: Collection[int]) -> Iterator[int]:
    """Give the contacts of these messages."""
    for part in chunks(sorted(message_ids)):
        yield from tx.execute(
            sa.select(message.c.contact_id).where(among(tx, message.c.id, part))
        ).scalars()


def of_exclusions(tx: Tx, exclusion_ids: Collection[int]) -> Iterator[int]:
    """Give the contacts of these rows of the exclusion list."""
    for part in chunks(sorted(exclusion_ids)):
        yield from tx.execute(
            sa.select(exclusion.c.contact_id).where(among(tx, exclusion.c.id, part))
        ).scalars()


def of_entries(tx: Tx, event_ids: Collection[str]) -> Iterator[int]:
    """Give the contacts of these entries of the ledger."""
    for part in chunks(sorted(event_ids)):
        yield from tx.execute(
            sa.select(evidence.c.contact_id).where(among(tx, evidence.c.event_id, part))
        ).scalars()


def of_sends(tx: Tx, send_ids: Collection[int]) -> Iterator[int]:
    """Give the contacts that these sends had a message for, refused ones too."""
    for part in chunks(sorted(send_ids)):
        yield from tx.execute(
            sa.select(message.c.contact_id).where(among(tx, message.c.send_id, part)).distinct()
        ).scalars()


def in_connection(tx: Tx, contact_ids: Collection[int], connection_id: int) -> set[int]:
    """Give those of these contacts that a record of this connection is or was behind."""
    found: set[int] = set()
    for part in chunks(sorted(contact_ids)):
        found.update(
            tx.execute(
                sa.select(link.c.contact_id).where(
                    among(tx, link.c.contact_id, part), link.c.connection_id == connection_id
                )
            ).scalars()
        )
    return found


def count_people(tx: Tx, connection_id: int | None) -> int:
    """Count the contacts the hub knows, or those with a record in one connection."""
    if connection_id is None:
        query = sa.select(sa.func.count()).select_from(contact)
    else:
        query = sa.select(sa.func.count(sa.distinct(link.c.contact_id))).where(
            link.c.connection_id == connection_id
        )
    return int(tx.execute(query).scalar_one())


def sent(
    tx: Tx, *, since: datetime, until: datetime, actor: str | None, connection_id: int | None
) -> SentCount:
    """Count what was handed to gateways in a span, ordered by one actor, to one connection."""
    m = message.c
    query = (
        sa.select(sa.func.count(), sa.func.count(sa.distinct(m.contact_id)))
        .select_from(message)
        .join(send, send.c.id == m.send_id)
        .where(m.submitted_at >= since, m.submitted_at < until)
    )
    if actor is not None:
        query = query.where(send.c.actor == actor)
    if connection_id is not None:
        query = query.join(link, link.c.id == m.link_id).where(
            link.c.connection_id == connection_id
        )
    row = tx.execute(query).one()
    return SentCount(messages=int(row[0]), people=int(row[1]))
