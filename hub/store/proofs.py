"""Queries for exports of the ledger: whom to tell of, and what each entry names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.exclusions import ExclusionRow
from hub.store.tables.connections import connection
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.messages import message
from hub.store.tables.optouts import push
from hub.store.tables.people import contact


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Whose proof is asked for; what is None asks nothing.

    With a purpose, people who have an entry about it. With times, people of whom something was
    recorded from `since` on and before `until` (UTC).
    """

    contact_id: int | None = None
    purpose_key: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OriginRow:
    """A connection as an entry's source; removed ones too."""

    id: int
    name: str
    label: str
    plugin: str
    account_label: str | None


@dataclass(frozen=True, kw_only=True)
class ToldRow:
    """One record that was told of an exclusion, and what became of it."""

    exclusion_id: int
    connection: str
    ref: str
    change: str
    state: str
    confirmed: bool
    acknowledged_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SentRow:
    """How many SMS went through one gateway on the ground of one entry, and when."""

    evidence_id: str
    gateway_id: int
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubjectRow:
    """A contact as the one a record is about: its keyed hash, and since when it is erased."""

    id: int
    lookup: bytes = field(repr=False)
    erased_at: datetime | None


def people(tx: Tx, wanted: Selection, *, after: int, limit: int) -> list[int]:
    """Give the contacts asked for, by id, those after `after`."""
    query = _people(wanted).where(evidence.c.contact_id > after)
    return list(tx.execute(query.order_by(evidence.c.contact_id).limit(limit)).scalars())


def count_people(tx: Tx, wanted: Selection) -> int:
    """Count the contacts asked for."""
    inner = _people(wanted).subquery()
    return int(tx.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one())


def _people(wanted: Selection) -> sa.Select[Any]:
    query = sa.select(evidence.c.contact_id).distinct()
    if wanted.contact_id is not None:
        query = query.where(evidence.c.contact_id == wanted.contact_id)
    if wanted.purpose_key is not None:
        query = query.where(evidence.c.purpose_key == wanted.purpose_key)
    if wanted.since is not None:
        query = query.where(evidence.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(evidence.c.recorded_at < wanted.until)
    return query


def subjects(tx: Tx, contact_ids: Sequence[int]) -> dict[int, SubjectRow]:
    """Give these contacts."""
    query = sa.select(contact.c.id, contact.c.lookup, contact.c.erased_at).where(
        among(tx, contact.c.id, contact_ids)
    )
    return {row.id: SubjectRow(**row._mapping) for row in tx.execute(query)}


def origins(tx: Tx) -> dict[int, OriginRow]:
    """Give every connection there is or was."""
    columns = [connection.c[name] for name in OriginRow.__dataclass_fields__]
    return {row.id: OriginRow(**row._mapping) for row in tx.execute(sa.select(*columns))}


def exclusions(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[ExclusionRow]]:
    """Give the exclusion list's rows of these contacts, lifted ones too, oldest first."""
    found: dict[int, list[ExclusionRow]] = {id_: [] for id_ in contact_ids}
    columns = [exclusion.c[name] for name in ExclusionRow.__dataclass_fields__]
    query = sa.select(*columns).where(among(tx, exclusion.c.contact_id, contact_ids))
    for row in tx.execute(query.order_by(exclusion.c.id)):
        found[row.contact_id].append(ExclusionRow(**row._mapping))
    return found


def told(tx: Tx, exclusion_ids: Sequence[int]) -> dict[int, list[ToldRow]]:
    """Give the records that were told of these exclusions, or of their end."""
    found: dict[int, list[ToldRow]] = {id_: [] for id_ in exclusion_ids}
    query = (
        sa.select(push, connection.c.name.label("connection"))
        .join(connection, connection.c.id == push.c.connection_id)
        .where(among(tx, push.c.exclusion_id, exclusion_ids))
        .order_by(push.c.id)
    )
    for row in tx.execute(query):
        values = {name: row._mapping[name] for name in ToldRow.__dataclass_fields__}
        found[row.exclusion_id].append(ToldRow(**values))
    return found


def sent(tx: Tx, contact_ids: Sequence[int]) -> dict[str, list[SentRow]]:
    """Give by entry what was handed to a gateway on its ground."""
    m = message.c
    query = (
        sa.select(
            m.evidence_id,
            m.gateway_id,
            sa.func.count().label("count"),
            sa.func.min(m.submitted_at).label("first_at"),
            sa.func.max(m.submitted_at).label("last_at"),
        )
        .where(
            among(tx, m.contact_id, contact_ids),
            m.evidence_id.is_not(None),
            m.submitted_at.is_not(None),
        )
        .group_by(m.evidence_id, m.gateway_id)
    )
    found: dict[str, list[SentRow]] = {}
    for row in tx.execute(query):
        found.setdefault(row.evidence_id, []).append(SentRow(**row._mapping))
    return found
