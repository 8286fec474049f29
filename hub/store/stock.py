"""Every record of a connection, as taking stock looks at it: its number and its own verdict."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from hub.store.among import among
from hub.store.database import Tx
from hub.store.tables.people import contact, link


@dataclass(frozen=True, kw_only=True, slots=True)
class StockRow:
    """One living record. `contact_id` is None where it has no usable number, and `verdict` then
    says why; `kept` says that the number itself is stored, so that it could be sent to."""

    link_id: int
    ref: str
    contact_id: int | None
    verdict: str
    kept: bool


_LINKS = (
    sa.select(link.c.id, link.c.ref, link.c.contact_id, link.c.verdict)
    .where(link.c.vanished_at.is_(None))
    .order_by(link.c.id)
)


def pages(tx: Tx, connection_id: int, size: int) -> Iterator[list[StockRow]]:
    """Give a connection's living records page by page, in the order of their links."""
    after = 0
    # An expression no index knows: by the one on the connection, all its links would be read and
    # sorted for every page.
    of_connection = _LINKS.where(link.c.connection_id + 0 == connection_id).limit(size)
    while True:
        found = tx.execute(of_connection.where(link.c.id > after)).all()
        if not found:
            return
        kept = _kept(tx, [row[2] for row in found if row[2] is not None])
        yield [
            StockRow(link_id=id_, ref=ref, contact_id=number, verdict=verdict, kept=number in kept)
            for id_, ref, number, verdict in found
        ]
        after = found[-1][0]


def _kept(tx: Tx, contact_ids: list[int]) -> set[int]:
    # Not joined to the page above: PostgreSQL would read all contacts for each page of links.
    query = sa.select(contact.c.id).where(
        among(tx, contact.c.id, contact_ids), contact.c.number_enc.is_not(None)
    )
    return set(tx.execute(query).scalars())
