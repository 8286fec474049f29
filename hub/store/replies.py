"""Queries about replies: texts that came back from handsets, and what people decide on them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import message, reply
from hub.store.tables.people import contact


@dataclass(frozen=True, kw_only=True)
class NewReply:
    """A reply to be stored; `contact_id` is None where the number is none the hub can read.

    `message_id` is the SMS it seems to answer. `task` is open where a person has to decide on it.
    """

    gateway_id: int
    source_id: str
    contact_id: int | None
    text_enc: bytes = field(repr=False)
    outcome: str
    said_at: datetime
    message_id: int | None = None
    task: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyRow:
    """One reply, without its text. `task` is open, accepted or dismissed; None: nothing to decide.

    `said_at` is when the person said so, by the gateway, and never later than it came. Times are
    UTC.
    """

    id: int
    gateway_id: int
    contact_id: int | None
    outcome: str
    received_at: datetime
    said_at: datetime | None
    message_id: int | None
    task: str | None
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The SMS that a reply seems to answer, and the record it was sent for."""

    message_id: int
    link_id: int | None


_COLUMNS = tuple(reply.c[name] for name in ReplyRow.__dataclass_fields__)


def context(gateway_id: int, source_id: str) -> str:
    """Name the place of a reply's text for the cipher."""
    return f"reply.text:{gateway_id}:{source_id}"


def insert(tx: Tx, new: NewReply, now: datetime) -> int | None:
    """Store a reply and give its id; None where it was there already."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    made = tx.execute(
        dialect.insert(reply)
        .values(**vars(new), received_at=now)
        .on_conflict_do_nothing(index_elements=["gateway_id", "source_id"])
        .returning(reply.c.id)
    ).first()
    return None if made is None else int(made.id)


def answered(tx: Tx, contact_id: int, gateway_id: int, since: datetime) -> Answered | None:
    """Give the last SMS that a number was sent through a gateway since then."""
    row = tx.execute(
        sa.select(message.c.id, message.c.link_id)
        .where(
            message.c.contact_id == contact_id,
            message.c.gateway_id == gateway_id,
            message.c.marked_at >= since,
        )
        .order_by(message.c.marked_at.desc(), message.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Answered(message_id=row.id, link_id=row.link_id)


def by_id(tx: Tx, reply_id: int) -> ReplyRow | None:
    """Give one reply."""
    row = tx.execute(sa.select(*_COLUMNS).where(reply.c.id == reply_id)).first()
    return None if row is None else ReplyRow(**row._mapping)


def listing(tx: Tx, *, open_only: bool, limit: int) -> list[ReplyRow]:
    """Give replies, the newest first; only those that wait for a decision where that is wanted."""
    query = sa.select(*_COLUMNS).order_by(reply.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(reply.c.task == "open")
    return [ReplyRow(**row._mapping) for row in tx.execute(query)]


def count_open(tx: Tx) -> int:
    """Count the replies that wait for a person's decision."""
    query = sa.select(sa.func.count()).select_from(reply).where(reply.c.task == "open")
    return int(tx.execute(query).scalar_one())


def open_of(tx: Tx, contact_id: int) -> list[ReplyRow]:
    """Give the replies of a number that wait for a decision, the oldest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(reply.c.contact_id == contact_id, reply.c.task == "open")
        .order_by(reply.c.id)
    )
    return [ReplyRow(**row._mapping) for row in tx.execute(query)]


def decide(tx: Tx, ids: Collection[int], task: str, by: str, now: datetime) -> None:
    """Write down what was decided on these replies, those that are still open."""
    tx.execute(
        sa.update(reply)
        .where(reply.c.id.in_(sorted(ids)), reply.c.task == "open")
        .values(task=task, decided_at=now, decided_by=by)
    )


def set_doubt(tx: Tx, contact_id: int, at: datetime | None) -> None:
    """Say since when a reply of this number waits for a person; None: none does."""
    tx.execute(sa.update(contact).where(contact.c.id == contact_id).values(doubt_at=at))


def texts(tx: Tx, cipher: Cipher, ids: Collection[int]) -> dict[int, str]:
    """Give the texts of these replies; one whose text was erased is not in the answer."""
    found: dict[int, str] = {}
    for part in chunks(sorted(set(ids))):
        query = sa.select(
            reply.c.id, reply.c.gateway_id, reply.c.source_id, reply.c.text_enc
        ).where(reply.c.id.in_(part), reply.c.text_enc.is_not(None))
        for row in tx.execute(query):
            place = context(row.gateway_id, row.source_id)
            found[row.id] = cipher.decrypt(row.text_enc, place)
    return found


def outcomes(tx: Tx, gateway_id: int) -> dict[str, int]:
    """Count a gateway's replies by what was done with them."""
    query = (
        sa.select(reply.c.outcome, sa.func.count())
        .where(reply.c.gateway_id == gateway_id)
        .group_by(reply.c.outcome)
    )
    return {row[0]: row[1] for row in tx.execute(query)}
