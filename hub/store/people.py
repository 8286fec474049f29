"""Contacts (one number each), their locks, and the links to the records behind them.

Everything here is set-wise: a page of records or a group of messages costs a handful of
statements, never one for each person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from hub.store.among import among
from hub.store.bulk import hexed, moment
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.tables.people import contact, link

CHUNK = 500
"""How many values one IN list holds; PostgreSQL and SQLite both take far more, but plan worse."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """One record of one connection, as the hub knows it.

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
    standing: bytes | None = field(repr=False)
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
    """The contacts of a set of numbers: their ids in the order asked, and the ones just made."""

    ids: Sequence[int]
    made: frozenset[int]


_LINK_NAMES = tuple(LinkRow.__dataclass_fields__)
_LINKS = sa.select(*(link.c[name] for name in _LINK_NAMES))


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
        tx.execute(
            sa.select(contact.c.id)
            .where(among(tx, contact.c.id, part))
            .order_by(contact.c.id)
            .with_for_update()
        )


def contacts_for(tx: Tx, lookups: Sequence[Sequence[bytes]], now: datetime) -> list[int]:
    """Give the contact of each number, made where there is none; see `find_or_make`."""
    return list(find_or_make(tx, lookups, now).ids)


def find_or_make(tx: Tx, lookups: Sequence[Sequence[bytes]], now: datetime) -> Found:
    """Give the contact of each number, by its lookups under every index key, the current first.

    Two pulls that meet a new number at once get the same contact: one waits for the other.
    """
    known = _known(tx, [value for each in lookups for value in each])
    missing = sorted({each[0] for each in lookups if not any(value in known for value in each)})
    made: dict[bytes, int] = {}
    if missing:
        # Sorted, so that two transactions that insert the same numbers do so in one order.
        made = _insert(tx, missing, now)
        known |= made
        known |= _known(tx, [value for value in missing if value not in made])
    ids = [next(known[value] for value in each if value in known) for each in lookups]
    return Found(ids=ids, made=frozenset(made.values()))


def find_contact(tx: Tx, lookups: Sequence[bytes]) -> int | None:
    """Give the contact of one number, by its lookups under every index key; None where unknown."""
    known = _known(tx, lookups)
    return next((known[value] for value in lookups if value in known), None)


def _known(tx: Tx, values: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in chunks(list(dict.fromkeys(values))):
        if tx.dialect.name == "postgresql":
            given: tuple[Any, ...] = (_hexed(part),)
            among_them = "= ANY(ARRAY(SELECT value::bytea FROM json_array_elements_text(%s::json)))"
        else:
            # JSON has no bytes, and SQLite reads hex only from 3.41 on.
            given = tuple(part)
            among_them = f"IN ({', '.join('?' * len(part))})"
        rows = tx.exec_driver_sql(
            f"SELECT lookup, contact_id FROM contact_lookup WHERE lookup {among_them} "  # noqa: S608
            f"UNION ALL SELECT lookup, id FROM contact WHERE lookup {among_them}",
            given * 2,
        )
        found.update((bytes(row[0]), row[1]) for row in rows)
    return found


def _insert(tx: Tx, lookups: Sequence[bytes], now: datetime) -> dict[bytes, int]:
    """Add contacts where no other transaction did; give the ones that are this one's own.

    Straight to the driver, in one statement for many: a first pull adds every number.
    """
    made: dict[bytes, int] = {}
    for part in chunks(lookups):
        if tx.dialect.name == "postgresql":
            rows = tx.exec_driver_sql(
                "INSERT INTO contact (lookup, created_at) "
                "SELECT value::bytea, %s FROM json_array_elements_text(%s::json) "
                "ON CONFLICT (lookup) DO NOTHING RETURNING lookup, id",
                (now, _hexed(part)),
            )
        else:
            # The write transaction has the only write lock: what was missing is nobody else's.
            places = ", ".join(["(?, ?)"] * len(part))
            rows = tx.exec_driver_sql(
                f"INSERT INTO contact (lookup, created_at) VALUES {places} "  # noqa: S608
                "RETURNING lookup, id",
                tuple(value for lookup in part for value in (lookup, moment(now))),
            )
        made.update((bytes(row[0]), row[1]) for row in rows)
    return made


def _hexed(values: Sequence[bytes]) -> str:
    return orjson.dumps([hexed(value) for value in values]).decode()


def numbers_of(tx: Tx, cipher: Cipher, contact_ids: Sequence[int]) -> dict[int, str]:
    """Give the E.164 numbers of those contacts that have one stored."""
    numbers: dict[int, str] = {}
    columns = (contact.c.id, contact.c.lookup, contact.c.number_enc)
    for part in chunks(list(dict.fromkeys(contact_ids))):
        query = sa.select(*columns).where(
            among(tx, contact.c.id, part), contact.c.number_enc.is_not(None)
        )
        for id_, lookup, sealed in tx.execute(query):
            numbers[id_] = cipher.decrypt(sealed, number_context(lookup))
    return numbers


def number_context(lookup: bytes) -> str:
    """Name the place of a contact's number for the cipher."""
    return f"contact.number:{lookup.hex()}"


def links_of_contacts(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[LinkRow]]:
    """Give the living links of each contact, in every connection; a contact may have none."""
    links: dict[int, list[LinkRow]] = {id_: [] for id_ in contact_ids}
    for part in chunks(list(links)):
        query = _LINKS.where(
            among(tx, link.c.contact_id, part), link.c.vanished_at.is_(None)
        ).order_by(link.c.id)
        for row in _links(tx, query):
            if row.contact_id is not None:
                links[row.contact_id].append(row)
    return links


def merge_values(tx: Tx, cipher: Cipher, link_ids: Sequence[int]) -> dict[int, MergeValues]:
    """Give name and attributes of these links; a link without any has empty ones."""
    values: dict[int, MergeValues] = {}
    columns = (
        link.c.id,
        link.c.connection_id,
        link.c.ref,
        link.c.name_enc,
        link.c.attributes_enc,
    )
    for part in chunks(list(dict.fromkeys(link_ids))):
        for id_, connection_id, ref, name, attributes in tx.execute(
            sa.select(*columns).where(among(tx, link.c.id, part))
        ):
            where = f"{connection_id}:{ref}"
            values[id_] = MergeValues(
                name=cipher.decrypt(name, f"link.name:{where}") if name else "",
                attributes=(
                    orjson.loads(cipher.decrypt(attributes, f"link.attributes:{where}"))
                    if attributes
                    else {}
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
) -> list[LinkRow]:
    """Give the next living links with a number, in the order of their ids, for a list send."""
    filters = filters or Audience()
    query = _LINKS.where(
        link.c.connection_id == connection_id,
        link.c.id > after_link_id,
        link.c.contact_id.is_not(None),
        link.c.vanished_at.is_(None),
    )
    if filters.verdicts is not None:
        query = query.where(link.c.verdict.in_(sorted(filters.verdicts)))
    if filters.site_id is not None:
        query = query.where(link.c.site_id == filters.site_id)
    return list(_links(tx, query.order_by(link.c.id).limit(limit)))


def _links(tx: Tx, query: sa.Select[Any]) -> Iterator[LinkRow]:
    for row in tx.execute(query):
        yield LinkRow(**dict(zip(_LINK_NAMES, row, strict=True)))
