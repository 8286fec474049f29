"""The secret in an opt-out link: 12 URL-safe random characters (72 bits), kept only as a hash.

It is drawn by chance and holds nothing of the number, so a link says nothing about its reader.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.store import tokens as queries
from hub.store.database import Tx
from hub.store.tokens import TokenRow

BYTES = 9
_SHAPE = re.compile(r"[A-Za-z0-9_-]{12}")


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A drawn token and whom it is for; `message_id` is the message that carries it.

    `last_digits` are the number's last four, shown on the page so that people who share a phone
    see which number is meant.
    """

    token: str = field(repr=False)
    contact_id: int
    message_id: int | None
    purpose_key: str
    last_digits: str = field(repr=False)


def draw() -> str:
    """Draw a token. It is worth something once it is kept."""
    return secrets.token_urlsafe(BYTES)


def keep(tx: Tx, issued: Sequence[Issued], now: datetime) -> None:
    """Keep drawn tokens, in the transaction that makes their messages."""
    queries.add(
        tx,
        [
            TokenRow(
                token_hash=_hash(each.token),
                contact_id=each.contact_id,
                message_id=each.message_id,
                purpose_key=each.purpose_key,
                last_digits=each.last_digits,
                created_at=now,
                used_at=None,
            )
            for each in issued
        ],
    )


def issue(
    tx: Tx,
    *,
    contact_id: int,
    message_id: int | None,
    purpose_key: str,
    last_digits: str,
    now: datetime,
) -> str:
    """Draw a token and keep it."""
    token = draw()
    one = Issued(
        token=token,
        contact_id=contact_id,
        message_id=message_id,
        purpose_key=purpose_key,
        last_digits=last_digits,
    )
    keep(tx, [one], now)
    return token


def find(tx: Tx, token: str) -> TokenRow | None:
    """Give whom a token belongs to; None for one that was never kept or has not its shape."""
    return queries.find(tx, _hash(token)) if _SHAPE.fullmatch(token) else None


def used(tx: Tx, row: TokenRow, now: datetime) -> None:
    """Note that somebody acted on the link."""
    queries.use(tx, row.token_hash, now)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
