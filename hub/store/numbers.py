"""What is known of numbers as such: held, reached, dead, and how often they were texted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import message
from hub.store.tables.people import contact

EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class NumberRow:
    """One number. Times are UTC.

    `known_since` is when the hub first met it. `delivered_at` is when an SMS last reached it,
    `dead_at` when a gateway last said that it takes none and will not; None: never. `marks` are
    the moments at which promotional SMS to it were marked for sending and did, or may have, left.
    """

    legal_hold: bool = False
    known_since: datetime | None = None
    delivered_at: datetime | None = None
    dead_at: datetime | None = None
    marks: tuple[datetime, ...] = ()


_LEFT = ("submitting", "submitted", "delivered", "undelivered", "expired", "unknown")
"""States of messages that left or may have."""


def facts(
    tx: Tx, contact_ids: Sequence[int], service_classes: Sequence[str], since: datetime | None
) -> dict[int, NumberRow]:
    """Give what is known of each of these numbers.

    `marks` holds those newer than `since`, and none where that is None; messages of the
    `service_classes` are not among them.
    """
    marks = _marks(tx, contact_ids, service_classes, since) if since is not None else {}
    found: dict[int, NumberRow] = {}
    columns = (
        contact.c.id,
        contact.c.created_at,
        contact.c.legal_hold_at.is_not(None),
        _last(message.c.state == "delivered"),
        _last(message.c.state.in_(["undelivered", "rejected"]), message.c.number_dead),
    )
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = sa.select(*columns).where(among(tx, contact.c.id, part))
        for id_, known_since, held, delivered_at, dead_at in tx.execute(query):
            found[id_] = NumberRow(
                legal_hold=held,
                known_since=known_since,
                delivered_at=delivered_at,
                dead_at=dead_at,
                marks=tuple(marks.get(id_, ())),
            )
    return found


def _last(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.max(message.c.finished_at))
        .where(message.c.contact_id == contact.c.id, *conditions)
        .correlate(contact)
        .scalar_subquery()
    )


def _marks(
    tx: Tx, contact_ids: Sequence[int], service_classes: Sequence[str], since: datetime
) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = (
            sa.select(message.c.contact_id, message.c.marked_at)
            .where(
                among(tx, message.c.contact_id, part),
                message.c.state.in_(_LEFT),
                message.c.marked_at > since,
                message.c.message_class.not_in(service_classes),
            )
            .order_by(message.c.marked_at)
        )
        for contact_id, marked_at in tx.execute(query):
            found.setdefault(contact_id, []).append(marked_at)
    return found
