"""Contacts (one number each), their locks, and the links to the records behind them.

Everything here is set-wise: a page of records or a group of messages costs a handful of
statements, never one for each person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa

from hub.store import keyfacts
from hub.store import lookups as lookup_rows
from hub.store.among import Among, among
from hub.store.cipher import Cipher, Lookups
from hub.store.database import Tx
from hub.store.tables.people import contact, link

CHUNK = 2000
"""How many values one statement is given; each costs as much in Python as a hundred more rows."""

T = TypeVar("T")


class LinkRow(NamedTuple):
    """One record of one connection, as the hub knows it. A tuple: pages make thousands of them.

    `ref` is `object:id`. `contact_id` is None where the record has no usable number; `verdict`
    then says why. `standing` is the digest of all that bears on consent. `out` says that the
    record's own opt-out field is set; `agreed` and `refused` are JSON:
    the purposes it says yes to, with when that was first seen, and no to.
    `own_version` is the version our own last write produced. Times are UTC.
    """

    id: int
    connection_id: int
    ref: str
    contact_id: int | None
    verdict: str
    standing: bytes | None
    agreed: str
    refused: str
    out: bool
    version: str | None
    own_version: str | None
    site_id: int | None
    owner_id: int | None
    modified_at: datetime | None
    number_changed_at: datetime | None
    read_at: datetime
    vanished_at: datetime | None
    erased_at: datetime | None = None

    def __repr__(self) -> str:
        return f"LinkRow(id={self.id}, connection_id={self.connection_id}, ref={self.ref!r})"


class Recipient(NamedTuple):
    """A link as a list send looks at it: less than a `LinkRow`, for all of an audience."""

    id: int
    contact_id: int | None
    site_id: int | None
    vanished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class MergeValues:
    """What a template may put into a text; empty where the record gives no ground to keep it."""

    name: str = field(repr=False)
    attributes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Which of a connection's links a list send asks for; None means any."""

    verdicts: frozenset[str] | None = None
    site_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The contacts of a set of numbers: their ids in the order asked, and the ones just made.

    `made` gives the lookup of each new one. `lacking` gives the lookup, under the index key that
    new contacts use, of those that do not have it yet (`hub.store.lookups.add`).
    """

    ids: Sequence[int]
    made: Mapping[int, bytes] = field(repr=False)
    lacking: Mapping[int, bytes] = field(repr=False)


_LINKS = sa.select(*(link.c[name] for name in LinkRow._fields))
_RECIPIENTS = sa.select(*(link.c[name] for name in Recipient._fields))
_LIVING = Among(_LINKS.where(link.c.vanished_at.is_(None)).order_by(link.c.id), link.c.contact_id)
_HELD = Among(sa.select(contact.c.id).order_by(contact.c.id).with_for_update(), contact.c.id)
_NUMBERS = Among(
    sa.select(contact.c.id, contact.c.lookup, contact.c.number_enc).where(
        contact.c.number_enc.is_not(None)
    ),
    contact.c.id,
)


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Give the values in parts that fit one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def lock_contacts(tx: Tx, contact_ids: Sequence[int]) -> None:
    """Hold these numbers until the transaction ends: the lock an opt-out and the gate share.

    Locks are taken in the order of their ids, so that two that want the same numbers never wait
    for each other. On SQLite the write transaction holds the one write lock already.
    """
    if tx.dialect.name != "postgresql":
        return
    for part in chunks(sorted(set(contact_ids))):
        _HELD.rows(tx, part)


def contacts_for(tx: Tx, lookups: Sequence[Lookups], now: datetime) -> list[int]:
    """Give the contact of each number, made where there is none; see `find_or_make`."""
    return list(find_or_make(tx, lookups, now).ids)


def find_or_make(tx: Tx, lookups: Sequence[Lookups], now: datetime) -> Found:
    """Give the contact of each number, by its lookups under every index key.

    Two pulls that meet a new number at once get the same contact: one waits for the other. Raises
    ConfigError(`HUB_KEYS`) where this process lacks the index key that new contacts use.
    """
    known = _known(tx, [value for each in lookups for value in each])
    missing = [each for each in lookups if known.keys().isdisjoint(each)]
    rotated = any(len(each) > 1 for each in lookups)
    used = keyfacts.used_index(tx) if missing or rotated else None
    made: dict[bytes, int] = {}
    if missing:
        if rotated:
            # Somebody may have made them under an older key before this transaction held it.
            known |= _known(tx, [value for each in missing for value in each])
            missing = [each for each in missing if known.keys().isdisjoint(each)]
        # Sorted, so that two transactions that insert the same numbers do so in one order.
        new = sorted({_of_key(each, used) for each in missing})
        for part in chunks(new):
            made |= lookup_rows.insert(tx, part, used, now)
        known |= made
        known |= _known(tx, [value for value in new if value not in made])
    ids = [_of_first(known, each) for each in lookups]
    lacking = {
        id_: value
        for id_, each in zip(ids, lookups, strict=True)
        if rotated and (value := _of_key(each, used)) not in known
    }
    return Found(ids=ids, made={id_: value for value, id_ in made.items()}, lacking=lacking)


def _of_key(lookups: Lookups, used: int | None) -> bytes:
    """Give the lookup that a new contact gets. A store that knows no keys takes the first."""
    return lookups[0] if used is None else lookups.under(used)


def _of_first(known: Mapping[bytes, int], values: Sequence[bytes]) -> int:
    # Nearly always the first: a number has several lookups only after a rotation of index keys.
    found = known.get(values[0])
    return next(known[value] for value in values if value in known) if found is None else found


def known_contacts(tx: Tx, lookups: Sequence[Sequence[bytes]]) -> list[int | None]:
    """Give the contact of each number, by its lookups under every index key; None where unknown."""
    known = _known(tx, [value for each in lookups for value in each])
    return [next((known[value] for value in each if value in known), None) for each in lookups]


def find_contact(tx: Tx, lookups: Sequence[bytes]) -> int | None:
    """Give the contact of one number, by its lookups under every index key; None where unknown."""
    known = _known(tx, lookups)
    return next((known[value] for value in lookups if value in known), None)


def _known(tx: Tx, values: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in chunks(list(dict.fromkeys(values))):
        found |= lookup_rows.find(tx, part)
    return found


def numbers_of(tx: Tx, cipher: Cipher, contact_ids: Sequence[int]) -> dict[int, str]:
    """Give the E.164 numbers of those contacts that have one stored."""
    numbers: dict[int, str] = {}
    for part in chunks(list(dict.fromkeys(contact_ids))):
        for id_, lookup, sealed in _NUMBERS.rows(tx, part):
            numbers[id_] = cipher.decrypt(sealed, number_context(lookup))
    return numbers


def number_context(lookup: bytes) -> str:
    """Name the place of a contact's number for the cipher."""
    return f"contact.number:{lookup.hex()}"


