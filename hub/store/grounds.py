"""Queries about grounds that something in a record gives: each is written down once."""

from dataclasses import dataclass

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.consent import evidence


@dataclass(frozen=True, kw_only=True)
class Source:
    """What in a record gives a ground: an event by type and id, or a request by its key."""

    connection_id: int
    ref: str
    field: str
    value: str


def is_written(tx: Tx, source: Source, contact_id: int, purpose_key: str) -> bool:
    """Say whether this was written into the ledger already, for this number and purpose."""
    found = tx.execute(
        sa.select(evidence.c.seq)
        .where(
            evidence.c.contact_id == contact_id,
            evidence.c.purpose_key == purpose_key,
            evidence.c.connection_id == source.connection_id,
            evidence.c.source_ref == source.ref,
            evidence.c.source_field == source.field,
            evidence.c.source_value == source.value,
        )
        .limit(1)
    )
    return found.first() is not None
