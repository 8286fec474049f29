"""One Salesforce org: its records, its calls, and changes that happen whole or not at all."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from connectors.salesforce.sandbox.errors import SalesforceError, no_object
from connectors.salesforce.sandbox.ids import is_id, whole
from connectors.salesforce.sandbox.moments import to_text
from connectors.salesforce.sandbox.people import INTEGRATION_USER, tables
from connectors.salesforce.sandbox.records import Row, Table
from hub.testing.clock import SandboxClock

MOST_CALLS = 15_000
"""Calls of a Developer Edition in any 24 hours."""
VERSIONS = range(31, 68)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A record that was created, updated or deleted, and the id of the user who did it."""

    object: str
    number: int
    kind: str
    by: str


@dataclass(frozen=True)
class Pending:
    """A change that is written but not committed; nobody sees it until `at`."""

    at: datetime
    object: str
    row: Row


@dataclass(kw_only=True)
class Trouble:
    """What is switched on to go wrong when records are written.

    `locked` counts, by id, how many writes still find the row locked; `rules` are validation
    rules by object: a message and the field it is shown at. `refused` gives, by id, the code
    and message of every write, `unreadable` values that no client can read.
    """

    locked: Counter[str] = field(default_factory=Counter)
    rules: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    unreadable: dict[str, dict[str, object]] = field(default_factory=dict)


class Org:
    """All records of one customer. Hold `lock` while reading or writing."""

    def __init__(self, people: int, limits: bool, clock: SandboxClock) -> None:
        self.tables = tables(people)
        self.limits = limits
        self.clock = clock
        self.lock = RLock()
        self.trouble = Trouble()
        self.pending: list[Pending] = []
        self.user_id = self.tables["User"].about.ids.of(INTEGRATION_USER)
        self.actor = self.user_id
        """The id of the user who writes; the integration user's but for work by hand."""
        self.id = self.tables["Organization"].about.ids.of(1)
        self.most_calls = MOST_CALLS
        self.schema_changed = clock()
        """When somebody last changed an object or a field."""
        self._names = {name.lower(): name for name in self.tables}
        self._prefixes = {table.about.prefix: table for table in self.tables.values()}
        self._calls: deque[tuple[datetime, int]] = deque()
        self._undo: list[tuple[Table, int, Row | None]] | None = None
        self._changes: list[Change] = []

    def table(self, name: str) -> Table:
        """The object with this name in any case. Raises SalesforceError INVALID_TYPE."""
        found = self._names.get(name.lower())
        if found is None:
            raise no_object(name)
        return self.tables[found]

    def has(self, name: str) -> bool:
        """Whether there is an object with this name in any case."""
        return name.lower() in self._names

    def hide(self, name: str) -> None:
        """Take an object out of everybody's sight. Raises SalesforceError INVALID_TYPE."""
        del self._names[self.table(name).about.name.lower()]
        self.schema_changed = self.clock()

    def by_id(self, text: str) -> tuple[Table, Row] | None:
        """The record with this id, deleted or not, and its object; None where there is none."""
        table = self._prefixes.get(text[:3])
        row = table.by_id(text) if table else None
        return (table, row) if table and row else None

    def now(self) -> str:
        """The present moment as it is stored."""
        return to_text(self.clock())

    def write(self, table: Table, row: Row, kind: str) -> None:
        """Store a record within a transaction; `kind` is created, updated or deleted."""
        if self._undo is not None:
            self._undo.append((table, row.number, table.get(row.number)))
        table.put(row)
        self._changes.append(Change(table.about.name, row.number, kind, self.actor))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take back all changes to records if the block raises. Blocks may lie in one another."""
        with self.lock:
            outer, self._undo = self._undo, []
            known = len(self._changes)
            try:
                yield
            except BaseException:
                for table, number, before in reversed(self._undo):
                    if before is None:
                        table.purge(number)
                    else:
                        table.put(before)
                del self._changes[known:]
                self._undo = outer
                raise
            if outer is not None:
                outer += self._undo
            self._undo = outer

    @contextmanager
    def acting(self, user_id: str) -> Iterator[None]:
        """Write as another user."""
        with self.lock:
            before, self.actor = self.actor, user_id
            try:
                yield
            finally:
                self.actor = before

    def take_changes(self) -> list[Change]:
        """What was changed since this was last asked."""
        with self.lock:
            taken, self._changes = self._changes, []
        return taken

    def commit_due(self) -> None:
        """Show the late changes whose time has come, with the stamps they had when written."""
        now = self.clock()
        due = [each for each in self.pending if each.at <= now]
        if due:
            self.pending = [each for each in self.pending if each.at > now]
            for each in due:
                self.write(self.tables[each.object], each.row, "updated")

    def count_call(self) -> tuple[int, int]:
        """Count a call; gives how many there were in the last 24 hours and how many may be.

        Raises SalesforceError REQUEST_LIMIT_EXCEEDED where limits apply and all are used.
        """
        now = self.clock()
        with self.lock:
            minute = now.replace(second=0, microsecond=0)
            while self._calls and self._calls[0][0] <= now - _DAY:
                self._calls.popleft()
            # A clock set back would else leave later minutes behind earlier ones.
            if self._calls and self._calls[-1][0] >= minute:
                last, count = self._calls.pop()
                self._calls.append((last, count + 1))
            else:
                self._calls.append((minute, 1))
            used = sum(count for _, count in self._calls)
        if self.limits and used > self.most_calls:
            raise SalesforceError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        return used, self.most_calls

    def used(self) -> int:
        """How many calls there were in the last 24 hours."""
        return sum(count for _, count in self._calls)


def id_of(text: object) -> str:
    """A caller's id in 18 characters. Raises SalesforceError MALFORMED_ID."""
    if not isinstance(text, str) or not is_id(text):
        raise SalesforceError("MALFORMED_ID", f"malformed id {text}")
    return whole(text)
