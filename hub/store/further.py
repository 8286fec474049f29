"""Queries about further numbers: contacts that a record's person has beside its own number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.among import among
from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.people import further_number, link


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record that has to hear of an opt-out. `out` says that it shows one itself."""

    connection_id: int
    ref: str
    out: bool


def add(tx: Tx, connection_id: int, ref: str, contact_id: int, now: datetime) -> None:
    """Note that the person of this record has this number too; twice is once."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(further_number)
        .values(connection_id=connection_id, ref=ref, contact_id=contact_id, added_at=now)
        .on_conflict_do_nothing(index_elements=["connection_id", "ref", "contact_id"])
    )


def records_of(tx: Tx, contact_ids: Sequence[int]) -> dict[int, list[Record]]:
    """Give every record behind each contact: those with its number, and those it is further to.

    A record that vanished is not among them; one that was never read is, for its platform has it.
    """
    found: dict[int, dict[tuple[int, str], Record]] = {id_: {} for id_ in contact_ids}
    for part in chunks(list(found)):
        own = sa.select(link.c.contact_id, link.c.connection_id, link.c.ref, link.c.out).where(
            among(tx, link.c.contact_id, part), link.c.vanished_at.is_(None)
        )
        more = (
            sa.select(
                further_number.c.contact_id,
                further_number.c.connection_id,
                further_number.c.ref,
                sa.func.coalesce(link.c.out, sa.false()),
            )
            .outerjoin(
                link,
                sa.and_(
                    link.c.connection_id == further_number.c.connection_id,
                    link.c.ref == further_number.c.ref,
                ),
            )
            .where(
                among(tx, further_number.c.contact_id, part),
                link.c.vanished_at.is_(None),
            )
        )
        for query in (own.order_by(link.c.id), more.order_by(further_number.c.id)):
            for contact_id, connection_id, ref, out in tx.execute(query):
                record = Record(connection_id=connection_id, ref=ref, out=bool(out))
                found[contact_id].setdefault((connection_id, ref), record)
    return {id_: list(records.values()) for id_, records in found.items()}


def contacts_of(
    tx: Tx, records: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], frozenset[int]]:
    """Give every contact of each record (connection, ref): its own number and the further ones."""
    found: dict[tuple[int, str], set[int]] = {record: set() for record in records}
    by_connection: dict[int, list[str]] = {}
    for connection_id, ref in found:
        by_connection.setdefault(connection_id, []).append(ref)
    for connection_id, refs in by_connection.items():
        for part in chunks(refs):
            for table in (link, further_number):
                query = sa.select(table.c.ref, table.c.contact_id).where(
                    table.c.connection_id == connection_id,
                    among(tx, table.c.ref, part),
                    table.c.contact_id.is_not(None),
                )
                for ref, contact_id in tx.execute(query):
                    found[connection_id, ref].add(contact_id)
    return {record: frozenset(ids) for record, ids in found.items()}
