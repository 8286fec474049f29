"""One plugin connected to its running sandbox, as the contract suite tries it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from hub.errors import HubError, TransientError
from hub.plugins.mapping import load_mapping
from hub.plugins.registry import Plugin
from hub.settings import SecretText
from hub.testing.leaks import leaked
from hub.testing.roster import roster
from hub.testing.sandbox import CALLBACK, Sandbox, WebhookSample
from hub.values.connection import Connection
from hub.values.event import Inbound

LABEL = "Contract suite"
NUMBER = "+819011112222"
TEXT = "予約の確認です。ご来店をお待ちしております。"
STALL = 3.0
"""Seconds the sandbox keeps a caller waiting when it stalls."""
TIMEOUT = 0.5
"""Seconds to which the plugin's own time-outs are cut while the sandbox stalls."""
PROMPT = 2.0
"""Seconds within which a throttled or cut call must be back: longer means it slept."""
MANY = 100


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A running sandbox, its plugin under the guard, and a connection between them.

    `numbers` are the phone numbers that must not be seen anywhere; `secrets` likewise, the text
    of the suite's SMS among them.
    """

    sandbox: Sandbox
    plugin: Plugin
    connection: Connection
    secrets: frozenset[str] = field(repr=False)
    numbers: frozenset[str] = field(repr=False)

    def refused(self) -> "Rig":
        """The same with credentials that the platform refuses."""
        bad = self.sandbox.bad_credentials()
        connection = connect(self.plugin, {**self.sandbox.connection_settings(), **bad})
        texts = {value for value in bad.values() if isinstance(value, str)}
        return replace(self, connection=connection, secrets=self.secrets | texts)

    def inbound(self, sample: WebhookSample, **changes: Any) -> Inbound:
        """What the hub's intake makes of a request; `changes` replace parts of it."""
        request = Inbound(
            method=sample.method,
            tail=sample.path_tail,
            url=CALLBACK + sample.path_tail,
            query={},
            headers={name.lower(): value for name, value in sample.headers.items()},
            body=sample.body,
            received_at=datetime.now(UTC),
        )
        return replace(request, **changes)

    def seen(self, *things: object) -> None:
        """Fail where a secret or a number can be seen in the repr of one of these."""
        for thing in things:
            found = leaked(repr(thing), self.secrets, self.numbers)
            assert found is None, f"The repr of {type(thing).__name__} shows {found}."

    def told(self, error: HubError) -> None:
        """Fail where an error lacks a sentence in a language, or one shows what it must not."""
        for language, sentence in (("ja", error.words.ja), ("en", error.words.en)):
            assert sentence.strip(), f"{type(error).__name__} has no {language} sentence."
            found = leaked(sentence, self.secrets, self.numbers)
            assert found is None, (
                f"The {language} sentence of {type(error).__name__} shows {found}."
            )

    @contextmanager
    def transient(self, what: str, *, retry_after: float | None = None) -> Iterator[None]:
        """Expect TransientError, promptly, with the platform's delay where it named one."""
        started = time.monotonic()
        with pytest.raises(TransientError) as caught:
            yield
        took = time.monotonic() - started
        self.told(caught.value)
        assert took < PROMPT + TIMEOUT, (
            f"{what} took {took:.1f} seconds. A plugin never sleeps: raise TransientError."
        )
        if retry_after is not None:
            assert caught.value.retry_after == pytest.approx(retry_after, abs=1.5), (
                f"{what}: TransientError.retry_after is {caught.value.retry_after}, but the "
                f"platform asked for {retry_after:g} seconds."
            )


def connect(plugin: Plugin, settings: Mapping[str, Any]) -> Connection:
    """Give a connection with these raw settings, checked by the plugin's own class."""
    raw = dict(settings)
    mapping = raw.pop("mapping", None)
    return Connection(
        name="contract",
        plugin=plugin.name,
        label=LABEL,
        settings=plugin.load_settings(raw, where="connections.contract"),
        mapping=load_mapping(mapping) if mapping else None,
        callback_url=CALLBACK,
    )


def assemble(sandbox: Sandbox, plugin: Plugin, settings: Mapping[str, Any]) -> Rig:
    """Put a running sandbox and its plugin together; `settings` lie over the sandbox's own."""
    connection = connect(plugin, {**sandbox.connection_settings(), **settings})
    secrets = {
        value.reveal() for value in connection.settings.values() if isinstance(value, SecretText)
    }
    numbers = {NUMBER} | {person.typed for person in roster(sandbox.people)}
    numbers |= {person.e164 for person in roster(sandbox.people) if person.e164}
    return Rig(
        sandbox=sandbox,
        plugin=plugin,
        connection=connection,
        secrets=frozenset(secrets | {TEXT}),
        numbers=frozenset(numbers),
    )


@contextmanager
def short_timeouts() -> Iterator[None]:
    """Cut the time-outs of `requests` to `TIMEOUT`; a call that has none still has none.

    A plugin with another HTTP library gets a short time-out by a setting of its own: the test
    class names it under `settings`.
    """
    whole = requests.adapters.HTTPAdapter.send

    def cut(self: Any, request: Any, **options: Any) -> Any:
        if options.get("timeout") is not None:
            options["timeout"] = (TIMEOUT, TIMEOUT)
        return whole(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.adapters.HTTPAdapter, "send", cut)
        yield
