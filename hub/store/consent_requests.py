"""Queries about forms that were sent and wait for their code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.forms import consent_request


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box that was ticked: its purpose's version, and the hash of what was written beside it."""

    version: int
    wording: str


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """A form that was just sent. `boxes` holds the boxes that were ticked, by purpose."""

    token_hash: bytes = field(repr=False)
    form_version_id: int
    contact_id: int
    address_hash: bytes = field(repr=False)
    language: str
    boxes: Mapping[str, Box]
    form_sha256: str
    state: str
    code_hash: bytes | None = field(repr=False)
    message_id: int | None
    expires_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """A form that was sent, and how far it got."""

    id: int
    form_version_id: int
    contact_id: int
    language: str
    boxes: Mapping[str, Box]
    form_sha256: str
    state: str
    code_hash: bytes | None = field(repr=False)
    tries: int
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None


_NAMES = tuple(RequestRow.__dataclass_fields__)


def add(tx: Tx, new: NewRequest, now: datetime) -> None:
    """Keep a form that was sent."""
    boxes = {key: vars(box) for key, box in new.boxes.items()}
    values = {**vars(new), "boxes": boxes}
    tx.execute(sa.insert(consent_request).values(**values, created_at=now))


def find(tx: Tx, token_hash: bytes) -> RequestRow | None:
    """Give the request with this token."""
    query = sa.select(*(consent_request.c[name] for name in _NAMES)).where(
        consent_request.c.token_hash == token_hash
    )
    row = tx.execute(query).first()
    return None if row is None else _row(row)


def tried(tx: Tx, request_id: int) -> None:
    """Count a code that was typed."""
    tx.execute(
        sa.update(consent_request)
        .where(consent_request.c.id == request_id)
        .values(tries=consent_request.c.tries + 1)
    )


def confirm(tx: Tx, request_id: int, now: datetime) -> None:
    """Mark a request as confirmed; its code is worth nothing from now on."""
    tx.execute(
        sa.update(consent_request)
        .where(consent_request.c.id == request_id)
        .values(state="confirmed", confirmed_at=now, code_hash=None)
    )


def codes_sent(tx: Tx, contact_id: int, since: datetime) -> int:
    """Count the codes sent to a number since then."""
    return _count(
        tx,
        consent_request.c.contact_id == contact_id,
        consent_request.c.created_at > since,
        consent_request.c.message_id.is_not(None),
    )


def unconfirmed_from(tx: Tx, address_hash: bytes, since: datetime) -> int:
    """Count the forms sent from an address since then that no code has confirmed."""
    return _count(
        tx,
        consent_request.c.address_hash == address_hash,
        consent_request.c.created_at > since,
        consent_request.c.state != "confirmed",
    )


def lapse(tx: Tx, now: datetime) -> list[int]:
    """End requests whose code came too late; give the contacts behind them."""
    ended = tx.execute(
        sa.update(consent_request)
        .where(
            consent_request.c.state.in_(["waiting", "silent"]),
            consent_request.c.expires_at <= now,
        )
        .values(state="lapsed", code_hash=None)
        .returning(consent_request.c.contact_id)
    )
    return sorted(set(ended.scalars()))


def forget(tx: Tx, before: datetime) -> int:
    """Delete requests that ended before then; what they led to stands in the ledger."""
    return tx.execute(
        sa.delete(consent_request).where(
            consent_request.c.created_at < before, consent_request.c.expires_at < before
        )
    ).rowcount


def _count(tx: Tx, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(consent_request).where(*conditions)
    return int(tx.execute(query).scalar_one())


def _row(row: sa.Row[Any]) -> RequestRow:
    values = row._mapping
    code = values["code_hash"]
    return RequestRow(
        **{
            **values,
            "code_hash": bytes(code) if code is not None else None,
            "boxes": {key: Box(**each) for key, each in values["boxes"].items()},
        }
    )
