"""What is known of numbers as such: held, reached, dead, and how often they were texted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from hub.store.among import Among, among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import message
from hub.store.tables.people import contact

EVER = datetime.min.replace(tzinfo=UTC)


class NumberRow(NamedTuple):
    """One number. Times are UTC. A tuple: a dry run makes one for everybody.

    `kept` says that the number itself is stored, so that it could be sent to. `in_doubt` says that
    a reply from it may be a stop, and waits for a person. `known_since` is when the hub first met
    it. `delivered_at` is when an SMS last reached it, `dead_at` when a gateway last said that it
    takes none and will not; None: never. `marks` are the moments at which promotional SMS to it
    were marked for sending and did, or may have, left.
    """

    kept: bool = False
    legal_hold: bool = False
    in_doubt: bool = False
    known_since: datetime | None = None
    delivered_at: datetime | None = None
    dead_at: datetime | None = None
    marks: tuple[datetime, ...] = ()


_LEFT = ("submitting", "submitted", "delivered", "undelivered", "expired", "unknown")
"""States of messages that left or may have."""


def _last(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.max(message.c.finished_at))
        .where(message.c.contact_id == contact.c.id, *conditions)
        .correlate(contact)
        .scalar_subquery()
    )


_FACTS = Among(
    sa.select(
        contact.c.id,
        contact.c.number_enc.is_not(None),
        contact.c.legal_hold_at.is_not(None),
        contact.c.doubt_at.is_not(None),
        contact.c.created_at,
        _last(message.c.state == "delivered"),
        _last(message.c.state.in_(["undelivered", "rejected"]), message.c.number_dead),
    ),
    contact.c.id,
)


def facts(
    tx: Tx, contact_ids: Sequence[int], service_classes: Sequence[str], since: datetime | None
) -> dict[int, NumberRow]:
    """Give what is known of each of these numbers.

    `marks` holds those newer than `since`, and none where that is None; messages of the
    `service_classes` are not among them.
    """
    marks = _marks(tx, contact_ids, service_classes, since) if since is not None else {}
    found: dict[int, NumberRow] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        for row in _FACTS.rows(tx, part):
            found[row[0]] = NumberRow._make((*row[1:], tuple(marks.get(row[0], ()))))
    return found


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
