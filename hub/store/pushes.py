"""Queries about pushes: records that have to be told of an opt-out, or of its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.among import among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.consent import exclusion
from hub.store.tables.optouts import push
from hub.store.tables.people import link
from hub.values.words import Words

OPEN = ("open", "blocked")
"""States in which the platform has not acknowledged yet."""


@dataclass(frozen=True, kw_only=True)
class NewPush:
    """A record that has to be told."""

    exclusion_id: int
    connection_id: int
    ref: str
    change: str
    acted_at: datetime


@dataclass(frozen=True, kw_only=True)
class PushRow:
    """One record that has to be told, and how far that got."""

    id: int
    exclusion_id: int
    contact_id: int
    connection_id: int
    ref: str
    change: str
    acted_at: datetime
    state: str
    attempts: int
    claimed_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class ClaimedPush:
    """A push that one worker holds for a while. `attempts` counts the one under way."""

    id: int
    key: str
    ref: str
    change: str
    scope: str
    origin: str
    acted_at: datetime
    attempts: int
    own_version: str | None


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How a claimed push ended. It is stored only while the claim of that attempt stands."""

    id: int
    attempts: int
    state: str
    next_at: datetime
    confirmed: bool
    why: Words
    acknowledged_at: datetime | None


def add(tx: Tx, pushes: Sequence[NewPush], now: datetime) -> int:
    """Add those that are not there yet, due at once; give how many."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(push)
        .on_conflict_do_nothing(index_elements=["exclusion_id", "connection_id", "ref", "change"])
        .returning(push.c.id)
    )
    rows = [
        {
            "key": str(uuid4()),
            "exclusion_id": each.exclusion_id,
            "connection_id": each.connection_id,
            "ref": each.ref,
            "change": each.change,
            "acted_at": each.acted_at,
            "state": "open",
            "next_at": now,
            "created_at": now,
        }
        for each in pushes
    ]
    return len(tx.execute(statement, rows).all()) if rows else 0


def of_contacts(tx: Tx, contact_ids: Sequence[int]) -> Iterator[PushRow]:
    """Give all pushes about these contacts, oldest first."""
    columns = [push.c[name] for name in PushRow.__dataclass_fields__ if name != "contact_id"]
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = (
            sa.select(*columns, exclusion.c.contact_id)
            .join(exclusion, exclusion.c.id == push.c.exclusion_id)
            .where(among(tx, exclusion.c.contact_id, part))
            .order_by(push.c.id)
        )
        for row in tx.execute(query):
            yield PushRow(**row._mapping)


def supersede(tx: Tx, push_ids: Sequence[int]) -> dict[int, int]:
    """End those of these pushes that are still open; give how often each of them was tried.

    The number is read as the row is written: a worker may have just begun to try.
    """
    tried: dict[int, int] = {}
    for part in chunks(push_ids):
        ended = tx.execute(
            sa.update(push)
            .where(push.c.id.in_(part), push.c.state.in_(OPEN))
            .values(state="superseded")
            .returning(push.c.id, push.c.attempts)
        )
        tried.update((row.id, row.attempts) for row in ended)
    return tried


def reopen(tx: Tx, connection_id: int, refs: Sequence[str], now: datetime) -> int:
    """Tell these records again of exclusions that stand and were acknowledged; give how many."""
    standing = sa.select(exclusion.c.id).where(exclusion.c.lifted_at.is_(None))
    reopened = 0
    for part in chunks(refs):
        reopened += tx.execute(
            sa.update(push)
            .where(
                push.c.connection_id == connection_id,
                push.c.ref.in_(part),
                push.c.change == "opt_out",
                push.c.state.in_(["done", "gone"]),
                push.c.exclusion_id.in_(standing),
            )
            .values(state="open", next_at=now, attempts=0, acknowledged_at=None, confirmed=False)
        ).rowcount
    return reopened


def due_connections(tx: Tx, now: datetime) -> list[int]:
    """Give the connections that have pushes due, the longest waiting first."""
    query = (
        sa.select(push.c.connection_id)
        .where(push.c.state.in_(OPEN), push.c.next_at <= now)
        .group_by(push.c.connection_id)
        .order_by(sa.func.min(push.c.next_at))
    )
    return list(tx.execute(query).scalars())


def claim(
    tx: Tx, connection_id: int, now: datetime, until: datetime, limit: int
) -> list[ClaimedPush]:
    """Take due pushes of a connection for one worker until then, oldest first.

    A record that somebody is writing to is left alone, so that an opt-out and its end never
    overtake each other. Of one record one push is taken at a time.
    """
    other = push.alias("other")
    busy = sa.exists().where(
        other.c.connection_id == push.c.connection_id,
        other.c.ref == push.c.ref,
        other.c.claimed_until > now,
    )
    earlier = sa.exists().where(
        other.c.connection_id == push.c.connection_id,
        other.c.ref == push.c.ref,
        other.c.state.in_(OPEN),
        other.c.next_at <= now,
        other.c.id < push.c.id,
    )
    query = (
        sa.select(push, exclusion.c.scope, exclusion.c.origin, link.c.own_version)
        .join(exclusion, exclusion.c.id == push.c.exclusion_id)
        .outerjoin(
            link, sa.and_(link.c.connection_id == push.c.connection_id, link.c.ref == push.c.ref)
        )
        .where(
            push.c.connection_id == connection_id,
            push.c.state.in_(OPEN),
            push.c.next_at <= now,
            ~busy,
            ~earlier,
        )
        .order_by(push.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=push)
    )
    rows = tx.execute(query).all()
    claimed = [
        ClaimedPush(
            id=row.id,
            key=row.key,
            ref=row.ref,
            change=row.change,
            scope=row.scope,
            origin=row.origin,
            acted_at=row.acted_at,
            attempts=row.attempts + 1,
            own_version=row.own_version,
        )
        for row in rows
    ]
    for part in chunks([each.id for each in claimed]):
        tx.execute(
            sa.update(push)
            .where(push.c.id.in_(part))
            .values(claimed_until=until, next_at=until, attempts=push.c.attempts + 1)
        )
    return claimed


def settle(tx: Tx, settled: Sequence[Settled]) -> None:
    """Store how claimed pushes ended. One superseded meanwhile only gives its claim back."""
    for each in settled:
        mine = sa.and_(push.c.id == each.id, push.c.attempts == each.attempts)
        tx.execute(sa.update(push).where(mine).values(claimed_until=None))
        tx.execute(
            sa.update(push)
            .where(mine, push.c.state.in_(OPEN))
            .values(
                state=each.state,
                next_at=each.next_at,
                confirmed=each.confirmed,
                why_ja=each.why.ja,
                why_en=each.why.en,
                acknowledged_at=each.acknowledged_at,
            )
        )


def remember_versions(tx: Tx, connection_id: int, versions: dict[str, str]) -> None:
    """Keep the versions that our own writes made, by record, to know their echo."""
    if versions:
        tx.execute(
            sa.update(link)
            .where(link.c.connection_id == connection_id, link.c.ref == sa.bindparam("of_ref"))
            .values(own_version=sa.bindparam("made")),
            [{"of_ref": ref, "made": version[:80]} for ref, version in versions.items()],
        )


def waiting(tx: Tx) -> bool:
    """Say whether any record has not been told yet."""
    return (
        tx.execute(sa.select(push.c.id).where(push.c.state.in_(OPEN)).limit(1)).first() is not None
    )
