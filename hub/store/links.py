"""Writing links and what contacts keep: a page of records in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from hub.store.among import among
from hub.store.bulk import hexed, inserting, write
from hub.store.database import Tx
from hub.store.own_numbers import still_wanted
from hub.store.people import chunks
from hub.store.tables.access import site
from hub.store.tables.messages import message
from hub.store.tables.people import contact, link

UNFINISHED = ("held", "queued", "claimed", "submitting", "submitted", "unknown")
"""States of messages whose number is still needed."""


class LinkWrite(NamedTuple):
    """One record as a page of a pull found and judged it. `name_enc` and `attributes_enc` are
    None where nothing gives a ground to keep them. A tuple: pages make thousands of them."""

    connection_id: int
    ref: str
    contact_id: int | None
    verdict: str
    standing: bytes
    agreed: str
    refused: str
    out: bool
    name_enc: bytes | None
    attributes_enc: bytes | None
    version: str | None
    site_id: int | None
    modified_at: datetime | None
    number_changed_at: datetime | None
    read_at: datetime
    seen_round: datetime | None

    def __repr__(self) -> str:
        return f"LinkWrite(connection_id={self.connection_id}, ref={self.ref!r})"


@dataclass(frozen=True, kw_only=True)
class ContactState:
    """What decides whether a contact may keep a number."""

    lookup: bytes
    has_number: bool
    erased_at: datetime | None

    @property
    def erased(self) -> bool:
        """True where nothing of the number is kept until its person comes back."""
        return self.erased_at is not None


_COLUMNS = LinkWrite._fields
_SET = ", ".join(
    [f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("connection_id", "ref")]
    + ["vanished_at = NULL"]
)
_LINKS = inserting(link, _COLUMNS, f"ON CONFLICT (connection_id, ref) DO UPDATE SET {_SET}")
_SQLITE_NUMBERS = (
    "UPDATE contact SET number_enc = ?, site_id = coalesce(site_id, ?) "
    "WHERE id = ? AND number_enc IS NULL AND erased_at IS NULL"
)
# Contacts are looked up by their ids: joined alone, they would all be read for every page. The CASE
# hides its condition from the planner, which takes contacts without a number for rare and would
# compare each of them with every row of the page.
_POSTGRESQL_NUMBERS = (
    "WITH new AS MATERIALIZED (SELECT number, site, id "
    "FROM json_to_recordset(%s::json) AS new(number bytea, site bigint, id bigint)) "
    "UPDATE contact SET number_enc = new.number, site_id = coalesce(contact.site_id, new.site) "
    "FROM new WHERE contact.id = new.id AND contact.id = ANY(ARRAY(SELECT id FROM new)) AND CASE "
    "WHEN contact.number_enc IS NULL AND contact.erased_at IS NULL THEN true ELSE false END"
)


def put_links(tx: Tx, rows: Sequence[LinkWrite]) -> None:
    """Add or change these links, in the order of their refs, so that two writers never cross."""
    write(tx, _LINKS, sorted(rows, key=attrgetter("ref")))


def put_numbers(tx: Tx, rows: Sequence[tuple[bytes, int | None, int]]) -> None:
    """Store (encrypted number, site, contact) where the contact has none and was not erased."""
    if not rows:
        return
    if tx.dialect.name == "postgresql":
        named = [{"number": hexed(number), "site": site, "id": id_} for number, site, id_ in rows]
        tx.exec_driver_sql(_POSTGRESQL_NUMBERS, (orjson.dumps(named).decode(),))
    else:
        tx.exec_driver_sql(_SQLITE_NUMBERS, list(rows))


def touch_links(
    tx: Tx, link_ids: Sequence[int], read_at: datetime, seen_round: datetime | None
) -> None:
    """Note that these records were read again and are as they were."""
    # A page that took long must not make a later reading look older.
    newest = sa.case((link.c.read_at < read_at, read_at), else_=link.c.read_at)
    values: dict[str, Any] = {"read_at": newest}
    if seen_round is not None:
        values["seen_round"] = seen_round
    for part in chunks(sorted(link_ids)):
        tx.execute(sa.update(link).where(among(tx, link.c.id, part)).values(**values))


def mark_seen(tx: Tx, connection_id: int, refs: Sequence[str], round_: datetime) -> None:
    """Note that these records are there, by their ids only."""
    for part in chunks(sorted(refs)):
        tx.execute(
            sa.update(link)
            .where(link.c.connection_id == connection_id, among(tx, link.c.ref, part))
            .values(seen_round=round_)
        )


def unseen(tx: Tx, connection_id: int, round_: datetime, limit: int) -> list[int]:
    """Give living links of a connection that a finished pass over all ids did not meet.

    A record read since the pass began was met by the pull.
    """
    rows = tx.execute(
        sa.select(link.c.id)
        .where(
            link.c.connection_id == connection_id,
            link.c.vanished_at.is_(None),
            link.c.read_at < round_,
            sa.or_(link.c.seen_round.is_(None), link.c.seen_round < round_),
        )
        .order_by(link.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


def vanish(tx: Tx, link_ids: Sequence[int], now: datetime) -> None:
    """Mark records as not there any more; name and attributes go with them."""
    for part in chunks(sorted(link_ids)):
        tx.execute(
            sa.update(link)
            .where(among(tx, link.c.id, part))
            .values(vanished_at=now, agreed="{}", refused="[]", name_enc=None, attributes_enc=None)
        )


def contact_states(tx: Tx, contact_ids: Sequence[int]) -> dict[int, ContactState]:
    """Give lookup, number and erasure of these contacts."""
    columns = (contact.c.id, contact.c.lookup, contact.c.number_enc.is_not(None))
    states: dict[int, ContactState] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = sa.select(*columns, contact.c.erased_at).where(among(tx, contact.c.id, part))
        for id_, lookup, has_number, erased_at in tx.execute(query):
            states[id_] = ContactState(
                lookup=bytes(lookup), has_number=has_number, erased_at=erased_at
            )
    return states


def drop_numbers(tx: Tx, contact_ids: Sequence[int], keeping: Sequence[str]) -> None:
    """Forget the numbers of those contacts that no ground keeps any more.

    A number stays while a living link has one of the verdicts in `keeping`, while its person's
    own consent stands that was given to the hub itself, or while a message to it is not finished.
    """
    kept = sa.exists().where(
        link.c.contact_id == contact.c.id,
        link.c.vanished_at.is_(None),
        link.c.verdict.in_(keeping),
    )
    needed = sa.exists().where(
        message.c.contact_id == contact.c.id, message.c.state.in_(UNFINISHED)
    )
    for part in chunks(sorted(set(contact_ids))):
        tx.execute(
            sa.update(contact)
            .where(among(tx, contact.c.id, part), ~kept, ~needed, ~still_wanted())
            .values(number_enc=None)
        )


def site_ids(tx: Tx) -> dict[str, int]:
    """Give the id of every site by its key and by its label."""
    rows = tx.execute(sa.select(site.c.key, site.c.label, site.c.id)).all()
    return {row.label: row.id for row in rows} | {row.key: row.id for row in rows}
