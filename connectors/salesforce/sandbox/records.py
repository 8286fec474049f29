"""The records of one object: a million of them where nobody has touched most.

Records of the roster are made from their number when they are looked at; only what was written
is stored. Untouched records ascend by number and by SystemModstamp alike, so what changed since a
moment is found by bisection.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from heapq import merge
from typing import Any

from connectors.salesforce.sandbox.schema import SObject

Values = dict[str, Any]
Seed = Callable[[int], Values]

BATCH = 200
"""Records of the roster that were imported at the same second."""
FIRST_NEW = 10_000_000
"""The number of the first record that is made; those of the roster lie below."""


class Row:
    """One record as it stands; it is replaced, never changed. Values left out are empty.

    `stamp` is SystemModstamp; `created`, `modified` and `stamp` are stored texts.
    """

    __slots__ = ("_make", "_values", "created", "deleted", "modified", "number", "stamp")

    def __init__(
        self, number: int, created: str, modified: str, stamp: str, make: Seed | Values
    ) -> None:
        self.number = number
        self.created = created
        self.modified = modified
        self.stamp = stamp
        self.deleted = False
        self._make: Seed | None = None if isinstance(make, dict) else make
        self._values: Values | None = make if isinstance(make, dict) else None

    @property
    def values(self) -> Values:
        """The stored values by field name, made at the first look."""
        if self._values is None:
            assert self._make is not None
            self._values = self._make(self.number)
        return self._values

    def with_values(self, values: Values, now: str) -> "Row":
        """The record with other values, changed now."""
        changed = Row(self.number, self.created, now, now, values)
        changed.deleted = self.deleted
        return changed


class Table:
    """All records of one object. The caller holds the org's lock."""

    def __init__(
        self, about: SObject, seeds: "array[int]", seed: Seed, stamp: Callable[[int], str]
    ) -> None:
        self.about = about
        self._seed = seed
        self._stamp = cache(stamp)
        self._seeds = seeds
        self._numbers = array("q", seeds)
        self._next = FIRST_NEW
        self._written: dict[int, Row] = {}
        self._purged: set[int] = set()
        self._indexes: dict[str, dict[str, set[int]]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def numbers(self) -> "array[int]":
        """The numbers of all records, ascending."""
        return self._numbers[:]

    def get(self, number: int) -> Row | None:
        """The record with this number, deleted or not, or None."""
        return self.row(number) if number in self else None

    def by_id(self, text: str) -> Row | None:
        """The record with this id of 15 or 18 characters, deleted or not, or None."""
        number = self.about.ids.number(text)
        return None if number is None else self.get(number)

    def row(self, number: int) -> Row:
        """The record with a number that is known to be there."""
        written = self._written.get(number)
        if written is not None:
            return written
        stamp = self._stamp(number // BATCH)
        return Row(number, stamp, stamp, stamp, self._seed)

    def new_number(self) -> int:
        """The number of a record to be made; numbers are never used twice."""
        number, self._next = self._next, self._next + 1
        return number

    def put(self, row: Row) -> None:
        """Store a record that is new or changed."""
        before = self.get(row.number)
        if before is None:
            self._numbers.insert(bisect_left(self._numbers, row.number), row.number)
        self._written[row.number] = row
        self._reindex(before, row)

    def purge(self, number: int) -> None:
        """Take a record away for good."""
        before = self.row(number)
        del self._numbers[bisect_left(self._numbers, number)]
        self._written.pop(number, None)
        self._purged.add(number)
        self._reindex(before, None)

    def all(self, after: int = -1) -> Iterator[Row]:
        """The records with numbers above `after`, by number."""
        return map(self.row, self._numbers[bisect_left(self._numbers, after + 1) :])

    def by_stamp(self, since: str = "") -> Iterator[Row]:
        """The records with a SystemModstamp from `since` on, by stamp and number."""
        written = [row for row in self._written.values() if row.stamp >= since]
        written.sort(key=_by_stamp)
        if not self._seeds:
            return iter(written)
        return merge(self._untouched(since), written, key=_by_stamp)

    def found(self, field: str, value: str) -> set[int]:
        """The numbers of the records with this value in a field of text, in any case."""
        if field not in self._indexes:
            self._indexes[field] = {}
            for row in self.all():
                self._enter(field, row)
        return self._indexes[field].get(value.lower(), set())

    def _untouched(self, since: str) -> Iterator[Row]:
        start = bisect_left(self._seeds, since, key=lambda number: self._stamp(number // BATCH))
        for number in self._seeds[start:]:
            if number not in self._written and number not in self._purged:
                yield self.row(number)

    def _reindex(self, before: Row | None, after: Row | None) -> None:
        for field, index in self._indexes.items():
            if before:
                index.get(_key(before, field), set()).discard(before.number)
            if after:
                self._enter(field, after)

    def _enter(self, field: str, row: Row) -> None:
        if key := _key(row, field):
            self._indexes[field].setdefault(key, set()).add(row.number)


def _key(row: Row, field: str) -> str:
    return str(row.values.get(field) or "").lower()


def _by_stamp(row: Row) -> tuple[str, int]:
    return row.stamp, row.number
