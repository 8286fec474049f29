# SPDX-License-Identifier: GPL-3.0-or-later
"""A Zendesk on loopback, and connections to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.settings import ZendeskSettings
from hub.sdk import Connection, FieldMapping
from hub.testing.clock import SandboxClock

Connect = Callable[..., Connection]


@pytest.fixture
def zendesk(clock: SandboxClock) -> Iterator[ZendeskSandbox]:
    """Zendesk with 1,200 people, which are two pages of the export."""
    with ZendeskSandbox(people=1200, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def connect(zendesk: ZendeskSandbox) -> Connect:
    """Make a connection to it; settings and mapped fields can be changed by name."""

    def connection(
        mapping: dict[str, Any] | None = None, callback_url: str | None = None, **settings: Any
    ) -> Connection:
        given = zendesk.connection_settings() | settings
        fields = given.pop("mapping") | (mapping or {})
        return Connection(
            name="desk",
            plugin="zendesk",
            label="問い合わせ窓口",
            settings=ZendeskSettings().load(given),
            mapping=FieldMapping(**fields),
            callback_url=callback_url,
        )

    return connection
