"""The erasing itself: numbers, names, texts, personal parts.

What stays of an erased number: its row with the keyed hash, its exclusions, its entries in the
ledger without their personal part, and the ids of its records.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.erasure_aim import Aim, answers, own
from hub.store.tables.consent import evidence, exclusion
from hub.store.tables.events import event
from hub.store.tables.forms import consent_request
from hub.store.tables.messages import message, reply
from hub.store.tables.optouts import opt_out_token
from hub.store.tables.people import contact, further_number, link

ERASED = "erased"

Where = Any
"""A condition; `among` gives one as text."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Rows of a table that lose these values; only a named part is counted."""

    table: sa.Table
    where: Sequence[Where]
    values: Mapping[str, Any]
    name: str = ""


def erase(
    tx: Tx, aim: Aim, whole: Sequence[int], part: Sequence[int], now: datetime
) -> dict[str, int]:
    """Erase what is meant of these contacts and leave tombstones; count rows by what they held.

    Of the `whole` ones everything personal goes. Of the others only what the user or site has;
    their numbers are left to `hub.store.links.drop_numbers`. The caller holds all of them.
    """
    counts: Counter[str] = Counter()
    for each in _parts(tx, aim, whole, part, now):
        rows = _put(tx, each.table, *each.where, **each.values)
        counts.update({each.name: rows} if each.name else {})
    return dict(counts)


def count(
    tx: Tx, aim: Aim, whole: Sequence[int], part: Sequence[int], now: datetime
) -> dict[str, int]:
    """Count what `erase` would erase; nothing is changed."""
    return {
        each.name: _count(tx, each.table, *each.where)
        for each in _parts(tx, aim, whole, part, now)
        if each.name
    }


def kept(tx: Tx, contact_ids: Sequence[int]) -> dict[str, int]:
    """Count what outlives an erasure: entries of the ledger, and the exclusion list."""
    active = exclusion.c.lifted_at.is_(None)
    return {
        "evidence": _count(tx, evidence, among(tx, evidence.c.contact_id, contact_ids)),
        "exclusions": _count(tx, exclusion, among(tx, exclusion.c.contact_id, contact_ids), active),
    }


def _parts(
    tx: Tx, aim: Aim, whole: Sequence[int], part: Sequence[int], now: datetime
) -> Iterator[_Part]:
    """Give the parts in their order: what leads to other rows comes after them."""
    if whole:
        of_link = _of_numbers(tx, whole)
        texts = among(tx, message.c.contact_id, whole)
        replies = among(tx, reply.c.contact_id, whole)
        yield from _of_links(of_link, now)
        yield from _of_messages(texts, among(tx, opt_out_token.c.contact_id, whole))
        yield _sealed(reply.c.text_enc, "replies", replies)
        yield from _of_contacts(tx, whole, now)
    if part:
        links = sa.and_(among(tx, link.c.contact_id, part), own(link, aim))
        sent = sa.and_(
            among(tx, message.c.contact_id, part),
            own(message, aim),
            message.c.created_at <= aim.before,
        )
        answered = sa.and_(among(tx, reply.c.contact_id, part), answers(aim))
        carried = opt_out_token.c.message_id.in_(sa.select(message.c.id).where(sent))
        yield from _of_links(links, now)
        yield from _of_messages(sent, carried)
        yield _sealed(reply.c.text_enc, "replies", answered)


def _of_numbers(tx: Tx, ids: Sequence[int]) -> Where:
    """The records with one of these numbers, and those without any that one is a further one to."""
    further = sa.exists().where(
        further_number.c.connection_id == link.c.connection_id,
        further_number.c.ref == link.c.ref,
        among(tx, further_number.c.contact_id, ids),
    )
    alone = sa.and_(link.c.contact_id.is_(None), further)
    return sa.or_(among(tx, link.c.contact_id, ids), alone)


def _of_links(mine: Where, now: datetime) -> Iterator[_Part]:
    told = sa.exists().where(
        link.c.connection_id == event.c.connection_id, link.c.ref == event.c.ref, mine
    )
    yield _sealed(event.c.payload_enc, "events", told)
    empty = {"name_enc": None, "attributes_enc": None}
    yield _Part(table=link, where=(mine, _has_values()), values=empty, name="records")
    # What the records say of consent stays in their standing, so that the next pull of the same
    # adds nothing.
    known = {"verdict": ERASED, "agreed": "{}", "refused": "[]", "erased_at": now}
    yield _Part(table=link, where=(mine,), values=known)


