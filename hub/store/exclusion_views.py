"""The exclusion list as people read it: page by page, or all of it for a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.connections import connection
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.people import contact

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ListedRow:
    """One row of the list. `lookup` and `number_enc` are the number's, None where none is kept.

    `connection` is the name of the connection it was read from, where it was read from one.
    """

    id: int
    contact_id: int
    scope: str
    origin: str
    connection: str | None
    source_ref: str | None
    message_id: int | None
    actor: str
    note: str = field(repr=False)
    occurred_at: datetime
    recorded_at: datetime
    repeated_at: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None
    lookup: bytes = field(repr=False)
    number_enc: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One time a row of the list was asked for or taken back, as the ledger has it."""

    event_type: str
    method: str
    actor: str
    connection: str | None
    source_ref: str | None
    attachments: tuple[str, ...]
    occurred_at: datetime | None
    recorded_at: datetime


def page(
    tx: Tx, *, limit: int, before_id: int | None = None, contact_id: int | None = None
) -> list[ListedRow]:
    """Give standing rows, the newest first, from below `before_id` on; of one contact also those
    that were lifted."""
    query = _query().order_by(exclusion.c.id.desc()).limit(limit)
    if contact_id is None:
        query = query.where(exclusion.c.lifted_at.is_(None))
    else:
        query = query.where(exclusion.c.contact_id == contact_id)
    if before_id is not None:
        query = query.where(exclusion.c.id < before_id)
    return [_row(row) for row in tx.execute(query)]


def one(tx: Tx, exclusion_id: int) -> ListedRow | None:
    """Give one row; None where there is none."""
    row = tx.execute(_query().where(exclusion.c.id == exclusion_id)).first()
    return None if row is None else _row(row)


def stream(tx: Tx, *, lifted_too: bool) -> Iterator[ListedRow]:
    """Give all standing rows, the oldest first, in flat memory; if asked the lifted ones too."""
    query = _query().order_by(exclusion.c.id).execution_options(yield_per=1000)
    if not lifted_too:
        query = query.where(exclusion.c.lifted_at.is_(None))
    for row in tx.execute(query):
        yield _row(row)


def count(tx: Tx) -> int:
    """Count the standing rows."""
    query = sa.select(sa.func.count()).select_from(exclusion).where(exclusion.c.lifted_at.is_(None))
    return int(tx.execute(query).scalar_one())


def steps(tx: Tx, exclusion_id: int) -> list[StepRow]:
    """Give every time one row was asked for or taken back, the oldest first."""
    e = evidence.c
    query = (
        sa.select(
            e.event_type,
            e.method,
            e.actor,
            connection.c.name.label("connection"),
            e.source_ref,
            e.attachments,
            e.occurred_at,
            e.recorded_at,
        )
        .select_from(evidence)
        .outerjoin(connection, connection.c.id == e.connection_id)
        .where(e.exclusion_id == exclusion_id)
        .order_by(e.seq)
    )
    return [
        StepRow(**{**row._mapping, "attachments": tuple(row.attachments or ())})
        for row in tx.execute(query)
    ]


def _query() -> sa.Select[Any]:
    names = [
        name
        for name in ListedRow.__dataclass_fields__
        if name not in ("connection", "lookup", "number_enc")
    ]
    return (
        sa.select(
            *(exclusion.c[name] for name in names),
            connection.c.name.label("connection"),
            contact.c.lookup,
            contact.c.number_enc,
        )
        .select_from(exclusion)
        .join(contact, contact.c.id == exclusion.c.contact_id)
        .outerjoin(connection, connection.c.id == exclusion.c.connection_id)
    )


def _row(row: sa.Row[Any]) -> ListedRow:
    return ListedRow(**row._mapping)
