"""What a record is judged by besides what it says: its connection, its past, its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.consent.collections import Collection
from hub.consent.entry import ALL, PROMOTIONAL


@dataclass(frozen=True, kw_only=True)
class Source:
    """The connection that was read, and what an administrator declared about its records."""

    connection_id: int
    actor: str
    collections: Sequence[Collection]


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the hub knew of the record; None in its place for one never read.

    `agreed` holds the purposes it said yes to, each with the time the yes was first seen where the
    record had been read without it; `refused` those it said no to. A record that had vanished
    keeps its number here and nothing else.
    """

    contact_id: int | None
    number_changed_at: datetime | None = None
    verdict: str = ""
    standing: bytes | None = None
    agreed: Mapping[str, datetime | None] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    out: bool = False
    own_version: str | None = None
    erased_at: datetime | None = None

    def first_seen(self, purpose_key: str, now: datetime) -> datetime | None:
        """Give when a yes was first seen; None where it was there when first read."""
        if purpose_key in self.agreed:
            return self.agreed[purpose_key]
        return now if self.verdict else None


NEVER_READ = Before(contact_id=None)
"""What is known of a record that nobody has read yet."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One active exclusion of the number; `said_at` is when the person last said it."""

    scope: str
    said_at: datetime

    def hits(self, purpose_key: str) -> bool:
        """Say whether it stops this purpose."""
        return self.scope in (ALL, PROMOTIONAL, f"purpose:{purpose_key}")


class Number(NamedTuple):
    """The record's number as a contact. What was erased gets nothing back but by a newer act."""

    contact_id: int
    e164: str
    erased_at: datetime | None = None
    stops: Sequence[Stop] = ()

    def __repr__(self) -> str:
        return f"Number(contact_id={self.contact_id})"
