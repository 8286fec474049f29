"""Queries for asking a gateway about an SMS: which others went to the same number there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import message, report


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """A message that went to a number. `reference` is an id of it at the gateway, where known."""

    id: int
    contact_id: int
    state: str
    reference: str | None


def siblings(
    tx: Tx, gateway_id: int, contact_ids: Collection[int], since: datetime
) -> list[Sibling]:
    """Give the messages to these numbers that were marked at the gateway since then.

    One that has several ids there, by its answer and by its reports, is given once for each.
    """
    found: list[Sibling] = []
    reported = sa.and_(report.c.gateway_id == gateway_id, report.c.key == message.c.key)
    for part in chunks(sorted(set(contact_ids))):
        for reference, source in (
            (message.c.gateway_reference, message),
            (report.c.reference, sa.join(message, report, reported)),
        ):
            query = (
                sa.select(
                    message.c.id,
                    message.c.contact_id,
                    message.c.state,
                    reference.label("reference"),
                )
                .select_from(source)
                .where(
                    message.c.gateway_id == gateway_id,
                    message.c.contact_id.in_(part),
                    message.c.marked_at >= since,
                )
            )
            found.extend(Sibling(**row._mapping) for row in tx.execute(query))
    return found
