"""Queries about the exclusion list (送信除外リスト); a lifted row stays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.bulk import inserting, write
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.consent import evidence, exclusion


@dataclass(frozen=True, kw_only=True)
class ExclusionRow:
    """One number that must not be texted, for what, and who said so when (UTC).

    `repeated_at` is when the person last said it in some other way, or None.
    """

    id: int
    contact_id: int
    scope: str
    origin: str
    connection_id: int | None
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

    @property
    def said_last(self) -> datetime:
        """When the person last said it."""
        return max(self.occurred_at, self.repeated_at or self.occurred_at)


@dataclass(frozen=True, kw_only=True)
class NewExclusion:
    """A number that is to go on the list."""

    contact_id: int
    scope: str
    origin: str
    actor: str
    occurred_at: datetime
    connection_id: int | None = None
    source_ref: str | None = None
    message_id: int | None = None
    note: str = field(default="", repr=False)


_ROWS = inserting(exclusion, [*NewExclusion.__dataclass_fields__, "recorded_at"])


@dataclass(frozen=True, kw_only=True)
class SaidRow:
    """One time an exclusion was asked for, as the ledger has it."""

    exclusion_id: int
    connection_id: int | None
    source_ref: str | None
    method: str
    occurred_at: datetime | None


def add(tx: Tx, rows: Sequence[NewExclusion], now: datetime) -> list[ExclusionRow]:
    """Add rows; give them in the order given. The caller holds the contacts' locks.

    The store refuses a second active row of one contact and scope.
    """
    write(tx, _ROWS, [(*vars(row).values(), now) for row in rows])
    # Of one scope a contact has one active row: the ones just made are found by that.
    ids = _ids_of_active(tx, [row.contact_id for row in rows])
    return [
        ExclusionRow(
            id=ids[row.contact_id, row.scope],
            **vars(row) | {"occurred_at": row.occurred_at.astimezone(UTC)},
            recorded_at=now.astimezone(UTC),
            repeated_at=None,
            lifted_at=None,
            lifted_by=None,
            lifted_why=None,
        )
        for row in rows
    ]


def repeat(tx: Tx, said_again: Mapping[int, datetime]) -> None:
    """Note by exclusion when the person said it again."""
    if said_again:
        tx.execute(
            sa.update(exclusion)
            .where(exclusion.c.id == sa.bindparam("of_id"))
            .values(repeated_at=sa.bindparam("at")),
            [{"of_id": id_, "at": at} for id_, at in sorted(said_again.items())],
        )


def lift(tx: Tx, exclusion_ids: Sequence[int], by: str, why: str, now: datetime) -> int:
    """Lift those of these rows that are active; give how many."""
    lifted = 0
    for part in chunks(exclusion_ids):
        lifted += tx.execute(
            sa.update(exclusion)
            .where(among(tx, exclusion.c.id, part), exclusion.c.lifted_at.is_(None))
            .values(lifted_at=now, lifted_by=by, lifted_why=why)
        ).rowcount
    return lifted


def active(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[ExclusionRow]]:
    """Give the active rows of each contact, oldest first; a contact may have none."""
    found: dict[int, list[ExclusionRow]] = {id_: [] for id_ in contact_ids}
    for part in chunks(list(found)):
        query = (
            sa.select(exclusion)
            .where(among(tx, exclusion.c.contact_id, part), exclusion.c.lifted_at.is_(None))
            .order_by(exclusion.c.id)
        )
        for row in tx.execute(query):
            found[row.contact_id].append(_row(row))
    return found


def taken_back(tx: Tx, contact_ids: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Give for contact and scope when that was last said of what was lifted again since."""
    said = sa.func.coalesce(exclusion.c.repeated_at, exclusion.c.occurred_at)
    columns = (exclusion.c.contact_id, exclusion.c.scope, exclusion.c.occurred_at, said)
    found: dict[tuple[int, str], datetime] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = sa.select(*columns).where(
            among(tx, exclusion.c.contact_id, part), exclusion.c.lifted_at.is_not(None)
        )
        for contact_id, scope, first, last in tx.execute(query):
            before = found.get((contact_id, scope), first)
            found[contact_id, scope] = max(before, first, last)
    return found


def of_contact(tx: Tx, contact_id: int) -> list[ExclusionRow]:
    """Give all rows of a contact, lifted ones too, oldest first."""
    query = (
        sa.select(exclusion).where(exclusion.c.contact_id == contact_id).order_by(exclusion.c.id)
    )
    return [_row(row) for row in tx.execute(query)]


def by_id(tx: Tx, exclusion_id: int) -> ExclusionRow | None:
    """Give one row."""
    row = tx.execute(sa.select(exclusion).where(exclusion.c.id == exclusion_id)).first()
    return None if row is None else _row(row)


def page(
    tx: Tx,
    *,
    before_id: int | None,
    limit: int,
    active_only: bool,
    contact_id: int | None = None,
    ids: Sequence[int] | None = None,
) -> list[ExclusionRow]:
    """Give rows, newest first, from below `before_id` on."""
    query = sa.select(exclusion).order_by(exclusion.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(exclusion.c.id < before_id)
    if active_only:
        query = query.where(exclusion.c.lifted_at.is_(None))
    if contact_id is not None:
        query = query.where(exclusion.c.contact_id == contact_id)
    if ids is not None:
        query = query.where(exclusion.c.id.in_(ids))
    return [_row(row) for row in tx.execute(query)]


def said(tx: Tx, exclusion_ids: Sequence[int]) -> Iterator[SaidRow]:
    """Give every time these exclusions were asked for."""
    columns = (
        evidence.c.exclusion_id,
        evidence.c.connection_id,
        evidence.c.source_ref,
        evidence.c.method,
        evidence.c.occurred_at,
    )
    for part in chunks(exclusion_ids):
        query = sa.select(*columns).where(
            among(tx, evidence.c.exclusion_id, part), evidence.c.event_type == "withdrawn"
        )
        for row in tx.execute(query):
            yield SaidRow(**row._mapping)


def _ids_of_active(tx: Tx, contact_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Give the ids of the active rows of these contacts, by contact and scope."""
    columns = (exclusion.c.contact_id, exclusion.c.scope, exclusion.c.id)
    found: dict[tuple[int, str], int] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = sa.select(*columns).where(
            among(tx, exclusion.c.contact_id, part), exclusion.c.lifted_at.is_(None)
        )
        found.update(((id_, scope), row_id) for id_, scope, row_id in tx.execute(query))
    return found


def _row(row: sa.Row[Any]) -> ExclusionRow:
    return ExclusionRow(**row._mapping)
