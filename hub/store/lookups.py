"""The rows by which numbers are found: keyed hashes, each under the index key it names.

A contact has one lookup of its own, and further ones (`contact_lookup`) under other keys.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store import keyfacts
from hub.store.bulk import hexed, moment
from hub.store.database import Tx
from hub.store.tables.people import contact, contact_lookup

_PART = 500
_FIRST_KEY = 1
"""The number of the first index key a store has."""


def find(tx: Tx, values: Sequence[bytes]) -> dict[bytes, int]:
    """Give the contact of each of these lookups that has one; a few hundred at a time."""
    if tx.dialect.name == "postgresql":
        given: tuple[Any, ...] = (_hexed(values),)
        among_them = "= ANY(ARRAY(SELECT value::bytea FROM json_array_elements_text(%s::json)))"
    else:
        # JSON has no bytes, and SQLite reads hex only from 3.41 on.
        given = tuple(values)
        among_them = f"IN ({', '.join('?' * len(values))})"
    rows = tx.exec_driver_sql(
        f"SELECT lookup, contact_id FROM contact_lookup WHERE lookup {among_them} "  # noqa: S608
        f"UNION ALL SELECT lookup, id FROM contact WHERE lookup {among_them}",
        given * 2,
    )
    return {bytes(row[0]): row[1] for row in rows}


def insert(tx: Tx, values: Sequence[bytes], key: int | None, now: datetime) -> dict[bytes, int]:
    """Add contacts where no other transaction did; give the ones that are this one's own.

    `key` is the index key the lookups were made under. Straight to the driver, in one statement for
    many: a first pull adds every number.
    """
    key = key or _FIRST_KEY
    if tx.dialect.name == "postgresql":
        rows = tx.exec_driver_sql(
            "INSERT INTO contact (lookup, index_key, created_at) "
            "SELECT value::bytea, %s, %s FROM json_array_elements_text(%s::json) "
            "ON CONFLICT (lookup) DO NOTHING RETURNING lookup, id",
            (key, now, _hexed(values)),
        )
    else:
        # The write transaction has the only write lock: what was missing is nobody else's.
        places = ", ".join(["(?, ?, ?)"] * len(values))
        rows = tx.exec_driver_sql(
            f"INSERT INTO contact (lookup, index_key, created_at) VALUES {places} "  # noqa: S608
            "RETURNING lookup, id",
            tuple(value for lookup in values for value in (lookup, key, moment(now))),
        )
    return {bytes(row[0]): row[1] for row in rows}


def add(tx: Tx, lacking: Mapping[int, bytes]) -> None:
    """Add a lookup, under the index key that new contacts use, to these contacts, which are held.

    Their numbers may not be stored, so it can only be done while somebody tells them.
    """
    if not lacking:
        return
    key = keyfacts.used_index(tx) or _FIRST_KEY
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(contact_lookup).on_conflict_do_nothing(index_elements=["lookup"]),
        [
            {"lookup": value, "contact_id": id_, "index_key": key}
            for id_, value in sorted(lacking.items())
        ],
    )


def of_contacts(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[tuple[int, bytes]]]:
    """Give every lookup of these contacts, each with the number of its index key."""
    found: dict[int, list[tuple[int, bytes]]] = {id_: [] for id_ in contact_ids}
    ids = list(found)
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        own = sa.select(contact.c.id, contact.c.index_key, contact.c.lookup)
        further = sa.select(
            contact_lookup.c.contact_id, contact_lookup.c.index_key, contact_lookup.c.lookup
        )
        for id_, key, value in tx.execute(own.where(contact.c.id.in_(part))):
            found[id_].append((key, bytes(value)))
        for id_, key, value in tx.execute(further.where(contact_lookup.c.contact_id.in_(part))):
            found[id_].append((key, bytes(value)))
    return found


def _hexed(values: Sequence[bytes]) -> str:
    return orjson.dumps([hexed(value) for value in values]).decode()