def _of_messages(mine: Where, carried: Where) -> Iterator[_Part]:
    yield _sealed(message.c.body_enc, "texts", mine)
    digits = opt_out_token.c.last_digits != ""
    yield _Part(table=opt_out_token, where=(carried, digits), values={"last_digits": ""})


def _of_contacts(tx: Tx, ids: Sequence[int], now: datetime) -> Iterator[_Part]:
    personal = (among(tx, evidence.c.contact_id, ids), evidence.c.personal_salt.is_not(None))
    gone = {"personal_enc": None, "personal_salt": None}
    yield _Part(table=evidence, where=personal, values=gone, name="proofs")
    notes = (among(tx, exclusion.c.contact_id, ids), exclusion.c.note != "")
    yield _Part(table=exclusion, where=notes, values={"note": ""})
    mine = among(tx, contact.c.id, ids)
    yield _sealed(contact.c.number_enc, "numbers", mine)
    fresh = (mine, contact.c.erased_at.is_(None))
    yield _Part(table=contact, where=fresh, values={"erased_at": now})


def _sealed(column: sa.Column[Any], name: str, mine: Where) -> _Part:
    there = column.is_not(None)
    return _Part(table=column.table, where=(mine, there), values={column.name: None}, name=name)


def erase_again(tx: Tx, since: datetime, after: int, limit: int) -> tuple[list[int], int]:
    """Erase what other transactions wrote while a number was being erased; give who was looked at.

    A page of a pull or of a send that had read the number before may store a name or a text right
    after. Replies and entries that came later are the person's own new acts and stay.
    """
    query = (
        sa.select(contact.c.id)
        .where(contact.c.id > after, contact.c.erased_at >= since)
        .where(contact.c.legal_hold_at.is_(None), ~_asks_anew())
        .order_by(contact.c.id)
        .limit(limit)
        .with_for_update()
    )
    ids = list(tx.execute(query).scalars())
    if not ids:
        return [], 0
    of_link = (among(tx, link.c.contact_id, ids), _has_values())
    empty = {"name_enc": None, "attributes_enc": None, "verdict": ERASED}
    digits = among(tx, opt_out_token.c.contact_id, ids)
    parts = [
        _Part(table=link, where=of_link, values=empty),
        *_of_messages(among(tx, message.c.contact_id, ids), digits),
        _sealed(contact.c.number_enc, "numbers", among(tx, contact.c.id, ids)),
    ]
    return ids, sum(_put(tx, each.table, *each.where, **each.values) for each in parts)


def come_back(tx: Tx, contact_ids: Sequence[int], acted_at: datetime, *, records: bool) -> None:
    """Take the tombstones of these numbers away: the person acted anew after the erasure.

    Nothing happens to a number that was erased later than the person acted. With `records` all
    that was known of the number's records is forgotten too, so that the next reading judges them
    anew; without it each record stays erased until it says something newer itself.
    """
    back = sa.and_(among(tx, contact.c.id, contact_ids), contact.c.erased_at < acted_at)
    if records:
        ids = list(tx.execute(sa.select(contact.c.id).where(back)).scalars())
        _put(tx, link, among(tx, link.c.contact_id, ids), erased_at=None, standing=None)
    _put(tx, contact, back, erased_at=None)


def records_back(tx: Tx, connection_id: int, refs: Sequence[str]) -> None:
    """Take the tombstones of these records away: each says something newer than its erasure."""
    mine = sa.and_(link.c.connection_id == connection_id, among(tx, link.c.ref, refs))
    _put(tx, link, mine, link.c.erased_at.is_not(None), erased_at=None)


def _asks_anew() -> sa.ColumnElement[bool]:
    """Whoever just sent a form waits for its code, and the code needs the number."""
    mine = consent_request.c.contact_id == contact.c.id
    return sa.exists().where(mine, consent_request.c.state == "waiting")


def _has_values() -> sa.ColumnElement[bool]:
    return sa.or_(link.c.name_enc.is_not(None), link.c.attributes_enc.is_not(None))


def _count(tx: Tx, table: sa.Table, *where: Where) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return int(tx.execute(query).scalar_one())


def _put(tx: Tx, table: sa.Table, *where: Where, **values: Any) -> int:
    """Change rows and give how many; a row that has nothing to lose is better left out."""
    return int(tx.execute(sa.update(table).where(*where).values(**values)).rowcount)
