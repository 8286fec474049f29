"""Queries about routes: by which gateways what leaves."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.messages import route


@dataclass(frozen=True, kw_only=True)
class RouteRow:
    """One route. `kind` is template, purpose, site or default; `subject` its key, or empty."""

    id: int
    kind: str
    subject: str
    gateways: str
    set_at: datetime
    set_by: str

    @property
    def gateway_ids(self) -> tuple[int, ...]:
        """Give the gateways in the order they are tried."""
        return tuple(int(each) for each in self.gateways.split(","))


_COLUMNS = tuple(route.c[name] for name in RouteRow.__dataclass_fields__)


def every(tx: Tx) -> list[RouteRow]:
    """Give all routes."""
    query = sa.select(*_COLUMNS).order_by(route.c.kind, route.c.subject)
    return [RouteRow(**row._mapping) for row in tx.execute(query)]


def put(tx: Tx, kind: str, subject: str, gateways: str, by: str, now: datetime) -> RouteRow:
    """Store a route over the one that was there, and give it."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    values = {"gateways": gateways, "set_at": now, "set_by": by}
    row = tx.execute(
        dialect.insert(route)
        .values(kind=kind, subject=subject, **values)
        .on_conflict_do_update(index_elements=["kind", "subject"], set_=values)
        .returning(*_COLUMNS)
    ).one()
    return RouteRow(**row._mapping)


def remove(tx: Tx, kind: str, subject: str) -> bool:
    """Take a route away; say whether it was there."""
    gone = tx.execute(
        sa.delete(route)
        .where(route.c.kind == kind, route.c.subject == subject)
        .returning(route.c.id)
    )
    return gone.first() is not None
