"""Queries about consents on their way back to platforms' records."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.pushes import OPEN, Settled
from hub.store.tables.consent import document, evidence, exclusion
from hub.store.tables.forms import consent_push
from hub.store.tables.optouts import push
from hub.store.tables.people import link


@dataclass(frozen=True, kw_only=True)
class NewConsentPush:
    """A record that has to be told of a consent; `evidence_id` is its ledger entry."""

    evidence_id: str
    contact_id: int
    connection_id: int
    ref: str
    purpose_key: str
    acted_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimedConsent:
    """A push that one worker holds for a while. `attempts` counts the one under way."""

    id: int
    key: str
    ref: str
    purpose_key: str
    acted_at: datetime
    attempts: int
    method: str
    wording: str | None = field(repr=False)
    form_url: str | None
    expires_at: datetime | None
    own_version: str | None


@dataclass(frozen=True, kw_only=True)
class ConsentPushRow:
    """One record that has to be told, and how far that got."""

    evidence_id: str
    connection_id: int
    ref: str
    purpose_key: str
    state: str
    attempts: int
    confirmed: bool
    why_ja: str
    why_en: str
    created_at: datetime
    acknowledged_at: datetime | None


def add(tx: Tx, pushes: Sequence[NewConsentPush], now: datetime) -> int:
    """Add those that are not there yet, due at once; give how many."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(consent_push)
        .on_conflict_do_nothing(index_elements=["evidence_id", "connection_id", "ref"])
        .returning(consent_push.c.id)
    )
    rows = [
        {**vars(each), "key": str(uuid4()), "state": "open", "next_at": now, "created_at": now}
        for each in pushes
    ]
    return len(tx.execute(statement, rows).all()) if rows else 0


def supersede(tx: Tx, contact_id: int, purpose_keys: Collection[str]) -> int:
    """End the open pushes about these purposes of a number; give how many."""
    return tx.execute(
        sa.update(consent_push)
        .where(
            consent_push.c.contact_id == contact_id,
            consent_push.c.purpose_key.in_(sorted(purpose_keys)),
            consent_push.c.state.in_(OPEN),
        )
        .values(state="superseded")
    ).rowcount


def due_connections(tx: Tx, now: datetime) -> list[int]:
    """Give the connections that have pushes due, the longest waiting first."""
    query = (
        sa.select(consent_push.c.connection_id)
        .where(consent_push.c.state.in_(OPEN), consent_push.c.next_at <= now)
        .group_by(consent_push.c.connection_id)
        .order_by(sa.func.min(consent_push.c.next_at))
    )
    return list(tx.execute(query).scalars())


def overtaken(tx: Tx, connection_id: int, now: datetime, oldest: datetime) -> int:
    """End the due pushes of a connection that are worth nothing any more; give how many.

    Those are the ones whose number said stop meanwhile, and the ones made before `oldest`.
    """
    stopped = sa.exists().where(
        exclusion.c.contact_id == consent_push.c.contact_id,
        exclusion.c.lifted_at.is_(None),
        exclusion.c.scope.in_(["all", "promotional"])
        | (exclusion.c.scope == sa.literal("purpose:") + consent_push.c.purpose_key),
    )
    withdrawn = sa.exists().where(
        evidence.c.contact_id == consent_push.c.contact_id,
        evidence.c.event_type.in_(["withdrawn", "refused"]),
        evidence.c.recorded_at >= consent_push.c.created_at,
        evidence.c.purpose_key.in_(["all", "promotional"])
        | (evidence.c.purpose_key == consent_push.c.purpose_key),
    )
    return tx.execute(
        sa.update(consent_push)
        .where(
            consent_push.c.connection_id == connection_id,
            consent_push.c.state.in_(OPEN),
            consent_push.c.next_at <= now,
            stopped | withdrawn | (consent_push.c.created_at < oldest),
        )
        .values(state="superseded")
    ).rowcount


def claim(
    tx: Tx, connection_id: int, now: datetime, until: datetime, limit: int
) -> list[ClaimedConsent]:
    """Take due pushes of a connection for one worker until then, oldest first."""
    query = (
        sa.select(
            consent_push,
            evidence.c.method,
            evidence.c.form_url,
            evidence.c.expires_at,
            document.c.text.label("wording"),
            link.c.own_version,
        )
        .join(evidence, evidence.c.event_id == consent_push.c.evidence_id)
        .outerjoin(document, document.c.sha256 == evidence.c.wording_sha256)
        .outerjoin(
            link,
            sa.and_(
                link.c.connection_id == consent_push.c.connection_id,
                link.c.ref == consent_push.c.ref,
            ),
        )
        .where(
            consent_push.c.connection_id == connection_id,
            consent_push.c.state.in_(OPEN),
            consent_push.c.next_at <= now,
            sa.or_(consent_push.c.claimed_until.is_(None), consent_push.c.claimed_until <= now),
            ~_opt_out_first(now),
        )
        .order_by(consent_push.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=consent_push)
    )
    claimed = [
        ClaimedConsent(
            id=row.id,
            key=row.key,
            ref=row.ref,
            purpose_key=row.purpose_key,
            acted_at=row.acted_at,
            attempts=row.attempts + 1,
            method=row.method,
            wording=row.wording,
            form_url=row.form_url,
            expires_at=row.expires_at,
            own_version=row.own_version,
        )
        for row in tx.execute(query)
    ]
    for part in chunks([each.id for each in claimed]):
        tx.execute(
            sa.update(consent_push)
            .where(consent_push.c.id.in_(part))
            .values(claimed_until=until, next_at=until, attempts=consent_push.c.attempts + 1)
        )
    return claimed


def listing(tx: Tx, states: Collection[str] | None, limit: int) -> list[ConsentPushRow]:
    """Give pushes in these states, or in any, the newest first."""
    query = (
        sa.select(*(consent_push.c[name] for name in ConsentPushRow.__dataclass_fields__))
        .order_by(consent_push.c.id.desc())
        .limit(limit)
    )
    if states is not None:
        query = query.where(consent_push.c.state.in_(sorted(states)))
    return [ConsentPushRow(**row._mapping) for row in tx.execute(query)]


def _opt_out_first(now: datetime) -> sa.ColumnElement[bool]:
    """A record that is to be told of an opt-out, or of its end, is told that first."""
    return sa.exists().where(
        push.c.connection_id == consent_push.c.connection_id,
        push.c.ref == consent_push.c.ref,
        sa.or_(sa.and_(push.c.state == "open", push.c.next_at <= now), push.c.claimed_until > now),
    )


def settle(tx: Tx, settled: Sequence[Settled]) -> None:
    """Store how claimed pushes ended. One superseded meanwhile only gives its claim back."""
    for each in settled:
        mine = sa.and_(consent_push.c.id == each.id, consent_push.c.attempts == each.attempts)
        tx.execute(sa.update(consent_push).where(mine).values(claimed_until=None))
        tx.execute(
            sa.update(consent_push)
            .where(mine, consent_push.c.state.in_(OPEN))
            .values(
                state=each.state,
                next_at=each.next_at,
                confirmed=each.confirmed,
                why_ja=each.why.ja,
                why_en=each.why.en,
                acknowledged_at=each.acknowledged_at,
            )
        )
