"""Queries about the keys of the REST API."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.api import api_key


@dataclass(frozen=True, kw_only=True)
class ApiKeyRow:
    """One key: what it may do, from where, until when. Its secret is known by its hash alone."""

    id: int
    prefix: str
    secret_hash: bytes = field(repr=False)
    label: str
    scopes: Sequence[str]
    networks: Sequence[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = tuple(api_key.c[name] for name in ApiKeyRow.__dataclass_fields__)


def add(
    tx: Tx,
    *,
    prefix: str,
    secret_hash: bytes,
    label: str,
    scopes: Sequence[str],
    networks: Sequence[str],
    by: str,
    now: datetime,
    expires_at: datetime,
) -> ApiKeyRow:
    """Keep a new key."""
    row = tx.execute(
        sa.insert(api_key)
        .values(
            prefix=prefix,
            secret_hash=secret_hash,
            label=label,
            scopes=list(scopes),
            networks=list(networks),
            created_at=now,
            created_by=by,
            expires_at=expires_at,
        )
        .returning(*_COLUMNS)
    ).one()
    return _row(row)


def find(tx: Tx, prefix: str) -> ApiKeyRow | None:
    """Give the key with this prefix, a revoked or expired one too."""
    row = tx.execute(sa.select(*_COLUMNS).where(api_key.c.prefix == prefix)).first()
    return None if row is None else _row(row)


def every(tx: Tx) -> list[ApiKeyRow]:
    """Give all keys, newest first."""
    return [_row(row) for row in tx.execute(sa.select(*_COLUMNS).order_by(api_key.c.id.desc()))]


def revoke(tx: Tx, prefix: str, by: str, now: datetime) -> bool:
    """End a key; say whether it was in force."""
    done = tx.execute(
        sa.update(api_key)
        .where(api_key.c.prefix == prefix, api_key.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    return done.rowcount > 0


def used(tx: Tx, key_id: int, now: datetime) -> None:
    """Note when a key was last used."""
    tx.execute(sa.update(api_key).where(api_key.c.id == key_id).values(last_used_at=now))


def _row(row: sa.Row[Any]) -> ApiKeyRow:
    values = row._mapping
    return ApiKeyRow(
        **{
            **values,
            "secret_hash": bytes(values["secret_hash"]),
            "scopes": tuple(values["scopes"]),
            "networks": tuple(values["networks"]),
        }
    )
