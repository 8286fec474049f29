"""What people see of opt-outs: each exclusion with the records that were told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.connections import connection
from hub.store.tables.consent import exclusion
from hub.store.tables.optouts import push
from hub.store.tables.people import link
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class ReceiptRow:
    """One record and what its platform said; without a record to tell, `state` is `none`.

    `connection` is the connection's name, `why` the last thing in the way. `since` is when the
    push was made, `acknowledged_at` when the platform took it; `confirmed` says it was read back.
    """

    exclusion_id: int
    scope: str
    origin: str
    occurred_at: datetime
    lifted_at: datetime | None
    connection_id: int | None
    connection: str
    label: str
    ref: str
    change: str
    state: str
    attempts: int
    why: Words
    since: datetime
    next_at: datetime | None
    acknowledged_at: datetime | None
    confirmed: bool


def listing(
    tx: Tx,
    *,
    limit: int,
    before_id: int | None = None,
    exclusion_id: int | None = None,
    contact_id: int | None = None,
    connection_id: int | None = None,
    states: Collection[str] | None = None,
    sites: Collection[int] | None = None,
) -> list[ReceiptRow]:
    """Give receipts, those of the newest exclusion first; at most `limit` of them.

    With `sites` only those of records that belong to one of these sites, by their ids.
    """
    query = (
        sa.select(
            exclusion.c.id,
            exclusion.c.scope,
            exclusion.c.origin,
            exclusion.c.occurred_at,
            exclusion.c.recorded_at,
            exclusion.c.lifted_at,
            push,
            connection.c.name,
            connection.c.label,
            connection.c.state.label("connection_state"),
            connection.c.reason_ja,
            connection.c.reason_en,
        )
        .select_from(exclusion)
        .outerjoin(push, push.c.exclusion_id == exclusion.c.id)
        .outerjoin(connection, connection.c.id == push.c.connection_id)
        .order_by(exclusion.c.id.desc(), push.c.id)
        .limit(limit)
    )
    for column, value in (
        (exclusion.c.id, exclusion_id),
        (exclusion.c.contact_id, contact_id),
        (push.c.connection_id, connection_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if before_id is not None:
        query = query.where(exclusion.c.id < before_id)
    if states is not None:
        query = query.where(push.c.state.in_(sorted(states)))
    if sites is not None:
        query = query.join(
            link, sa.and_(link.c.connection_id == push.c.connection_id, link.c.ref == push.c.ref)
        ).where(link.c.site_id.in_(sites))
    return [_row(row) for row in tx.execute(query)]


def _row(row: sa.Row[Any]) -> ReceiptRow:
    told = row.ref is not None
    # While a connection is parked nothing is tried, so its own reason is what is in the way.
    parked = row.connection_state == "parked" and row.state in ("open", "blocked")
    why = (
        Words(row.reason_ja, row.reason_en) if parked else Words(row.why_ja or "", row.why_en or "")
    )
    return ReceiptRow(
        exclusion_id=row.id,
        scope=row.scope,
        origin=row.origin,
        occurred_at=row.occurred_at,
        lifted_at=row.lifted_at,
        connection_id=row.connection_id,
        connection=row.name or "",
        label=row.label or "",
        ref=row.ref or "",
        change=row.change or "",
        state=row.state if told else "none",
        attempts=row.attempts or 0,
        why=why,
        since=row.created_at or row.recorded_at,
        next_at=row.next_at,
        acknowledged_at=row.acknowledged_at,
        confirmed=bool(row.confirmed),
    )
