"""What a declaration covers: the records it might, and the entries that rest on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.consent import evidence
from hub.store.tables.people import link

_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class RecordRow:
    """One living record with what it says yes to (JSON: purpose and when that was first seen)."""

    link_id: int
    ref: str
    contact_id: int | None
    verdict: str
    out: bool
    agreed: str
    attributes_enc: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ProofRow:
    """The newest entry of one record for one purpose, as far as a declaration looks at it."""

    event_type: str
    occurred_at: datetime | None
    expires_at: datetime | None
    collection_id: int | None


@dataclass(frozen=True, kw_only=True)
class Resting:
    """What rests on a declaration: all entries that ever did; those that are still the newest of
    their record, the grounds that fall with it; and whose they are."""

    entries: int
    grounds: int
    numbers: int


def records(tx: Tx, connection_id: int) -> Iterator[list[RecordRow]]:
    """Give a connection's living records page by page."""
    names = [name for name in RecordRow.__dataclass_fields__ if name != "link_id"]
    query = (
        sa.select(link.c.id.label("link_id"), *(link.c[name] for name in names))
        .where(link.c.connection_id == connection_id, link.c.vanished_at.is_(None))
        .order_by(link.c.id)
        .limit(_PAGE)
    )
    after = 0
    while rows := [RecordRow(**r._mapping) for r in tx.execute(query.where(link.c.id > after))]:
        yield rows
        after = rows[-1].link_id


def proofs(
    tx: Tx, connection_id: int, purpose_key: str, contact_ids: Sequence[int]
) -> dict[str, ProofRow]:
    """Give the newest entry of each record behind these contacts for one purpose, by its ref."""
    e = evidence.c
    found: dict[str, ProofRow] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = (
            sa.select(e.source_ref, *(e[name] for name in ProofRow.__dataclass_fields__))
            .where(
                among(tx, e.contact_id, part),
                e.purpose_key == purpose_key,
                e.connection_id == connection_id,
                e.source_ref.is_not(None),
            )
            .order_by(e.seq)
        )
        for ref, *values in tx.execute(query):
            found[ref] = ProofRow(**dict(zip(ProofRow.__dataclass_fields__, values, strict=True)))
    return found


def resting(tx: Tx, collection_id: int) -> Resting:
    """Count what rests on a declaration."""
    e, later = evidence.c, evidence.alias("later").c
    superseded = sa.exists().where(
        later.contact_id == e.contact_id,
        later.purpose_key == e.purpose_key,
        later.connection_id == e.connection_id,
        later.source_ref == e.source_ref,
        later.seq > e.seq,
    )
    mine = e.collection_id == collection_id
    entries = tx.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
    grounds, numbers = tx.execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(e.contact_id))).where(
            mine, ~superseded
        )
    ).one()
    return Resting(entries=int(entries), grounds=int(grounds), numbers=int(numbers))
