"""Queries about purposes (利用目的); a version is never changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.consent import purpose


@dataclass(frozen=True, kw_only=True)
class PurposeRow:
    """One version of a purpose: what people are told they agree to."""

    id: int
    key: str
    version: int
    message_class: str
    label: str
    text: str
    created_at: datetime
    retired_at: datetime | None


def current(tx: Tx, keys: Collection[str]) -> dict[str, PurposeRow]:
    """Give the newest version of each of these purposes, retired or not."""
    query = sa.select(purpose).where(purpose.c.key.in_(sorted(keys))).order_by(purpose.c.version)
    return {row.key: _row(row) for row in tx.execute(query)}


def every(tx: Tx) -> list[PurposeRow]:
    """Give the newest version of every purpose, by key."""
    query = sa.select(purpose).order_by(purpose.c.key, purpose.c.version)
    return list({row.key: _row(row) for row in tx.execute(query)}.values())


def add(
    tx: Tx, *, key: str, version: int, message_class: str, label: str, text: str, now: datetime
) -> PurposeRow:
    """Add a version."""
    made = tx.execute(
        sa.insert(purpose).values(
            key=key,
            version=version,
            message_class=message_class,
            label=label,
            text=text,
            created_at=now,
        )
    )
    return PurposeRow(
        id=int(made.inserted_primary_key[0]),  # type: ignore[index]
        key=key,
        version=version,
        message_class=message_class,
        label=label,
        text=text,
        created_at=now,
        retired_at=None,
    )


def _row(row: sa.Row[Any]) -> PurposeRow:
    return PurposeRow(**row._mapping)
