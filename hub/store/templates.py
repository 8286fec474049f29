"""Queries about templates. A version is never changed; a new text is a new version."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.messages import template


@dataclass(frozen=True, kw_only=True)
class TemplateRow:
    """One version of a template.

    `confirmed_why` is the reason an administrator gave for letting it pass with warnings.
    """

    id: int
    key: str
    version: int
    label: str
    purpose_key: str
    language: str
    body: str
    created_at: datetime
    created_by: str
    confirmed_why: str | None
    retired_at: datetime | None


_COLUMNS = tuple(template.c[name] for name in TemplateRow.__dataclass_fields__)


def latest(tx: Tx, key: str) -> TemplateRow | None:
    """Give the newest version of a template, a retired one too."""
    query = (
        sa.select(*_COLUMNS)
        .where(template.c.key == key)
        .order_by(template.c.version.desc())
        .limit(1)
    )
    row = tx.execute(query).first()
    return None if row is None else TemplateRow(**row._mapping)


def by_id(tx: Tx, template_id: int) -> TemplateRow | None:
    """Give one version of a template."""
    row = tx.execute(sa.select(*_COLUMNS).where(template.c.id == template_id)).first()
    return None if row is None else TemplateRow(**row._mapping)


def labels(tx: Tx, template_ids: Collection[int]) -> dict[int, str]:
    """Give the labels of these versions."""
    query = sa.select(template.c.id, template.c.label).where(template.c.id.in_(list(template_ids)))
    return {row[0]: row[1] for row in tx.execute(query)}


def all_latest(tx: Tx) -> list[TemplateRow]:
    """Give the newest version of every template that is not retired, by key."""
    newest = sa.select(sa.func.max(template.c.version)).where(
        template.c.key == sa.literal_column("outer_template.key")
    )
    outer = template.alias("outer_template")
    query = (
        sa.select(*(outer.c[name] for name in TemplateRow.__dataclass_fields__))
        .where(outer.c.version == newest.scalar_subquery(), outer.c.retired_at.is_(None))
        .order_by(outer.c.key)
    )
    return [TemplateRow(**row._mapping) for row in tx.execute(query)]


def add_version(
    tx: Tx,
    *,
    key: str,
    label: str,
    purpose_key: str,
    language: str,
    body: str,
    actor: str,
    now: datetime,
    confirmed_why: str | None = None,
) -> TemplateRow:
    """Store the next version of a template, or the first; give it."""
    before = latest(tx, key)
    row = tx.execute(
        sa.insert(template)
        .values(
            key=key,
            version=1 if before is None else before.version + 1,
            label=label,
            purpose_key=purpose_key,
            language=language,
            body=body,
            created_at=now,
            created_by=actor,
            confirmed_why=confirmed_why,
        )
        .returning(*_COLUMNS)
    ).one()
    return TemplateRow(**row._mapping)
