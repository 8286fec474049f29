"""Queries about replies: texts that came back from handsets."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.messages import reply


@dataclass(frozen=True, kw_only=True)
class NewReply:
    """A reply to be stored; `contact_id` is None where the number is none the hub can read."""

    gateway_id: int
    source_id: str
    contact_id: int | None
    text_enc: bytes = field(repr=False)
    outcome: str


def context(gateway_id: int, source_id: str) -> str:
    """Name the place of a reply's text for the cipher."""
    return f"reply.text:{gateway_id}:{source_id}"


def insert(tx: Tx, new: NewReply, now: datetime) -> bool:
    """Store a reply; say whether it is new."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    made = tx.execute(
        dialect.insert(reply)
        .values(**vars(new), received_at=now)
        .on_conflict_do_nothing(index_elements=["gateway_id", "source_id"])
        .returning(reply.c.id)
    ).first()
    return made is not None


def outcomes(tx: Tx, gateway_id: int) -> dict[str, int]:
    """Count a gateway's replies by what was done with them."""
    query = (
        sa.select(reply.c.outcome, sa.func.count())
        .where(reply.c.gateway_id == gateway_id)
        .group_by(reply.c.outcome)
    )
    return {row[0]: row[1] for row in tx.execute(query)}
