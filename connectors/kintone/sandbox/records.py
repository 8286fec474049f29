"""The records of an app: a million of them where nobody has touched most.

Records of the roster are made from their number when they are looked at; only what was written
is stored. Ids ascend, so a page behind `$id > n` is found by bisection.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from connectors.kintone.sandbox.errors import KintoneError
from connectors.kintone.sandbox.fields import Field, Form
from connectors.kintone.sandbox.moments import to_text

User = dict[str, str]
Undo = Callable[[], None]

Seed = Callable[[int], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who made and last changed a record, and when (UTC, cut to the minute)."""

    created: datetime
    updated: datetime
    creator: User
    modifier: User


class Row:
    """One record at one revision; `values` are stored values by field key."""

    def __init__(
        self, number: int, revision: int, stamp: Stamp, make: Callable[[int], dict[str, Any]]
    ) -> None:
        self.id = number
        self.revision = revision
        self.stamp = stamp
        self._make = make
        self._values: dict[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The stored values, made at the first look."""
        # Two threads may both make them: they make the same, and no lock slows a page of 500.
        if self._values is None:
            self._values = self._make(self.id)
        return self._values


class Records:
    """All records of one app in the order of their ids. The caller holds the domain's lock."""

    def __init__(self, count: int, seed: Seed, stamp: Stamp) -> None:
        self._seed = seed
        self._seed_stamp = stamp
        self._seeds = count
        self._ids = array("q", range(1, count + 1))
        self._written: dict[int, Row] = {}
        self._next = count + 1
        self._indexes: dict[str, dict[str, int]] = {}
        self.undo: list[Undo] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._ids, number)
        return at < len(self._ids) and self._ids[at] == number

    def get(self, number: int) -> Row:
        """The record with this id. Raises KintoneError GAIA_RE01."""
        if number not in self:
            raise KintoneError("GAIA_RE01", about={"id": str(number)})
        return self._row(number)

    def scan(self, low: int, high: int, ascending: bool = True) -> Iterator[Row]:
        """The records with ids from `low` to `high`, both included."""
        first, end = bisect_left(self._ids, low), bisect_right(self._ids, high)
        chosen = self._ids[first:end]
        return map(self._row, chosen if ascending else reversed(chosen))

    def pick(self, numbers: Iterable[int], ascending: bool = True) -> Iterator[Row]:
        """The records with these ids, as far as they exist."""
        kept = sorted((each for each in numbers if each in self), reverse=not ascending)
        return map(self._row, kept)

    def new_id(self) -> int:
        """The next id; ids are never used twice."""
        number, self._next = self._next, self._next + 1
        return number

    def put(self, row: Row) -> None:
        """Store a record that is new or changed."""
        before = self._row(row.id) if row.id in self else None
        if before is None:
            self._ids.insert(bisect_left(self._ids, row.id), row.id)
        self._written[row.id] = row
        self._reindex(before, row)
        if self.undo is not None:
            self.undo.append(lambda: self.put(before) if before else self.remove(row.id))

    def remove(self, number: int) -> None:
        """Delete a record. Raises KintoneError GAIA_RE01."""
        before = self.get(number)
        del self._ids[bisect_left(self._ids, number)]
        self._written.pop(number, None)
        self._reindex(before, None)
        if self.undo is not None:
            self.undo.append(lambda: self.put(before))

    def find(self, key: str, value: str) -> int | None:
        """The id of the record with this value in a unique field, or None."""
        if key not in self._indexes:
            rows = self.scan(0, self._next)
            self._indexes[key] = {
                row.values[key]: row.id for row in rows if row.values.get(key) not in (None, "")
            }
        return self._indexes[key].get(value)

    def _row(self, number: int) -> Row:
        return self._written.get(number) or Row(number, 1, self._seed_stamp, self._seed)

    def _reindex(self, before: Row | None, after: Row | None) -> None:
        for key, index in self._indexes.items():
            if before and index.get(before.values.get(key, "")) == before.id:
                del index[before.values[key]]
            if after and after.values.get(key) not in (None, ""):
                index[after.values[key]] = after.id


class Shower:
    """Turns records into the JSON of answers, for one form and one choice of fields."""

    def __init__(self, form: Form, codes: list[str] | None = None) -> None:
        chosen = set(codes) if codes else None
        self._fields = [
            (code, each.type, each.key, each.empty(), _reader(each))
            for code, each in form.fields.items()
            if chosen is None or code in chosen
        ]
        self._id = chosen is None or "$id" in chosen
        self._revision = chosen is None or "$revision" in chosen

    def __call__(self, row: Row) -> dict[str, Any]:
        """The record as answers show it."""
        values = row.values
        answer: dict[str, Any] = {
            code: {"type": kind, "value": read(row) if read else values.get(key, empty)}
            for code, kind, key, empty, read in self._fields
        }
        if self._revision:
            answer["$revision"] = {"type": "__REVISION__", "value": str(row.revision)}
        if self._id:
            answer["$id"] = {"type": "__ID__", "value": str(row.id)}
        return answer


def _reader(each: Field) -> Callable[[Row], Any] | None:
    """What reads a field that is not shown just as it is stored; None for one that is."""
    match each.type:
        case "RECORD_NUMBER":
            return lambda row: str(row.id)
        case "CREATED_TIME":
            return lambda row: _minute(row.stamp.created)
        case "UPDATED_TIME":
            return lambda row: _minute(row.stamp.updated)
        case "CREATOR":
            return lambda row: row.stamp.creator
        case "MODIFIER":
            return lambda row: row.stamp.modifier
        case "SUBTABLE":
            return lambda row: [_table_row(each, part) for part in row.values.get(each.key) or ()]
    if each.options:
        key, empty, show = each.key, each.empty(), each.show
        return lambda row: show(row.values.get(key, empty))
    return None


@lru_cache(maxsize=1000)
def _minute(moment: datetime) -> str:
    return to_text(moment)


def _table_row(table: Field, row: dict[str, Any]) -> dict[str, Any]:
    cells = {
        code: {"type": each.type, "value": each.show(row["value"].get(each.key, each.empty()))}
        for code, each in table.inner.items()
    }
    return {"id": row["id"], "value": cells}
