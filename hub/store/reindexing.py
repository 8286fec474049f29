"""Finding numbers under another index key: which contacts have moved to it, which cannot.

A contact moves once its number is known: it is stored, or a pull has told it again. Of a number
that is neither, as of most erased ones, only the hash under the older key is left; it is found by
that, and the key has to stay.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.errors import ConfigError
from hub.store import lookups, people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.sealed import Walked
from hub.store.tables.people import contact, contact_lookup


@dataclass(frozen=True, kw_only=True)
class Resting:
    """How many contacts are found by an index key alone, and how many of them were erased."""

    contacts: int
    erased: int


def counts(tx: Tx) -> dict[int, dict[str, int]]:
    """Count lookups by index key and table."""
    counted: dict[int, dict[str, int]] = {}
    for table in (contact, contact_lookup):
        query = sa.select(table.c.index_key, sa.func.count()).group_by(table.c.index_key)
        for key, number in tx.execute(query):
            counted.setdefault(key, {})[table.name] = number
    return counted


def left(tx: Tx, used: int) -> int:
    """Count the contacts that can be moved to the index key that new contacts use."""
    query = sa.select(sa.func.count()).select_from(contact).where(*_movable(used))
    return int(tx.execute(query).scalar_one())


def resting(tx: Tx, key: int) -> Resting:
    """Count the contacts whose own lookup is under this key."""
    query = sa.select(sa.func.count(), sa.func.count(contact.c.erased_at)).where(
        contact.c.index_key == key
    )
    contacts, erased = tx.execute(query).one()
    return Resting(contacts=contacts, erased=erased)


def move(tx: Tx, cipher: Cipher, used: int, after: int, limit: int) -> Walked:
    """Move the next contacts to the index key that new ones use; the older lookup stays beside it.

    The number is sealed anew with it, since its place is named by the lookup. Contacts that
    another transaction holds are left out and met by a later walk.
    """
    query = (
        sa.select(contact.c.id, contact.c.lookup, contact.c.index_key, contact.c.number_enc)
        .where(contact.c.id > after, *_movable(used))
        .order_by(contact.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = tx.execute(query).all()
    if not rows:
        return Walked(last=None)
    told = _told(tx, [row.id for row in rows], used)
    new: dict[int, dict[str, Any]] = {}
    for row in rows:
        try:
            values = _moved(cipher, row, told, used)
        except ConfigError:
            continue
        new[row.id] = values
    owners: dict[bytes, int] = {}
    for part in people.chunks([values["lookup"] for values in new.values()]):
        owners |= lookups.find(tx, part)
    # One that is another contact's stays where it is: whose it is has to be seen by a person.
    new = {id_: v for id_, v in new.items() if owners.get(v["lookup"], id_) == id_}
    _put(tx, [row for row in rows if row.id in new], new, used)
    unread = len(rows) - len(new)
    return Walked(last=rows[-1].id, seen=len(rows), changed=len(new), unread=unread)


def drop(tx: Tx, key: int, limit: int) -> int:
    """Delete further lookups under a key that is to go, some at a time; give how many."""
    some = sa.select(contact_lookup.c.lookup).where(contact_lookup.c.index_key == key).limit(limit)
    gone = sa.delete(contact_lookup).where(contact_lookup.c.lookup.in_(some))
    return int(tx.execute(gone).rowcount)


def _movable(used: int) -> tuple[sa.ColumnElement[bool], ...]:
    told = sa.exists().where(
        contact_lookup.c.contact_id == contact.c.id, contact_lookup.c.index_key == used
    )
    return contact.c.index_key != used, sa.or_(contact.c.number_enc.is_not(None), told)


def _told(tx: Tx, ids: list[int], used: int) -> dict[int, bytes]:
    query = sa.select(contact_lookup.c.contact_id, contact_lookup.c.lookup).where(
        contact_lookup.c.contact_id.in_(ids), contact_lookup.c.index_key == used
    )
    return {id_: bytes(lookup) for id_, lookup in tx.execute(query)}


def _moved(cipher: Cipher, row: Any, told: dict[int, bytes], used: int) -> dict[str, Any]:
    if row.number_enc is None:
        return {"lookup": told[row.id], "number_enc": None}
    number = cipher.decrypt(row.number_enc, people.number_context(row.lookup))
    lookup = cipher.lookups(number).under(used)
    sealed = cipher.encrypt(number, people.number_context(lookup))
    return {"lookup": lookup, "number_enc": sealed}


def _put(tx: Tx, rows: list[Any], new: dict[int, dict[str, Any]], used: int) -> None:
    if not rows:
        return
    ids = [row.id for row in rows]
    tx.execute(
        sa.delete(contact_lookup).where(
            contact_lookup.c.contact_id.in_(ids), contact_lookup.c.index_key == used
        )
    )
    tx.execute(
        sa.update(contact)
        .where(contact.c.id == sa.bindparam("of_id"))
        .values(
            lookup=sa.bindparam("new_lookup"),
            number_enc=sa.bindparam("new_number"),
            index_key=used,
        ),
        [
            {
                "of_id": id_,
                "new_lookup": new[id_]["lookup"],
                "new_number": new[id_]["number_enc"],
            }
            for id_ in ids
        ],
    )
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(contact_lookup).on_conflict_do_nothing(index_elements=["lookup"]),
        [{"lookup": row.lookup, "contact_id": row.id, "index_key": row.index_key} for row in rows],
    )
