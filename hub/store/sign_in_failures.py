"""Queries about failures to sign in: how many in a row, and when the last one was."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.access import sign_in_failure as _failure


def find(tx: Tx, name_hash: bytes) -> tuple[int, datetime] | None:
    """Give how many failures there were under this name, and when the last one was.

    Holds the row until the transaction ends: of many tries at once each sees those before it.
    """
    query = sa.select(_failure.c.count, _failure.c.last_at).where(_failure.c.name_hash == name_hash)
    row = tx.execute(query.with_for_update()).first()
    return None if row is None else (row[0], row[1])


def add(tx: Tx, name_hash: bytes, now: datetime) -> int:
    """Count one more failure; give how many there are now."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_failure).values(name_hash=name_hash, count=1, last_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["name_hash"], set_={"count": _failure.c.count + 1, "last_at": now}
    )
    return int(tx.execute(statement.returning(_failure.c.count)).scalar_one())


def clear(tx: Tx, name_hash: bytes) -> None:
    """Forget the failures under this name."""
    tx.execute(sa.delete(_failure).where(_failure.c.name_hash == name_hash))


def take_back(tx: Tx, name_hash: bytes) -> None:
    """Count one failure less: it was none."""
    where = (_failure.c.name_hash == name_hash, _failure.c.count > 0)
    tx.execute(sa.update(_failure).where(*where).values(count=_failure.c.count - 1))


def forget(tx: Tx, before: datetime) -> None:
    """Forget failures whose last one is older than this."""
    tx.execute(sa.delete(_failure).where(_failure.c.last_at < before))
