"""Queries for the message pages: messages page by page, and one with its timeline."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables import messages, people

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One SMS, for a list."""

    id: int
    contact_id: int
    state: str
    reason: str | None
    purpose_key: str
    segments: int
    kind: str
    evidence_id: str | None
    created_at: datetime
    site_id: int | None
    lookup: bytes = field(repr=False)
    number_enc: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One state an SMS took."""

    at: datetime
    state: str
    reason: str | None
    attempt: int


def _messages() -> sa.Select[Any]:
    m = messages.message
    return (
        sa.select(
            m.c.id,
            m.c.contact_id,
            m.c.state,
            m.c.reason,
            m.c.purpose_key,
            m.c.segments,
            m.c.evidence_id,
            m.c.created_at,
            m.c.site_id,
            messages.send.c.kind,
            people.contact.c.lookup,
            people.contact.c.number_enc,
        )
        .join(messages.send, messages.send.c.id == m.c.send_id)
        .join(people.contact, people.contact.c.id == m.c.contact_id)
    )


def _message(r: sa.Row[Any]) -> MessageRow:
    return MessageRow(
        id=r.id,
        contact_id=r.contact_id,
        state=r.state,
        reason=r.reason,
        purpose_key=r.purpose_key,
        segments=r.segments,
        kind=r.kind,
        evidence_id=r.evidence_id,
        created_at=r.created_at,
        site_id=r.site_id,
        lookup=r.lookup,
        number_enc=r.number_enc,
    )


def messages_page(
    tx: Tx,
    *,
    before: int | None,
    state: str | None = None,
    contact_id: int | None = None,
    sites: Collection[int] | None = None,
) -> list[MessageRow]:
    """Give a page of messages, the newest first; one more than a page holds.

    `sites` are the ids of the sites whose messages count; None: all.
    """
    m = messages.message.c
    query = _messages()
    if before is not None:
        query = query.where(m.id < before)
    if state is not None:
        query = query.where(m.state == state)
    if contact_id is not None:
        query = query.where(m.contact_id == contact_id)
    if sites is not None:
        query = query.where(m.site_id.in_(sites))
    return [_message(r) for r in tx.execute(query.order_by(m.id.desc()).limit(PAGE + 1))]


def message(tx: Tx, message_id: int) -> MessageRow | None:
    """Give one message."""
    row = tx.execute(_messages().where(messages.message.c.id == message_id)).first()
    return None if row is None else _message(row)


def steps(tx: Tx, message_id: int) -> list[StepRow]:
    """Give the states a message took, the oldest first."""
    s = messages.message_step
    rows = tx.execute(sa.select(s).where(s.c.message_id == message_id).order_by(s.c.id))
    return [StepRow(at=r.at, state=r.state, reason=r.reason, attempt=r.attempt) for r in rows]
