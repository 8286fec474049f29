"""Queries about messages: made, found, held in place while their state changes.

A state is changed in one way only: rows are locked (`lock`, or a query that says so), the caller
decides, and `change` writes the new rows where state and attempt still are the old ones.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.among import Among
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import message, message_step, send


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One SMS to one number, without its text.

    `key` is the idempotency key at the gateway. `state` is one of `hub.messages.states`.
    `attempt` counts marks. `due_at` is when something is to be done next. `number_dead` says that
    its number takes no SMS and will not, by the gateway. `carrier` is the handset's network, by the
    gateway's reports. Times are UTC.
    """

    id: int
    key: str
    send_id: int
    contact_id: int
    link_id: int | None
    gateway_id: int
    purpose_key: str
    message_class: str
    priority: int
    state: str
    reason: str | None
    segments: int
    billed_units: int | None
    evidence_id: str | None
    not_before: datetime | None
    not_after: datetime | None
    source_read_at: datetime | None
    attempt: int
    claimed_by: str | None
    lease_until: datetime | None
    due_at: datetime
    gateway_reference: str | None
    report_rank: int
    carrier: str | None
    number_dead: bool
    site_id: int | None
    owner_id: int | None
    created_at: datetime
    marked_at: datetime | None
    submitted_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message to be stored; `body_enc` is None where it was refused before it had a text."""

    key: str
    contact_id: int
    link_id: int | None
    priority: int
    state: str
    reason: str | None
    body_enc: bytes | None = field(repr=False)
    segments: int
    evidence_id: str | None
    source_read_at: datetime | None
    due_at: datetime
    site_id: int | None
    owner_id: int | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SendFacts:
    """What all messages of a send have in common."""

    send_id: int
    gateway_id: int
    purpose_key: str
    message_class: str
    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One state a message took."""

    message_id: int
    at: datetime
    state: str
    reason: str | None
    attempt: int


_COLUMNS = tuple(message.c[name] for name in MessageRow.__dataclass_fields__)
_CHANGING = (
    "state",
    "reason",
    "gateway_id",
    "segments",
    "billed_units",
    "evidence_id",
    "source_read_at",
    "attempt",
    "claimed_by",
    "lease_until",
    "due_at",
    "gateway_reference",
    "report_rank",
    "carrier",
    "number_dead",
    "marked_at",
    "submitted_at",
    "finished_at",
)


_LOCKED = Among(sa.select(*_COLUMNS).order_by(message.c.id).with_for_update(), message.c.id)
_BODIES = Among(
    sa.select(message.c.id, message.c.key, message.c.body_enc).where(
        message.c.body_enc.is_not(None)
    ),
    message.c.id,
)
_CHANGE = (
    sa.update(message)
    .where(
        message.c.id == sa.bindparam("b_id"),
        message.c.state == sa.bindparam("b_state"),
        message.c.attempt == sa.bindparam("b_attempt"),
    )
    .values({name: sa.bindparam(f"v_{name}") for name in _CHANGING})
)
_ADD_STEP = sa.insert(message_step)


def rows_of(tx: Tx, query: sa.Select[Any]) -> list[MessageRow]:
    """Give the rows of a query over `columns`."""
    return [_row(row) for row in tx.execute(query).all()]


def columns() -> sa.Select[Any]:
    """Begin a query for whole rows."""
    return sa.select(*_COLUMNS)


def body_context(key: str) -> str:
    """Name the place of a message's text for the cipher."""
    return f"message.body:{key}"


def insert(tx: Tx, facts: SendFacts, new: Sequence[NewMessage], now: datetime) -> dict[int, int]:
    """Store messages with their first step; give message ids by contact.

    A contact that has a message in this send already keeps that one and is not in the answer.
    """
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(message)
        .on_conflict_do_nothing(index_elements=["send_id", "contact_id"])
        .returning(message.c.id, message.c.contact_id)
    )
    made: dict[int, int] = {}
    common = {**vars(facts), "created_at": now, "attempt": 0, "report_rank": 0}
    for part in chunks(new):
        rows = tx.execute(statement, [{**vars(each), **common} for each in part])
        made.update((contact_id, id_) for id_, contact_id in rows)
    steps = [
        Step(
            message_id=made[each.contact_id],
            at=now,
            state=each.state,
            reason=each.reason,
            attempt=0,
        )
        for each in new
        if each.contact_id in made
    ]
    add_steps(tx, steps)
    return made


def add_steps(tx: Tx, steps: Sequence[Step]) -> None:
    """Add to the timelines."""
    if steps:
        tx.execute(_ADD_STEP, [vars(step) for step in steps])


def lock(tx: Tx, ids: Collection[int]) -> dict[int, MessageRow]:
    """Hold these messages until the transaction ends and give them as they are now."""
    found: dict[int, MessageRow] = {}
    for part in chunks(sorted(set(ids))):
        found.update((row.id, _row(row)) for row in _LOCKED.rows(tx, part))
    return found


