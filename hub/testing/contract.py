"""The contract every plugin keeps, run against its own sandbox.

```python
from hub.testing.contract import PluginContract

class TestAcme(PluginContract):
    plugin = "acme"
    sandbox = AcmeSandbox
```

The plugin is loaded as the hub loads it: installed, by its entry point, under the guard. Tests of
roles it does not have are left out, with a warning that says which. A test may be overridden only
with an xfail that gives the reason. No logger may be given a secret or a number in any test.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from hub.errors import SettingsError
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.registry import ADDED, ROLES, Registry
from hub.testing.account_contract import AccountContract
from hub.testing.consents_contract import ConsentsContract
from hub.testing.contacts_contract import ContactsContract
from hub.testing.gateway_contract import GatewayContract
from hub.testing.inbound_contract import EventsContract, ReportsContract
from hub.testing.leaks import leaked
from hub.testing.rig import Rig, assemble
from hub.testing.sandbox import Sandbox
from hub.testing.sinks_contract import NotesContract, OptOutsContract

_LIMIT = 20.0
_SECRET_NAMES = ("token", "password", "secret", "private_key", "api_key")
_BY_ROLE = {
    "check_connection": (AccountContract,),
    "contact_source": (ContactsContract,),
    "event_trigger": (EventsContract,),
    "opt_out_sink": (OptOutsContract,),
    "consent_sink": (ConsentsContract,),
    "activity_sink": (NotesContract,),
    "message_gateway": (GatewayContract, ReportsContract),
}


class ContractWarning(UserWarning):
    """Says which tests of the contract were left out and why."""


class PluginContract(
    AccountContract,
    ContactsContract,
    EventsContract,
    OptOutsContract,
    ConsentsContract,
    NotesContract,
    GatewayContract,
    ReportsContract,
):
    """Inherit from this in a test class and name the plugin and its sandbox.

    `settings` lie over the sandbox's own `connection_settings()`; `people` is how many the
    sandbox holds.
    """

    plugin: ClassVar[str]
    sandbox: ClassVar[type[Sandbox]]
    settings: ClassVar[Mapping[str, Any]] = {}
    people: ClassVar[int] = 200
    registry: ClassVar[Registry]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _refuse_silent_overrides(cls)
        cls.registry = load([cls.plugin], Guard(limit=_LIMIT))
        missing = _missing_roles(cls)
        for role in [*missing, *_not_added(cls)]:
            for contract in _BY_ROLE[role]:
                for name in _tests(contract):
                    setattr(cls, name, None)
        if missing:
            warnings.warn(
                f"{cls.__name__}: the plugin {cls.plugin} has no {', '.join(missing)}. "
                "The contract's tests of that are left out.",
                ContractWarning,
                stacklevel=2,
            )

    @pytest.fixture
    def rig(self, caplog: pytest.LogCaptureFixture) -> Iterator[Rig]:
        """The plugin connected to a fresh sandbox; its logs are searched after each test."""
        plugin = self.registry.plugin(self.plugin)
        caplog.set_level(logging.DEBUG)
        with self.sandbox(people=self.people) as sandbox:
            rig = assemble(sandbox, plugin, self.settings)
            yield rig
        for record in [*caplog.get_records("setup"), *caplog.get_records("call")]:
            if record.name.startswith("urllib3"):
                continue  # tells addresses at DEBUG, which the hub never switches on
            found = leaked(record.getMessage(), rig.secrets, rig.numbers)
            assert found is None, f"The logger {record.name} was given {found}."

    def test_the_plugin_loads(self) -> None:
        """It is installed, and the hub finds nothing to refuse."""
        broken = self.registry.broken.get(self.plugin)
        assert broken is None, broken.words.en if broken else ""

    def test_the_settings_of_the_sandbox_are_accepted(self, rig: Rig) -> None:
        """The plugin's settings class takes them, and shows none of the secrets."""
        rig.seen(rig.connection, rig.connection.settings)

    def test_what_sounds_secret_is_a_secret_setting(self, rig: Rig) -> None:
        """A token in a plain text field would be stored readable and shown in the console."""
        plain = [
            field.key
            for field in rig.plugin.form
            if any(name in field.key for name in _SECRET_NAMES) and not field.secret
        ]
        plain = [key for key in plain if rig.connection.settings.get(key) is not None]
        assert not plain, f"Make these settings a hub.sdk.Secret: {', '.join(plain)}."

    def test_a_setting_that_does_not_exist_is_refused(self, rig: Rig) -> None:
        """A misspelt setting must not be taken for one that is left out."""
        with pytest.raises(SettingsError, match=r"contract\.no_such_setting: there is no such"):
            rig.plugin.load_settings({"no_such_setting": "1"}, where="contract")


def _missing_roles(contract: type[PluginContract]) -> list[str]:
    plugin = contract.registry.plugins.get(contract.plugin)
    if plugin is None:
        return ["check_connection", *ROLES]
    missing = [] if plugin.can_check else ["check_connection"]
    return missing + [role for role in ROLES if role not in plugin.roles]


def _not_added(contract: type[PluginContract]) -> list[str]:
    plugin = contract.registry.plugins.get(contract.plugin)
    return [role for role in ADDED if plugin is None or role not in plugin.roles]


def _tests(contract: type) -> list[str]:
    return [name for name in vars(contract) if name.startswith("test_")]


def _refuse_silent_overrides(contract: type[PluginContract]) -> None:
    for name in _tests(contract):
        if not hasattr(PluginContract, name):
            continue
        marks = getattr(vars(contract)[name], "pytestmark", [])
        if not any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks):
            raise TypeError(
                f"{contract.__name__} overrides {name} of the contract. "
                'Mark it @pytest.mark.xfail(reason="…") or leave it as it is.'
            )
