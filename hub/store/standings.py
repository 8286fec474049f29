"""What the ledger holds about a set of numbers and one purpose, read in one go."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.connections import connection
from hub.store.tables.consent import collection, evidence


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """One entry of the ledger, as far as the gate looks at it.

    `period_from` and `revoked` are those of the collection it rests on; `suspended` says that the
    connection it came from vouches for nothing at present, or was removed.
    """

    seq: int
    event_id: str
    contact_id: int = field(repr=False)
    purpose_key: str
    event_type: str
    ground: str
    channel: str
    strength: int
    occurred_at: datetime | None
    period_from: datetime | None
    recorded_at: datetime
    expires_at: datetime | None
    connection_id: int | None
    source_ref: str | None
    source_value: str | None = field(repr=False)
    exclusion_id: int | None
    suspended: bool
    revoked: bool


_QUERY = (
    sa.select(
        evidence.c.seq,
        evidence.c.event_id,
        evidence.c.contact_id,
        evidence.c.purpose_key,
        evidence.c.event_type,
        evidence.c.ground,
        evidence.c.channel,
        evidence.c.strength,
        evidence.c.occurred_at,
        collection.c.period_from,
        evidence.c.recorded_at,
        evidence.c.expires_at,
        evidence.c.connection_id,
        evidence.c.source_ref,
        evidence.c.source_value,
        evidence.c.exclusion_id,
        sa.or_(
            connection.c.grounds_suspended_at.is_not(None), connection.c.removed_at.is_not(None)
        ).label("suspended"),
        collection.c.revoked_at.is_not(None).label("revoked"),
    )
    .select_from(evidence)
    .outerjoin(collection, collection.c.id == evidence.c.collection_id)
    .outerjoin(connection, connection.c.id == evidence.c.connection_id)
    .order_by(evidence.c.seq)
)


def entries(
    tx: Tx, contact_ids: Sequence[int], purpose_keys: Collection[str]
) -> Iterator[EntryRow]:
    """Give the entries of these contacts filed under these purposes, in the ledger's order."""
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = _QUERY.where(
            evidence.c.contact_id.in_(part), evidence.c.purpose_key.in_(sorted(purpose_keys))
        )
        for row in tx.execute(query):
            yield EntryRow(**row._mapping)


def with_other_grounds(
    tx: Tx, contact_ids: Sequence[int], purpose_keys: Collection[str]
) -> set[int]:
    """Give those of these contacts who have entries filed under other purposes."""
    found: set[int] = set()
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = (
            sa.select(evidence.c.contact_id)
            .where(
                evidence.c.contact_id.in_(part),
                evidence.c.purpose_key.not_in(sorted(purpose_keys)),
            )
            .distinct()
        )
        found.update(tx.execute(query).scalars())
    return found


def purposes_of(tx: Tx, contact_id: int) -> list[str]:
    """Give the purpose keys a contact has entries for, in the order they came."""
    query = (
        sa.select(evidence.c.purpose_key)
        .where(evidence.c.contact_id == contact_id)
        .group_by(evidence.c.purpose_key)
        .order_by(sa.func.min(evidence.c.seq))
    )
    return list(tx.execute(query).scalars())
