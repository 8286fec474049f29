"""What all tables share: naming of constraints, the UTC time type, the hub's own facts."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """A point in time. Only aware datetimes go in, UTC comes out, on SQLite as on PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone must not reach the store")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], datetime | None]:
        """Give what makes a time of what the driver gives: SQLite a text, PostgreSQL a time."""
        return _read if dialect.name == "sqlite" else _in_utc


@lru_cache(maxsize=4096)
def _read(text: str | None) -> datetime | None:
    # The rows of a page hold the same few times again and again.
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A row id: 64 bits everywhere; SQLite numbers rows by itself only for INTEGER."""

hub_fact = sa.Table(
    "hub_fact",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What this store knows about itself: its id, and a fingerprint of each key it was written with."""
