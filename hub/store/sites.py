"""Queries about sites (拠点)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.access import site


@dataclass(frozen=True, kw_only=True)
class SiteRow:
    """One site: its key in addresses, and what people call it."""

    id: int
    key: str
    label: str


_COLUMNS = tuple(site.c[name] for name in SiteRow.__dataclass_fields__)


def by_key(tx: Tx, key: str) -> SiteRow | None:
    """Give the site with this key; None where there is none."""
    row = tx.execute(sa.select(*_COLUMNS).where(site.c.key == key)).first()
    return None if row is None else SiteRow(**row._mapping)


def by_id(tx: Tx, site_id: int) -> SiteRow | None:
    """Give one site; None where there is none."""
    row = tx.execute(sa.select(*_COLUMNS).where(site.c.id == site_id)).first()
    return None if row is None else SiteRow(**row._mapping)


def every(tx: Tx) -> list[SiteRow]:
    """Give all sites by key."""
    rows = tx.execute(sa.select(*_COLUMNS).order_by(site.c.key))
    return [SiteRow(**row._mapping) for row in rows]


def put(tx: Tx, key: str, label: str, now: datetime) -> bool:
    """Make a site, or give the one of this key another label; say whether it is new."""
    changed = tx.execute(sa.update(site).where(site.c.key == key).values(label=label))
    if changed.rowcount:
        return False
    tx.execute(sa.insert(site).values(key=key, label=label, created_at=now))
    return True
