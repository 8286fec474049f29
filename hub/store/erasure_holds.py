"""Legal holds: numbers of which nothing is erased or purged while one stands."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.people import contact


@dataclass(frozen=True, kw_only=True)
class HoldRow:
    """A hold that stands: since when, and why."""

    at: datetime
    why: str = field(repr=False)


def find(tx: Tx, contact_id: int) -> HoldRow | None:
    """Give the hold of a number; None where there is none."""
    columns = (contact.c.legal_hold_at, contact.c.legal_hold_why)
    row = tx.execute(sa.select(*columns).where(contact.c.id == contact_id)).one()
    return None if row[0] is None else HoldRow(at=row[0], why=row[1])


def put(tx: Tx, contact_id: int, at: datetime, why: str) -> None:
    """Begin a hold. The caller holds the number."""
    tx.execute(
        sa.update(contact)
        .where(contact.c.id == contact_id)
        .values(legal_hold_at=at, legal_hold_why=why)
    )


def lift(tx: Tx, contact_id: int) -> None:
    """End a hold. The caller holds the number."""
    tx.execute(
        sa.update(contact)
        .where(contact.c.id == contact_id)
        .values(legal_hold_at=None, legal_hold_why="")
    )
