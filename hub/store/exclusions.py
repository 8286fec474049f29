"""Queries about the exclusion list (送信除外リスト); a lifted row stays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from hub.store.among import Among, among
from hub.store.bulk import inserting, write
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.consent import evidence, exclusion
from hub.store.witness import Saying, tell


@dataclass(frozen=True, kw_only=True)
class ExclusionRow:
    """One number that must not be texted, for what, and who said so when (UTC).

    `repeated_at` is when the person last said it in some other way, or None. `key` is its name in
    the journal outside the store; None where it is older than that.
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
    key: str | None = None

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
    key: str = field(default_factory=lambda: str(uuid4()))


_ACTIVE = Among(
    sa.select(exclusion).where(exclusion.c.lifted_at.is_(None)).order_by(exclusion.c.id),
    exclusion.c.contact_id,
)
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
    tell(
        tx,
        [
            Saying(
                change="stop",
                key=row.key,
                contact_id=row.contact_id,
                scope=row.scope,
                origin=row.origin,
                actor=row.actor,
                acted_at=row.occurred_at,
                at=now,
            )
            for row in rows
        ],
    )
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
        rows = _by_ids(tx, list(said_again))
        tell(tx, [_saying("again", row, said_again[row.id], said_again[row.id]) for row in rows])
        tx.execute(
            sa.update(exclusion)
            .where(exclusion.c.id == sa.bindparam("of_id"))
            .values(repeated_at=sa.bindparam("at")),
            [{"of_id": id_, "at": at} for id_, at in sorted(said_again.items())],
        )


def lift(tx: Tx, exclusion_ids: Sequence[int], by: str, why: str, now: datetime) -> int:
    """Lift those of these rows that are active; give how many."""
    lifted = 0
    standing = [row for row in _by_ids(tx, exclusion_ids) if row.lifted_at is None]
    tell(tx, [_saying("lift", row, now, now, why) for row in standing])
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
        for row in _ACTIVE.rows(tx, part):
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


def states_of(tx: Tx, keys: Sequence[str]) -> dict[str, ExclusionRow]:
    """Give the rows with these names in the journal, lifted ones too."""
    found: dict[str, ExclusionRow] = {}
    for part in chunks(list(dict.fromkeys(keys))):
        query = sa.select(exclusion).where(among(tx, exclusion.c.key, part))
        found.update((row.key, _row(row)) for row in tx.execute(query))
    return found


def since(tx: Tx, at: datetime) -> Iterator[Saying]:
    """Give what was said of the list since then, as it stands: stops, and what lifted them."""
    query = (
        sa.select(exclusion)
        .where(sa.or_(exclusion.c.recorded_at >= at, exclusion.c.lifted_at >= at))
        .where(exclusion.c.key.is_not(None))
        .order_by(exclusion.c.id)
        .execution_options(yield_per=500)
    )
    for each in tx.execute(query):
        row = _row(each)
        yield _saying("stop", row, row.occurred_at, row.recorded_at)
        if row.repeated_at is not None:
            yield _saying("again", row, row.repeated_at, row.repeated_at)
        if row.lifted_at is not None:
            yield _saying("lift", row, row.lifted_at, row.lifted_at, row.lifted_why or "")


def _by_ids(tx: Tx, ids: Sequence[int]) -> list[ExclusionRow]:
    rows: list[ExclusionRow] = []
    for part in chunks(ids):
        query = sa.select(exclusion).where(among(tx, exclusion.c.id, part))
        rows += [_row(row) for row in tx.execute(query.order_by(exclusion.c.id))]
    return rows


def _saying(
    change: Literal["stop", "again", "lift"],
    row: ExclusionRow,
    acted_at: datetime,
    at: datetime,
    why: str = "",
) -> Saying:
    return Saying(
        change=change,
        key=row.key or "",
        contact_id=row.contact_id,
        scope=row.scope,
        origin=row.origin,
        actor=row.actor,
        acted_at=acted_at,
        at=at,
        why=why,
    )


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