def change(tx: Tx, changes: Sequence[tuple[MessageRow, MessageRow]]) -> None:
    """Write new rows over old ones, in order, where state and attempt still are the old ones."""
    if not changes:
        return
    tx.execute(
        _CHANGE,
        [
            {"b_id": was.id, "b_state": was.state, "b_attempt": was.attempt}
            | {f"v_{name}": getattr(new, name) for name in _CHANGING}
            for was, new in changes
        ],
    )


def bodies(tx: Tx, cipher: Cipher, ids: Collection[int]) -> dict[int, str]:
    """Give the texts of these messages; one whose text was erased is not in the answer."""
    texts: dict[int, str] = {}
    for part in chunks(sorted(set(ids))):
        for id_, key, sealed in _BODIES.rows(tx, part):
            texts[id_] = cipher.decrypt(sealed, body_context(key))
    return texts


def by_id(tx: Tx, message_id: int) -> MessageRow | None:
    """Give one message."""
    return next(iter(rows_of(tx, columns().where(message.c.id == message_id))), None)


def known_keys(tx: Tx, keys: Collection[str]) -> set[str]:
    """Give those of these idempotency keys that a message has."""
    found: set[str] = set()
    for part in chunks(sorted(set(keys))):
        found.update(tx.execute(sa.select(message.c.key).where(message.c.key.in_(part))).scalars())
    return found


def of_send(tx: Tx, send_id: int, limit: int = 500) -> list[MessageRow]:
    """Give the messages of a send, in the order they were made."""
    query = columns().where(message.c.send_id == send_id).order_by(message.c.id).limit(limit)
    return rows_of(tx, query)


def listing(
    tx: Tx,
    *,
    send_id: int | None = None,
    states: Collection[str] = (),
    before: int | None = None,
    limit: int,
) -> list[MessageRow]:
    """Give messages, the newest first; no states are all, `before` is the id of a last one."""
    query = columns().order_by(message.c.id.desc()).limit(limit)
    if send_id is not None:
        query = query.where(message.c.send_id == send_id)
    if states:
        query = query.where(message.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(message.c.id < before)
    return rows_of(tx, query)


def contacts_in_send(tx: Tx, send_id: int, contact_ids: Collection[int]) -> set[int]:
    """Give those of these contacts that have a message in the send already."""
    found: set[int] = set()
    for part in chunks(sorted(set(contact_ids))):
        query = sa.select(message.c.contact_id).where(
            message.c.send_id == send_id, message.c.contact_id.in_(part)
        )
        found.update(tx.execute(query).scalars())
    return found


def counts(tx: Tx, send_id: int) -> dict[tuple[str, str | None], int]:
    """Count a send's messages by state and reason."""
    query = (
        sa.select(message.c.state, message.c.reason, sa.func.count())
        .where(message.c.send_id == send_id)
        .group_by(message.c.state, message.c.reason)
    )
    return {(state, reason): count for state, reason, count in tx.execute(query)}


def count_of_send(tx: Tx, send_id: int, states: Collection[str]) -> int:
    """Count a send's messages in these states."""
    query = (
        sa.select(sa.func.count())
        .select_from(message)
        .where(message.c.send_id == send_id, message.c.state.in_(sorted(states)))
    )
    return int(tx.execute(query).scalar_one())


def segments_of_send(tx: Tx, send_id: int) -> int:
    """Add up the SMS segments of a send."""
    query = sa.select(sa.func.sum(message.c.segments)).where(message.c.send_id == send_id)
    return int(tx.execute(query).scalar() or 0)


def state_counts(tx: Tx) -> Mapping[str, int]:
    """Count all messages by state."""
    query = sa.select(message.c.state, sa.func.count()).group_by(message.c.state)
    return {row[0]: row[1] for row in tx.execute(query)}


def timeline(tx: Tx, message_id: int) -> list[Step]:
    """Give every state a message took, in order."""
    query = (
        sa.select(*(message_step.c[name] for name in Step.__dataclass_fields__))
        .where(message_step.c.message_id == message_id)
        .order_by(message_step.c.id)
    )
    return [Step(**row._mapping) for row in tx.execute(query)]


def gateways_with_due(tx: Tx, now: datetime) -> set[int]:
    """Give the gateways at which queued messages of running sends are due."""
    query = (
        sa.select(message.c.gateway_id)
        .join(send, send.c.id == message.c.send_id)
        .where(message.c.state == "queued", message.c.due_at <= now, send.c.state == "sending")
        .distinct()
    )
    return set(tx.execute(query).scalars())


def _row(row: sa.Row[Any]) -> MessageRow:
    return MessageRow(**row._mapping)
