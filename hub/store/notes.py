"""Queries about activity notes: what the records behind messages are to be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.messages import message, note, send
from hub.store.tables.people import link


@dataclass(frozen=True, kw_only=True)
class NewNote:
    """A note to be left: `key` is its id at the platform, the same over all tries."""

    key: str
    message_id: int
    link_id: int
    message_state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteRow:
    """One note that is due. `ref` is `object:id`."""

    id: int
    key: str
    message_id: int
    message_key: str
    template_id: int
    connection_id: int
    ref: str
    message_state: str
    reason: str | None
    at: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True)
class NoteChange:
    """What became of one try to leave a note; `state` is open, done, gone or given_up."""

    id: int
    state: str
    next_at: datetime


def insert(tx: Tx, new: Sequence[NewNote], connection_ids: Collection[int]) -> int:
    """Store the notes whose record lives in one of these connections; give how many are new."""
    if not new or not connection_ids:
        return 0
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    found = {
        row.id: row
        for row in tx.execute(
            sa.select(link.c.id, link.c.connection_id, link.c.ref).where(
                link.c.id.in_(sorted({each.link_id for each in new})),
                link.c.connection_id.in_(sorted(connection_ids)),
                link.c.vanished_at.is_(None),
            )
        )
    }
    rows = [
        {
            "key": each.key,
            "message_id": each.message_id,
            "connection_id": found[each.link_id].connection_id,
            "ref": found[each.link_id].ref,
            "message_state": each.message_state,
            "at": each.at,
            "state": "open",
            "next_at": each.at,
        }
        for each in new
        if each.link_id in found
    ]
    if not rows:
        return 0
    statement = (
        dialect.insert(note)
        .on_conflict_do_nothing(index_elements=["message_id", "message_state"])
        .returning(note.c.id)
    )
    return len(tx.execute(statement, rows).all())


def take_due(
    tx: Tx, connection_ids: Collection[int], now: datetime, lease: timedelta, limit: int
) -> list[NoteRow]:
    """Take due notes for records of these connections; nobody else gets them within the lease."""
    ids = list(
        tx.execute(
            sa.select(note.c.id)
            .where(
                note.c.state == "open",
                note.c.next_at <= now,
                note.c.connection_id.in_(sorted(connection_ids)),
            )
            .order_by(note.c.next_at, note.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    if not ids:
        return []
    tx.execute(
        sa.update(note)
        .where(note.c.id.in_(ids))
        .values(next_at=now + lease, attempts=note.c.attempts + 1)
    )
    query = (
        sa.select(
            note.c.id,
            note.c.key,
            note.c.message_id,
            message.c.key.label("message_key"),
            send.c.template_id,
            note.c.connection_id,
            note.c.ref,
            note.c.message_state,
            message.c.reason,
            note.c.at,
            note.c.attempts,
        )
        .join_from(note, message, message.c.id == note.c.message_id)
        .join(send, send.c.id == message.c.send_id)
        .where(note.c.id.in_(ids))
        .order_by(note.c.id)
    )
    return [NoteRow(**row._mapping) for row in tx.execute(query)]


def finish(tx: Tx, changes: Sequence[NoteChange]) -> None:
    """Write what became of notes that were taken."""
    if not changes:
        return
    tx.execute(
        sa.update(note)
        .where(note.c.id == sa.bindparam("b_id"), note.c.state == "open")
        .values(state=sa.bindparam("v_state"), next_at=sa.bindparam("v_next_at")),
        [{"b_id": each.id, "v_state": each.state, "v_next_at": each.next_at} for each in changes],
    )


def connections_with_due(tx: Tx, now: datetime) -> set[int]:
    """Give the connections that have notes due."""
    query = (
        sa.select(note.c.connection_id)
        .where(note.c.state == "open", note.c.next_at <= now)
        .distinct()
    )
    return set(tx.execute(query).scalars())
