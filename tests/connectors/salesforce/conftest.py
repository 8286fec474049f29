"""An org on loopback, and connections to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.settings import SalesforceSettings
from hub.plugins.mapping import load_mapping
from hub.sdk import Connection
from hub.testing.clock import SandboxClock

Connect = Callable[..., Connection]


@pytest.fixture
def salesforce(clock: SandboxClock) -> Iterator[SalesforceSandbox]:
    """An org with the people of the roster's first 200."""
    with SalesforceSandbox(people=200, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def connect(salesforce: SalesforceSandbox) -> Connect:
    """Make a connection to it; settings and mapped fields can be changed by name."""

    def connection(mapping: dict[str, Any] | None = None, **settings: Any) -> Connection:
        given = salesforce.connection_settings() | settings
        fields = given.pop("mapping") | (mapping or {})
        return Connection(
            name="crm",
            plugin="salesforce",
            label="顧客",
            settings=SalesforceSettings().load(given),
            mapping=load_mapping({key: each for key, each in fields.items() if each is not None}),
        )

    return connection


class Town:
    """Changes the org's records as its own people do: at once, and past the hub."""

    def __init__(self, salesforce: SalesforceSandbox) -> None:
        self._org = salesforce.org

    def set(self, id_: str, **values: Any) -> None:
        """Change fields of a record now."""
        table, row = self._found(id_)
        table.put(row.with_values({**row.values, **values}, self._org.now()))

    def delete(self, id_: str, **values: Any) -> None:
        """Put a record into the recycle bin."""
        table, row = self._found(id_)
        dead = row.with_values({**row.values, **values}, self._org.now())
        dead.deleted = True
        table.put(dead)

    def values(self, id_: str) -> dict[str, Any]:
        """Give what a record holds."""
        return dict(self._found(id_)[1].values)

    def all(self, object_: str) -> list[dict[str, Any]]:
        """Give what all records of an object hold."""
        table = self._org.tables[object_]
        return [{"Id": table.about.ids.of(row.number), **row.values} for row in table.all()]

    def _found(self, id_: str) -> tuple[Any, Any]:
        found = self._org.by_id(id_)
        assert found is not None
        return found


@pytest.fixture
def town(salesforce: SalesforceSandbox) -> Town:
    return Town(salesforce)
