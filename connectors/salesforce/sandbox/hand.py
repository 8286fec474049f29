"""What people and other programs do in the org, so that a test can see what the hub makes of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.life import convert, merge
from connectors.salesforce.sandbox.match import getter
from connectors.salesforce.sandbox.org import Org, Pending
from connectors.salesforce.sandbox.people import ADMINISTRATOR
from connectors.salesforce.sandbox.records import Table
from connectors.salesforce.sandbox.writing import delete, find, insert, update


class Hand:
    """An administrator at work. Records are named by id; changes are told to listeners.

    Each method raises ValueError with Salesforce's code where the org refuses it.
    """

    def __init__(self, org: Org, told: Callable[[], None]) -> None:
        self._org = org
        self._told = told
        self._user = org.tables["User"].about.ids.of(ADMINISTRATOR)

    def add(self, object: str, values: dict[str, Any]) -> str:  # noqa: A002
        """Make a record and give its id."""
        with self._at_work():
            return insert(self._org, self._org.table(object), values)

    def edit(self, record: str, values: dict[str, Any]) -> None:
        """Change a record."""
        with self._at_work():
            update(self._org, self._table(record), record, values)

    def edit_all(self, records: Iterable[str], values: dict[str, Any]) -> None:
        """Change many records at once, as a data loader does."""
        with self._at_work():
            for record in records:
                update(self._org, self._table(record), record, values)

    def delete(self, record: str) -> None:
        """Put a record into the recycle bin."""
        with self._at_work():
            delete(self._org, self._table(record), record)

    def undelete(self, record: str) -> None:
        """Take a record out of the recycle bin."""
        with self._at_work():
            table = self._table(record)
            row = table.by_id(record)
            if row is None or not row.deleted:
                raise SalesforceError("UNDELETE_FAILED", "entity is not in the recycle bin")
            back = row.with_values(row.values | {"MasterRecordId": None}, self._org.now())
            back.deleted = False
            self._org.write(table, back, "updated")

    def purge(self, record: str) -> None:
        """Take a record out of the recycle bin for good."""
        with self._at_work():
            table = self._table(record)
            row = table.by_id(record)
            if row is None or not row.deleted:
                raise SalesforceError("INVALID_ID_FIELD", "entity is not in the recycle bin")
            table.purge(row.number)

    def merge(self, winner: str, losers: list[str]) -> None:
        """Merge one or two records into a third."""
        with self._at_work():
            merge(self._org, winner, losers)

    def convert(self, lead: str) -> str:
        """Convert a Lead and give the new Contact's id."""
        with self._at_work():
            return convert(self._org, lead)

    def commit_late(self, record: str, values: dict[str, Any], seconds: float) -> None:
        """Change a record now, in a transaction that ends so many seconds later.

        Until then nobody sees the change and nobody else may write the record; then it shows with
        the SystemModstamp of now.
        """
        with self._at_work(), self._org.transaction():
            table = self._table(record)
            row = find(self._org, table, record)
            changed = row.with_values(
                row.values | values | {"LastModifiedById": self._user}, self._org.now()
            )
            at = self._org.clock() + timedelta(seconds=seconds)
            self._org.pending.append(Pending(at=at, object=table.about.name, row=changed))

    def commit(self) -> None:
        """End all late transactions at once."""
        with self._at_work():
            now = self._org.clock()
            self._org.pending = [
                Pending(at=now, object=each.object, row=each.row) for each in self._org.pending
            ]
            self._org.commit_due()

    def value(self, record: str, field: str) -> Any:
        """What a field of a record holds now, in the recycle bin too."""
        with self._at_work():
            table = self._table(record)
            about, row = table.about.field(field), table.by_id(record)
            if about is None or row is None:
                raise SalesforceError("INVALID_FIELD", "There is no such field or record.")
            return getter(table, about)(row)

    def ids(self, object: str) -> list[str]:  # noqa: A002
        """The ids of an object's records that are not deleted."""
        with self._at_work():
            table = self._org.table(object)
            return [table.about.ids.of(row.number) for row in table.all() if not row.deleted]

    def tasks_of(self, record: str) -> list[str]:
        """Subject and comment of each Task on a record, oldest first."""
        with self._org.lock:
            tasks = self._org.tables["Task"]
            rows = [tasks.row(number) for number in sorted(tasks.found("WhoId", record))]
            return [
                f"{row.values.get('Subject') or ''}\n{row.values.get('Description') or ''}".strip()
                for row in rows
                if not row.deleted
            ]

    def switches(self) -> dict[str, Callable[..., object]]:
        """What of this another process may call."""
        own = (self.add, self.edit, self.edit_all, self.delete, self.undelete, self.purge)
        more = (self.merge, self.convert, self.commit_late, self.commit, self.value, self.ids)
        return {each.__name__: each for each in (*own, *more, self.tasks_of)}

    def _table(self, record: str) -> Table:
        found = self._org.by_id(record)
        if found is None:
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return found[0]

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        try:
            with self._org.acting(self._user), self._org.transaction():
                yield
        except SalesforceError as exc:
            raise ValueError(f"Salesforce refuses this with {exc.code}. {exc.message}") from exc
        self._told()
