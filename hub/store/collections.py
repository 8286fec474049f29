"""Queries about collections (取得方法の申告)."""

from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.consent import collection, document


@dataclass(frozen=True, kw_only=True)
class CollectionRow:
    """One declaration, with the wording and the statement it was signed with.

    `filter` says which of the connection's records it covers: for each attribute the values that
    count; an empty one covers all. `period_until` is None while the form is still in use. `scope`
    is what was promised beside the purpose.
    """

    id: int
    connection_id: int
    purpose_key: str
    method: str
    default_ticked: bool | None
    wording: str
    wording_language: str | None
    form_url: str | None
    form_sha256: str | None
    form_text: str | None
    privacy_notice_url: str | None
    privacy_notice_version: str | None
    scope: Sequence[str]
    period_from: datetime
    period_until: datetime | None
    filter: Mapping[str, Sequence[str]]
    statement: str
    signed_by: str
    user_id: int | None
    declared_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


_wording = document.alias("wording")
_statement = document.alias("statement")
_form = document.alias("form")


def _query() -> sa.Select[Any]:
    return (
        sa.select(
            collection,
            _wording.c.text.label("wording"),
            _wording.c.language.label("wording_language"),
            _statement.c.text.label("statement"),
            _form.c.text.label("form_text"),
        )
        .join(_wording, _wording.c.sha256 == collection.c.wording_sha256)
        .join(_statement, _statement.c.sha256 == collection.c.statement_sha256)
        .outerjoin(_form, _form.c.sha256 == collection.c.form_sha256)
        .order_by(collection.c.id)
    )


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Add a declaration, given by column; give its id."""
    made = tx.execute(sa.insert(collection).values(**values))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def revoke(tx: Tx, collection_id: int, by: str, now: datetime) -> bool:
    """Mark a declaration as revoked; say whether it stood until now."""
    changed = tx.execute(
        sa.update(collection)
        .where(collection.c.id == collection_id, collection.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    return changed.rowcount > 0


def of_connection(tx: Tx, connection_id: int, *, standing_only: bool) -> list[CollectionRow]:
    """Give a connection's declarations, oldest first; revoked ones only if asked for."""
    query = _query().where(collection.c.connection_id == connection_id)
    if standing_only:
        query = query.where(collection.c.revoked_at.is_(None))
    return [_row(row) for row in tx.execute(query)]


def starts(tx: Tx, collection_ids: Many[int]) -> dict[int, datetime]:
    """Give when the period of each of these declarations begins."""
    query = sa.select(collection.c.id, collection.c.period_from).where(
        collection.c.id.in_(sorted(collection_ids))
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def by_id(tx: Tx, collection_id: int) -> CollectionRow | None:
    """Give one declaration, a revoked one too."""
    row = tx.execute(_query().where(collection.c.id == collection_id)).first()
    return None if row is None else _row(row)


def _row(row: sa.Row[Any]) -> CollectionRow:
    values = row._mapping
    return CollectionRow(**{name: values[name] for name in CollectionRow.__dataclass_fields__})
