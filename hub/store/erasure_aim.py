"""Whose data an erasure means, and which of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.messages import MessageRow, columns, rows_of
from hub.store.tables.consent import evidence
from hub.store.tables.messages import message, reply
from hub.store.tables.people import contact, link

WAITING = ("held", "queued", "claimed")
"""States of messages that have not left."""

_RENEWING = ("given", "renewed", "imported", "requested")


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Whose data is meant: of one `person`, `user`, `site`, or of everybody of an `age`.

    `subject` is the id of the contact, user or site, or the days without an SMS and without a new
    ground. Nothing that came after `before` is meant.
    """

    kind: str
    subject: int
    before: datetime

    @property
    def part_only(self) -> bool:
        """True where somebody else's data about the same number stays."""
        return self.kind in ("user", "site")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One number an erasure meets: `whole` where all of it goes, `held` under a legal hold."""

    contact_id: int
    whole: bool
    held: bool


def choose(tx: Tx, aim: Aim, after: int, limit: int) -> list[int]:
    """Give the next contacts that are meant and still have something, in the order of their ids."""
    query = (
        sa.select(contact.c.id)
        .where(contact.c.id > after, contact.c.created_at <= aim.before, _meant(aim))
        .order_by(contact.c.id)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def count(tx: Tx, aim: Aim) -> int:
    """Count the contacts that are meant and still have something."""
    query = sa.select(sa.func.count()).where(contact.c.created_at <= aim.before, _meant(aim))
    return int(tx.execute(query.select_from(contact)).scalar_one())


def judge(tx: Tx, aim: Aim, contact_ids: Sequence[int]) -> list[Chosen]:
    """Say of each of these contacts whether all of it goes, and whether it is held.

    One that is not meant any more, such as by an SMS sent meanwhile, is not in the answer. The
    caller holds the contacts.
    """
    query = (
        sa.select(contact.c.id, _whole(aim), contact.c.legal_hold_at.is_not(None))
        .where(among(tx, contact.c.id, contact_ids), _meant(aim))
        .order_by(contact.c.id)
    )
    return [
        Chosen(contact_id=id_, whole=bool(whole), held=bool(held))
        for id_, whole, held in tx.execute(query)
    ]


def waiting(tx: Tx, aim: Aim, whole: Sequence[int], part: Sequence[int]) -> list[MessageRow]:
    """Hold and give the messages that have not left and whose text or number is about to go."""
    query = columns().where(*_waiting(aim, whole, part))
    return rows_of(tx, query.order_by(message.c.id).with_for_update())


def count_waiting(tx: Tx, aim: Aim, whole: Sequence[int], part: Sequence[int]) -> int:
    """Count the messages that `waiting` would give."""
    query = sa.select(sa.func.count()).select_from(message).where(*_waiting(aim, whole, part))
    return int(tx.execute(query).scalar_one())


def _waiting(
    aim: Aim, whole: Sequence[int], part: Sequence[int]
) -> Sequence[sa.ColumnElement[bool]]:
    all_of = message.c.contact_id.in_(whole)
    some_of = sa.and_(message.c.contact_id.in_(part), own(message, aim))
    return message.c.state.in_(WAITING), sa.or_(all_of, some_of)


def own(table: sa.Table, aim: Aim) -> sa.ColumnElement[bool]:
    """Give the rows of a table that belong to the user or the site that is meant."""
    if not aim.part_only:
        return sa.false()
    column = table.c.owner_id if aim.kind == "user" else table.c.site_id
    return column == aim.subject


def answers(aim: Aim) -> sa.ColumnElement[bool]:
    """Give the replies to what the user or site sent: theirs was the last SMS before the reply."""
    column = message.c.owner_id if aim.kind == "user" else message.c.site_id
    last = (
        sa.select(column)
        .where(message.c.contact_id == reply.c.contact_id)
        .where(message.c.marked_at <= reply.c.received_at)
        .order_by(message.c.marked_at.desc(), message.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.and_(reply.c.received_at <= aim.before, last == aim.subject)


def _meant(aim: Aim) -> sa.ColumnElement[bool]:
    if aim.kind == "person":
        return sa.and_(contact.c.id == aim.subject, contact.c.erased_at.is_(None))
    if aim.kind == "age":
        return _aged(aim.before - timedelta(days=aim.subject))
    return sa.or_(
        sa.and_(own(contact, aim), contact.c.erased_at.is_(None)),
        sa.exists().where(
            link.c.contact_id == contact.c.id, own(link, aim), link.c.erased_at.is_(None)
        ),
        sa.exists().where(
            message.c.contact_id == contact.c.id,
            own(message, aim),
            message.c.created_at <= aim.before,
            sa.or_(message.c.body_enc.is_not(None), message.c.state.in_(WAITING)),
        ),
    )


def _aged(cutoff: datetime) -> sa.ColumnElement[bool]:
    """Numbers of which something is kept, with no SMS and no new ground since then."""

    def there(column: sa.Column[Any], of: sa.Column[Any], *more: sa.ColumnElement[bool]) -> Any:
        return sa.exists().where(of == contact.c.id, column.is_not(None), *more)

    kept = sa.or_(
        contact.c.number_enc.is_not(None),
        there(message.c.body_enc, message.c.contact_id),
        there(reply.c.text_enc, reply.c.contact_id),
        there(evidence.c.personal_enc, evidence.c.contact_id),
    )
    texted = sa.exists().where(
        message.c.contact_id == contact.c.id,
        sa.or_(message.c.marked_at >= cutoff, message.c.state.in_(WAITING)),
    )
    renewed = sa.exists().where(
        evidence.c.contact_id == contact.c.id,
        evidence.c.event_type.in_(_RENEWING),
        evidence.c.recorded_at >= cutoff,
    )
    old = sa.and_(contact.c.created_at < cutoff, contact.c.erased_at.is_(None))
    return sa.and_(old, kept, ~texted, ~renewed)


def _whole(aim: Aim) -> sa.ColumnElement[bool]:
    if not aim.part_only:
        return sa.true()
    column = link.c.owner_id if aim.kind == "user" else link.c.site_id
    others = sa.exists().where(
        link.c.contact_id == contact.c.id,
        link.c.vanished_at.is_(None),
        column.is_distinct_from(aim.subject),
    )
    return sa.and_(sa.func.coalesce(own(contact, aim), sa.false()), ~others)
