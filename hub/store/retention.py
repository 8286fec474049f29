"""What may not be kept for ever: texts, replies, what events carried, sources of old evidence.

Every query here leaves alone whoever is under a legal hold. Rows are looked for first and cleared
afterwards, so that nobody has to wait while a large table is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.tables.consent import evidence
from hub.store.tables.events import event
from hub.store.tables.messages import message, reply
from hub.store.tables.optouts import opt_out_token
from hub.store.tables.people import contact

_MOVING = ("held", "queued", "claimed", "submitting")


@dataclass(frozen=True, kw_only=True)
class _Old:
    """Rows of one kind: since when they age, which of them may lose something, and what."""

    table: sa.Table
    key: sa.Column[Any]
    at: sa.ColumnElement[Any]
    where: Sequence[sa.ColumnElement[bool]]
    values: Mapping[str, Any]


KINDS = ("texts", "digits", "replies", "events", "sources")
"""SMS that ended, the digits opt-out pages show, replies, closed events, and erased numbers whose
last promotional SMS and last entry are old: their evidence loses what leads to a record."""


def find(tx: Tx, kind: str, before: datetime, limit: int) -> list[Any]:
    """Give the keys of the next rows of a kind that are older than this; for `clear`."""
    old = _old(tx, kind)
    query = sa.select(old.key).where(*old.where, old.at < before).order_by(old.key).limit(limit)
    return list(tx.execute(query).scalars())


def clear(tx: Tx, kind: str, keys: Sequence[Any]) -> int:
    """Clear what these rows hold; give how many did. One held meanwhile is left alone."""
    if kind == "sources":
        return _clear_sources(tx, keys)
    old = _old(tx, kind)
    # Locked in one order, and nobody waited for: what somebody works on is left to the next run.
    mine = sa.select(old.key).where(old.key.in_(keys), *old.where).order_by(old.key)
    free = tx.execute(mine.with_for_update(skip_locked=True, of=old.table)).scalars().all()
    tx.execute(sa.update(old.table).where(old.key.in_(free)).values(**old.values))
    return len(free)


def _clear_sources(tx: Tx, contact_ids: Sequence[int]) -> int:
    """Rows of consent-evidence/1 have their source in the chain and keep it."""
    free = sa.select(contact.c.id).where(among(tx, contact.c.id, contact_ids), *_ended())
    return int(
        tx.execute(
            sa.update(evidence)
            .where(evidence.c.contact_id.in_(free), evidence.c.source_salt.is_not(None))
            .values(
                source_salt=None, source_ref=None, source_value=None, form_url=None, attachments=[]
            )
        ).rowcount
    )


def _old(tx: Tx, kind: str) -> _Old:
    token = opt_out_token.c
    kinds = {
        "texts": _Old(
            table=message,
            key=message.c.id,
            at=_ended_at(),
            where=_texts(),
            values={"body_enc": None},
        ),
        "digits": _Old(
            table=opt_out_token,
            key=token.token_hash,
            at=token.created_at,
            where=(token.last_digits != "", _free(token.contact_id)),
            values={"last_digits": ""},
        ),
        "replies": _Old(
            table=reply,
            key=reply.c.id,
            at=reply.c.received_at,
            where=_replies(),
            values={"text_enc": None},
        ),
        "events": _Old(
            table=event,
            key=event.c.id,
            at=event.c.received_at,
            where=_events(),
            values={"payload_enc": None},
        ),
        "sources": _Old(
            table=contact, key=contact.c.id, at=_last_used(tx), where=_ended(), values={}
        ),
    }
    return kinds[kind]


def days(tx: Tx, kind: str) -> dict[date, int]:
    """Count the rows of a kind by the day, in Japan, from which their time is counted."""
    old = _old(tx, kind)
    return _by_day(tx, old.at, *old.where)


def days_of_numbers(tx: Tx) -> dict[date, int]:
    """Count numbers that are kept by the day, in Japan, of their last SMS or new ground."""
    renewing = evidence.c.event_type.in_(("given", "renewed", "imported", "requested"))
    last = _latest(
        tx,
        contact.c.created_at,
        _newest(message.c.marked_at, message.c.contact_id),
        _newest(evidence.c.recorded_at, evidence.c.contact_id, renewing),
    )
    kept = (contact.c.number_enc.is_not(None), contact.c.legal_hold_at.is_(None))
    return _by_day(tx, last, *kept)


def held(tx: Tx) -> int:
    """Count numbers under a legal hold."""
    query = sa.select(sa.func.count()).where(contact.c.legal_hold_at.is_not(None))
    return int(tx.execute(query).scalar_one())


def _texts() -> Sequence[sa.ColumnElement[bool]]:
    left = message.c.state.not_in(_MOVING)
    return message.c.body_enc.is_not(None), left, _free(message.c.contact_id)


def _ended_at() -> sa.ColumnElement[Any]:
    return sa.func.coalesce(
        message.c.finished_at, message.c.submitted_at, message.c.marked_at, message.c.created_at
    )


def _replies() -> Sequence[sa.ColumnElement[bool]]:
    return reply.c.text_enc.is_not(None), _free(reply.c.contact_id)


def _events() -> Sequence[sa.ColumnElement[bool]]:
    return event.c.payload_enc.is_not(None), event.c.state == "done"


def _ended() -> Sequence[sa.ColumnElement[bool]]:
    proof = sa.exists().where(
        evidence.c.contact_id == contact.c.id, evidence.c.source_salt.is_not(None)
    )
    return contact.c.erased_at.is_not(None), contact.c.legal_hold_at.is_(None), proof


def _last_used(tx: Tx) -> sa.ColumnElement[datetime]:
    """When a number's evidence began to age: its last promotional SMS, or its last entry."""
    promotional = message.c.message_class == "promotional"
    return _latest(
        tx,
        contact.c.created_at,
        _newest(message.c.marked_at, message.c.contact_id, promotional),
        _newest(evidence.c.recorded_at, evidence.c.contact_id),
    )


def _newest(
    at: sa.Column[Any], of: sa.Column[Any], *more: sa.ColumnElement[bool]
) -> sa.ColumnElement[Any]:
    mine = sa.select(sa.func.max(at)).where(of == contact.c.id, *more)
    return mine.correlate(contact).scalar_subquery()


def _latest(tx: Tx, first: sa.Column[Any], *others: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    # SQLite's max() of several values gives NULL where one of them is.
    name = "greatest" if tx.dialect.name == "postgresql" else "max"
    known = [sa.func.coalesce(other, first) for other in others]
    return getattr(sa.func, name)(first, *known, type_=first.type)  # type: ignore[no-any-return]


def _free(contact_id: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """The condition that a row's number, if it has one, is not under a legal hold."""
    return ~sa.exists().where(contact.c.id == contact_id, contact.c.legal_hold_at.is_not(None))


def _by_day(tx: Tx, at: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> dict[date, int]:
    if tx.dialect.name == "postgresql":
        day = sa.func.date(sa.func.timezone("Asia/Tokyo", at))
    else:
        day = sa.func.date(at, "+9 hours")
    rows = tx.execute(sa.select(day, sa.func.count()).where(*where).group_by(day).order_by(day))
    return {
        found if isinstance(found, date) else date.fromisoformat(found): number
        for found, number in rows
    }
