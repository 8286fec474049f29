"""A kintone on loopback, and connections to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.kintone.sandbox import KintoneSandbox
from connectors.kintone.settings import KintoneSettings
from hub.sdk import Connection, FieldMapping
from hub.testing.clock import SandboxClock

Connect = Callable[..., Connection]


@pytest.fixture
def kintone(clock: SandboxClock) -> Iterator[KintoneSandbox]:
    """kintone with 1,200 people, which are three pages."""
    with KintoneSandbox(people=1200, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def connect(kintone: KintoneSandbox) -> Connect:
    """Make a connection to it; settings and mapped fields can be changed by name."""

    def connection(mapping: dict[str, Any] | None = None, **settings: Any) -> Connection:
        given = kintone.connection_settings() | settings
        fields = given.pop("mapping") | (mapping or {})
        return Connection(
            name="crm",
            plugin="kintone",
            label="顧客アプリ",
            settings=KintoneSettings().load(given),
            mapping=FieldMapping(**fields),
        )

    return connection
