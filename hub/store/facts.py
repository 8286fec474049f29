"""What the store knows about itself (`hub_fact`), by name."""

import hashlib

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.tables.base import hub_fact


def named(kind: str, text: str) -> str:
    """Give the name of a fact about something with a long name of its own, such as a file."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def get(tx: Tx, key: str) -> str | None:
    """Give a fact, or None where the store does not know it."""
    value: str | None = tx.execute(
        sa.select(hub_fact.c.value).where(hub_fact.c.key == key)
    ).scalar()
    return value


def remember(tx: Tx, key: str, value: str) -> None:
    """Keep a fact; what was known under this name before stays."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(hub_fact).values(key=key, value=value)
    tx.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


def forget(tx: Tx, key: str, value: str) -> None:
    """Forget a fact where it still is this one."""
    tx.execute(sa.delete(hub_fact).where(hub_fact.c.key == key, hub_fact.c.value == value))
