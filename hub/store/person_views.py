"""Queries for the people pages: records page by page, and one number with all its parts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import connections, consent, people

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One record behind a number, for a list."""

    link_id: int
    contact_id: int | None
    connection: str
    ref: str
    verdict: str
    out: bool
    read_at: datetime
    lookup: bytes | None = field(repr=False)
    number_enc: bytes | None = field(repr=False)
    excluded: int


@dataclass(frozen=True, kw_only=True)
class EvidenceRow:
    """One row of the ledger as people read it."""

    event_id: str
    event_type: str
    ground: str
    purpose_key: str
    method: str
    strength: int
    wording: str | None
    occurred_at: datetime | None
    recorded_at: datetime
    expires_at: datetime | None
    actor: str
    source_ref: str | None
    source_field: str | None
    source_value: str | None
    collection_id: int | None


@dataclass(frozen=True, kw_only=True)
class ExclusionRow:
    """One row of the exclusion list."""

    id: int
    scope: str
    origin: str
    occurred_at: datetime
    lifted_at: datetime | None


def _people() -> sa.Select[Any]:
    link, contact = people.link, people.contact
    excluded = (
        sa.select(sa.func.count())
        .where(
            consent.exclusion.c.contact_id == link.c.contact_id,
            consent.exclusion.c.lifted_at.is_(None),
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            link.c.id,
            link.c.contact_id,
            connections.connection.c.name,
            link.c.ref,
            link.c.verdict,
            link.c.out,
            link.c.read_at,
            contact.c.lookup,
            contact.c.number_enc,
            excluded.label("excluded"),
        )
        .join(connections.connection, connections.connection.c.id == link.c.connection_id)
        .outerjoin(contact, contact.c.id == link.c.contact_id)
        .where(link.c.vanished_at.is_(None))
    )


def _person(r: sa.Row[Any]) -> PersonRow:
    return PersonRow(
        link_id=r.id,
        contact_id=r.contact_id,
        connection=r.name,
        ref=r.ref,
        verdict=r.verdict,
        out=r.out,
        read_at=r.read_at,
        lookup=r.lookup,
        number_enc=r.number_enc,
        excluded=r.excluded,
    )


def people_page(
    tx: Tx, *, after: int, verdict: str | None = None, sites: Collection[int] | None = None
) -> list[PersonRow]:
    """Give a page of living links by id, those after `after`; one more than a page holds.

    `sites` are the ids of the sites whose links count; None: all.
    """
    query = _people().where(people.link.c.id > after)
    if verdict is not None:
        query = query.where(people.link.c.verdict == verdict)
    if sites is not None:
        query = query.where(people.link.c.site_id.in_(sites))
    return [_person(r) for r in tx.execute(query.order_by(people.link.c.id).limit(PAGE + 1))]


def people_of(tx: Tx, contact_id: int, sites: Collection[int] | None = None) -> list[PersonRow]:
    """Give the living links of one number, those of these sites or all."""
    query = _people().where(people.link.c.contact_id == contact_id).order_by(people.link.c.id)
    if sites is not None:
        query = query.where(people.link.c.site_id.in_(sites))
    return [_person(r) for r in tx.execute(query)]


def site_of(tx: Tx, contact_id: int) -> int | None:
    """Give the site of a number itself, whatever its records'; None where it has none."""
    query = sa.select(people.contact.c.site_id).where(people.contact.c.id == contact_id)
    found: int | None = tx.execute(query).scalar()
    return found


def evidence_of(tx: Tx, contact_id: int) -> list[EvidenceRow]:
    """Give the ledger's rows about one number, the newest first, with the words people saw."""
    e, d = consent.evidence, consent.document
    rows = tx.execute(
        sa.select(e, d.c.text.label("wording"))
        .outerjoin(d, d.c.sha256 == e.c.wording_sha256)
        .where(e.c.contact_id == contact_id)
        .order_by(e.c.seq.desc())
    )
    return [
        EvidenceRow(
            event_id=r.event_id,
            event_type=r.event_type,
            ground=r.ground,
            purpose_key=r.purpose_key,
            method=r.method,
            strength=r.strength,
            wording=r.wording,
            occurred_at=r.occurred_at,
            recorded_at=r.recorded_at,
            expires_at=r.expires_at,
            actor=r.actor,
            source_ref=r.source_ref,
            source_field=r.source_field,
            source_value=r.source_value,
            collection_id=r.collection_id,
        )
        for r in rows
    ]


def exclusions_of(tx: Tx, contact_id: int) -> list[ExclusionRow]:
    """Give the exclusion list's rows about one number, lifted ones too, the newest first."""
    x = consent.exclusion
    rows = tx.execute(sa.select(x).where(x.c.contact_id == contact_id).order_by(x.c.id.desc()))
    return [
        ExclusionRow(
            id=r.id,
            scope=r.scope,
            origin=r.origin,
            occurred_at=r.occurred_at,
            lifted_at=r.lifted_at,
        )
        for r in rows
    ]
