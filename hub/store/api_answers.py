"""Queries about answers that a repeated request gets again (`Idempotency-Key`)."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.api import api_answer

PENDING = 0
"""The status of a request whose answer is not written yet: only its own transaction sees it."""


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """What a request asked, as a keyed hash, and what it was answered."""

    body_hash: bytes = field(repr=False)
    status: int
    answer: str = field(repr=False)
    created_at: datetime


def begin(
    tx: Tx, api_key_id: int, key_hash: bytes, body_hash: bytes, now: datetime
) -> AnswerRow | None:
    """Take this idempotency key; give what was answered under it before, or None where it is new.

    A second request with the key waits here until the first one's transaction ends.
    """
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    made = tx.execute(
        dialect.insert(api_answer)
        .values(
            api_key_id=api_key_id,
            key_hash=key_hash,
            body_hash=body_hash,
            status=PENDING,
            answer="",
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["api_key_id", "key_hash"])
        .returning(api_answer.c.status)
    ).first()
    if made is not None:
        return None
    row = tx.execute(
        sa.select(api_answer).where(
            api_answer.c.api_key_id == api_key_id, api_answer.c.key_hash == key_hash
        )
    ).one()
    return AnswerRow(
        body_hash=bytes(row.body_hash),
        status=row.status,
        answer=row.answer,
        created_at=row.created_at,
    )


def finish(tx: Tx, api_key_id: int, key_hash: bytes, status: int, answer: str) -> None:
    """Keep the answer."""
    tx.execute(
        sa.update(api_answer)
        .where(api_answer.c.api_key_id == api_key_id, api_answer.c.key_hash == key_hash)
        .values(status=status, answer=answer)
    )


def drop(tx: Tx, api_key_id: int, key_hash: bytes) -> None:
    """Forget one answer that is too old to be given again."""
    tx.execute(
        sa.delete(api_answer).where(
            api_answer.c.api_key_id == api_key_id, api_answer.c.key_hash == key_hash
        )
    )


def forget(tx: Tx, before: datetime) -> int:
    """Delete answers given before then."""
    return tx.execute(sa.delete(api_answer).where(api_answer.c.created_at < before)).rowcount
