"""Queries about purposes (利用目的); a version is never changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.consent import evidence, purpose, purpose_hold


@dataclass(frozen=True, kw_only=True)
class PurposeRow:
    """One version of a purpose: what people are told they agree to.

    `same_as` is the earlier version it says no more than, None where it says more than all of
    them. `held` says that the purpose is under a legal hold.
    """

    id: int
    key: str
    version: int
    message_class: str
    label: str
    text: str
    same_as: int | None
    created_at: datetime
    retired_at: datetime | None
    held: bool


_QUERY = sa.select(
    purpose,
    sa.exists()
    .where(purpose_hold.c.purpose_key == purpose.c.key, purpose_hold.c.lifted_at.is_(None))
    .label("held"),
)


def versions(tx: Tx, keys: Collection[str]) -> dict[str, list[PurposeRow]]:
    """Give every version of each of these purposes that there are, oldest first."""
    query = _QUERY.where(purpose.c.key.in_(sorted(keys))).order_by(purpose.c.version)
    found: dict[str, list[PurposeRow]] = {}
    for row in tx.execute(query):
        found.setdefault(row.key, []).append(_row(row))
    return found


def current(tx: Tx, keys: Collection[str]) -> dict[str, PurposeRow]:
    """Give the newest version of each of these purposes, retired or not."""
    return {key: rows[-1] for key, rows in versions(tx, keys).items()}


def every(tx: Tx) -> list[PurposeRow]:
    """Give the newest version of every purpose, by key."""
    query = _QUERY.order_by(purpose.c.key, purpose.c.version)
    return list({row.key: _row(row) for row in tx.execute(query)}.values())


def add(
    tx: Tx,
    *,
    key: str,
    version: int,
    message_class: str,
    label: str,
    text: str,
    same_as: int | None,
    now: datetime,
) -> PurposeRow:
    """Add a version; give it."""
    tx.execute(
        sa.insert(purpose).values(
            key=key,
            version=version,
            message_class=message_class,
            label=label,
            text=text,
            same_as=same_as,
            created_at=now,
        )
    )
    return current(tx, [key])[key]


def consents(tx: Tx, key: str) -> dict[int | None, int]:
    """Count the entries that name each version of a purpose; None: from before it was described."""
    query = (
        sa.select(purpose.c.version, sa.func.count())
        .select_from(evidence)
        .outerjoin(purpose, purpose.c.id == evidence.c.purpose_id)
        .where(
            evidence.c.purpose_key == key,
            evidence.c.event_type.in_(["given", "renewed", "imported"]),
            evidence.c.exclusion_id.is_(None),
        )
        .group_by(purpose.c.version)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def hold(tx: Tx, key: str, why: str, by: str, now: datetime) -> bool:
    """Put a purpose under a legal hold; say whether it was not yet. The caller holds the ledger."""
    if _standing(tx, key):
        return False
    tx.execute(
        sa.insert(purpose_hold).values(purpose_key=key, why=why[:200], held_at=now, held_by=by)
    )
    return True


def release(tx: Tx, key: str, by: str, now: datetime) -> bool:
    """Lift a purpose's legal hold; say whether there was one."""
    lifted = tx.execute(
        sa.update(purpose_hold)
        .where(purpose_hold.c.purpose_key == key, purpose_hold.c.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
    )
    return lifted.rowcount > 0


def _standing(tx: Tx, key: str) -> bool:
    query = sa.select(purpose_hold.c.id).where(
        purpose_hold.c.purpose_key == key, purpose_hold.c.lifted_at.is_(None)
    )
    return tx.execute(query).first() is not None


def _row(row: sa.Row[Any]) -> PurposeRow:
    return PurposeRow(**row._mapping)
