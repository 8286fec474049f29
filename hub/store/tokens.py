"""Queries about opt-out links; the link itself is not kept, only its hash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.consent import collection, evidence
from hub.store.tables.messages import message
from hub.store.tables.optouts import opt_out_token


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """Whom an opt-out link belongs to, and which message carried it."""

    token_hash: bytes = field(repr=False)
    contact_id: int
    message_id: int | None
    purpose_key: str
    last_digits: str = field(repr=False)
    created_at: datetime
    used_at: datetime | None


def add(tx: Tx, rows: Sequence[TokenRow]) -> None:
    """Keep the hashes of new links."""
    if rows:
        tx.execute(
            sa.insert(opt_out_token),
            [{name: getattr(row, name) for name in TokenRow.__dataclass_fields__} for row in rows],
        )


def find(tx: Tx, token_hash: bytes) -> TokenRow | None:
    """Give the link with this hash."""
    row = tx.execute(
        sa.select(opt_out_token).where(opt_out_token.c.token_hash == token_hash)
    ).first()
    return None if row is None else _row(row)


def use(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """Note when a link was first acted upon. It goes on working."""
    tx.execute(
        sa.update(opt_out_token)
        .where(opt_out_token.c.token_hash == token_hash, opt_out_token.c.used_at.is_(None))
        .values(used_at=now)
    )


def agreed_at(tx: Tx, message_id: int) -> datetime | None:
    """Give when the reader agreed to what this message was about, as far as its evidence says.

    None too where the message needed no agreement, such as a notice about an order.
    """
    query = (
        sa.select(evidence.c.occurred_at, collection.c.period_from)
        .join(message, message.c.evidence_id == evidence.c.event_id)
        .outerjoin(collection, collection.c.id == evidence.c.collection_id)
        .where(message.c.id == message_id, evidence.c.ground.in_(["consent", "request"]))
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    at: datetime | None = row[0] or row[1]
    return at


def _row(row: sa.Row[Any]) -> TokenRow:
    values = row._mapping
    return TokenRow(**{**values, "token_hash": bytes(values["token_hash"])})