def name_context(connection_id: int, ref: str) -> str:
    """Name the place of a record's name for the cipher."""
    return f"link.name:{connection_id}:{ref}"


def attributes_context(connection_id: int, ref: str) -> str:
    """Name the place of a record's attributes for the cipher."""
    return f"link.attributes:{connection_id}:{ref}"


def links_of_contacts(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[LinkRow]]:
    """Give the living links of each contact, in every connection; a contact may have none."""
    links: dict[int, list[LinkRow]] = {id_: [] for id_ in contact_ids}
    for part in chunks(list(links)):
        for row in map(LinkRow._make, _LIVING.rows(tx, part)):
            if row.contact_id is not None:
                links[row.contact_id].append(row)
    return links


def merge_values(
    tx: Tx, cipher: Cipher, link_ids: Sequence[int], *, name: bool = True, attributes: bool = True
) -> dict[int, MergeValues]:
    """Give name and attributes of these links; a link without any has empty ones.

    What is not asked for is neither read nor decrypted, and empty.
    """
    values: dict[int, MergeValues] = {}
    columns = (
        link.c.id,
        link.c.connection_id,
        link.c.ref,
        link.c.name_enc if name else sa.null(),
        link.c.attributes_enc if attributes else sa.null(),
    )
    for part in chunks(list(dict.fromkeys(link_ids))):
        for id_, connection_id, ref, name_enc, attributes_enc in tx.execute(
            sa.select(*columns).where(among(tx, link.c.id, part))
        ).all():
            context = attributes_context(connection_id, ref)
            values[id_] = MergeValues(
                name=cipher.decrypt(name_enc, name_context(connection_id, ref)) if name_enc else "",
                attributes=(
                    orjson.loads(cipher.decrypt(attributes_enc, context)) if attributes_enc else {}
                ),
            )
    return values


def find_links(tx: Tx, connection_id: int, refs: Sequence[str]) -> dict[str, LinkRow]:
    """Give the links of these records, vanished ones too; a record never read has none."""
    found: dict[str, LinkRow] = {}
    for part in chunks(list(dict.fromkeys(refs))):
        query = _LINKS.where(link.c.connection_id == connection_id, among(tx, link.c.ref, part))
        found.update((row.ref, row) for row in _links(tx, query))
    return found


def links_by_id(tx: Tx, link_ids: Sequence[int]) -> dict[int, LinkRow]:
    """Give these links, vanished ones too."""
    found: dict[int, LinkRow] = {}
    for part in chunks(list(dict.fromkeys(link_ids))):
        query = _LINKS.where(among(tx, link.c.id, part))
        found.update((row.id, row) for row in _links(tx, query))
    return found


def audience(
    tx: Tx,
    connection_id: int,
    after_link_id: int,
    limit: int,
    filters: Audience | None = None,
) -> list[Recipient]:
    """Give the next living links with a number, in the order of their ids, for a list send."""
    filters = filters or Audience()
    query = _RECIPIENTS.where(
        # An expression no index knows: by the one on the connection, all its links would be read
        # and sorted for every page.
        link.c.connection_id + 0 == connection_id,
        link.c.id > after_link_id,
        link.c.contact_id.is_not(None),
        link.c.vanished_at.is_(None),
    )
    if filters.verdicts is not None:
        query = query.where(link.c.verdict.in_(sorted(filters.verdicts)))
    if filters.site_id is not None:
        query = query.where(link.c.site_id == filters.site_id)
    return list(map(Recipient._make, tx.execute(query.order_by(link.c.id).limit(limit)).all()))


def _links(tx: Tx, query: sa.Select[Any]) -> Iterator[LinkRow]:
    # All at once: fetched one by one, a row costs twice as much.
    return map(LinkRow._make, tx.execute(query).all())
