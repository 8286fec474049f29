"""What the ledger holds about a set of numbers and one purpose, read in one go."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from hub.store.among import Among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.connections import connection
from hub.store.tables.consent import collection, evidence, purpose


class EntryRow(NamedTuple):
    """One entry of the ledger, as far as the gate looks at it. A tuple: a dry run makes thousands.

    `purpose_version` is the version of the purpose it was given to, None where the purpose was
    not described yet. `period_from` and `revoked` are those of the collection it rests on;
    `suspended` says that the connection it came from vouches for nothing at present, or was
    removed.
    """

    seq: int
    event_id: str
    contact_id: int
    purpose_key: str
    purpose_version: int | None
    event_type: str
    ground: str
    method: str
    channel: str
    strength: int
    occurred_at: datetime | None
    period_from: datetime | None
    recorded_at: datetime
    expires_at: datetime | None
    connection_id: int | None
    source_ref: str | None
    source_value: str | None
    exclusion_id: int | None
    suspended: bool
    revoked: bool

    def __repr__(self) -> str:
        return f"EntryRow(seq={self.seq}, event_id={self.event_id!r})"


_KEYS: tuple[sa.BindParameter[str], ...] = tuple(sa.bindparam(f"key_{place}") for place in range(3))
_ENTRIES = Among(
    sa.select(
        evidence.c.seq,
        evidence.c.event_id,
        evidence.c.contact_id,
        evidence.c.purpose_key,
        purpose.c.version.label("purpose_version"),
        evidence.c.event_type,
        evidence.c.ground,
        evidence.c.method,
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
    .outerjoin(purpose, purpose.c.id == evidence.c.purpose_id)
    .where(evidence.c.purpose_key.in_(_KEYS))
    .order_by(evidence.c.seq),
    evidence.c.contact_id,
)
_OTHERS = Among(
    sa.select(evidence.c.contact_id)
    .where(evidence.c.purpose_key.not_in(_KEYS), evidence.c.event_type != "requested")
    .distinct(),
    evidence.c.contact_id,
)


def entries(
    tx: Tx, contact_ids: Sequence[int], purpose_keys: tuple[str, str, str]
) -> Iterator[EntryRow]:
    """Give the entries of these contacts filed under these purposes, in the ledger's order."""
    keys = _parameters(purpose_keys)
    for part in chunks(list(dict.fromkeys(contact_ids))):
        yield from map(EntryRow._make, _ENTRIES.rows(tx, part, **keys))


def with_other_grounds(
    tx: Tx, contact_ids: Sequence[int], purpose_keys: tuple[str, str, str]
) -> set[int]:
    """Give those of these contacts who have entries filed under other purposes.

    A question that was asked is none of them: it says nothing about the answer.
    """
    keys = _parameters(purpose_keys)
    return {
        row[0]
        for part in chunks(list(dict.fromkeys(contact_ids)))
        for row in _OTHERS.rows(tx, part, **keys)
    }


def purposes_of(tx: Tx, contact_id: int) -> list[str]:
    """Give the purpose keys a contact has entries for, in the order they came.

    Not those that were only asked for.
    """
    query = (
        sa.select(evidence.c.purpose_key)
        .where(evidence.c.contact_id == contact_id, evidence.c.event_type != "requested")
        .group_by(evidence.c.purpose_key)
        .order_by(sa.func.min(evidence.c.seq))
    )
    return list(tx.execute(query).scalars())


def _parameters(purpose_keys: tuple[str, str, str]) -> dict[str, str]:
    return {f"key_{place}": key for place, key in enumerate(purpose_keys)}
