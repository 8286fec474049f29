"""The audit trail: who did what, when, from where; a chain that shows when a row was touched.

Each row's hash covers the hash of the row before it and the row itself as canonical JSON, so a row
that was changed, removed, moved or slipped in is found. A newest hash kept outside the store
(`hub.consent.heads`) also shows rows that were cut off.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import access

GENESIS = bytes(32)
# Any number, the same in every process.
_LOCK = 0x534D55
_audit = access.audit


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One act. `seq` is its place in the chain; None: the row is no part of it."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    address: str | None
    detail: Mapping[str, Any]
    seq: int | None
    prev_hash: bytes | None = field(repr=False)
    hash: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """The newest row of the chain: its place and its hash."""

    seq: int
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which rows are asked for; what is None asks nothing.

    `action` is the beginning of the action's name (`person.` or `person.seen`), `object_` the whole
    object (`contact:5`). `since` counts, `until` is the first moment that does not.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    action: str | None = None
    object_: str | None = None
    address: str | None = None


def add_audit(
    tx: Tx,
    *,
    at: datetime,
    actor: str,
    action: str,
    object_: str,
    address: str | None,
    detail: Mapping[str, Any],
) -> None:
    """Add a row to the audit trail. `detail` holds ids and counts, never a number or a text.

    Holds the trail until the transaction ends, so call this last: after the locks of contacts and
    of the ledger, never before.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    before = head(tx)
    seq, prev = (before.seq + 1, before.hash) if before else (1, GENESIS)
    values = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "object": object_,
        "address": address,
        "detail": dict(detail),
    }
    tx.execute(sa.insert(_audit).values(**values, prev_hash=prev, hash=chained(prev, values)))


def chained(before: bytes, values: Mapping[str, Any]) -> bytes:
    """Give the hash of a row with these values that follows the row with hash `before`."""
    at = values["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text = orjson.dumps({**values, "at": at}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(before + text).digest()


def follows(row: AuditRow, before: bytes) -> bool:
    """Say whether the row is as it was written, behind the row with this hash."""
    values = {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "object": row.object,
        "address": row.address,
        "detail": row.detail,
    }
    return row.hash == chained(before, values)


def head(tx: Tx) -> AuditHead | None:
    """Give the newest row of the chain, or None where there is none yet."""
    query = sa.select(_audit.c.seq, _audit.c.hash).where(_audit.c.seq.is_not(None))
    row = tx.execute(query.order_by(_audit.c.seq.desc()).limit(1)).first()
    return None if row is None else AuditHead(seq=row[0], hash=bytes(row[1]))


def hash_at(tx: Tx, seq: int) -> bytes | None:
    """Give the hash of the row at this place of the chain; None where there is no such row."""
    found = tx.execute(sa.select(_audit.c.hash).where(_audit.c.seq == seq)).scalar()
    return None if found is None else bytes(found)


def begun_at(tx: Tx) -> datetime | None:
    """Give when the chain's first row was written; None where there is none."""
    return tx.execute(sa.select(_audit.c.at).where(_audit.c.seq == 1)).scalar()


def page(
    tx: Tx, wanted: AuditFilter, *, limit: int, before_id: int | None = None
) -> list[AuditRow]:
    """Give rows, the newest first, from below `before_id` on."""
    query = _matching(wanted).order_by(_audit.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(_audit.c.id < before_id)
    return [_row(row) for row in tx.execute(query)]


def stream(tx: Tx, wanted: AuditFilter) -> Iterator[AuditRow]:
    """Give every row asked for, the oldest first, in flat memory."""
    query = _matching(wanted).order_by(_audit.c.id).execution_options(yield_per=1000)
    for row in tx.execute(query):
        yield _row(row)


def count(tx: Tx, wanted: AuditFilter) -> int:
    """Count the rows asked for."""
    return int(
        tx.execute(
            sa.select(sa.func.count()).select_from(_matching(wanted).subquery())
        ).scalar_one()
    )


def _matching(wanted: AuditFilter) -> sa.Select[Any]:
    query = sa.select(_audit)
    if wanted.since is not None:
        query = query.where(_audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_audit.c.at < wanted.until)
    if wanted.action is not None:
        query = query.where(_audit.c.action.startswith(wanted.action, autoescape=True))
    for column, value in (
        (_audit.c.actor, wanted.actor),
        (_audit.c.object, wanted.object_),
        (_audit.c.address, wanted.address),
    ):
        if value is not None:
            query = query.where(column == value)
    return query


def _row(row: sa.Row[Any]) -> AuditRow:
    values = dict(row._mapping)
    for name in ("prev_hash", "hash"):
        values[name] = None if values[name] is None else bytes(values[name])
    return AuditRow(**values)
