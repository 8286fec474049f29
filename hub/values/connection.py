"""What a plugin is told about the connection it works for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.values.mapping import FieldMapping


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One account of a platform or gateway, ready to be used by its plugin.

    `settings` is what the plugin's own `Settings` class loaded, secrets included; they are kept
    out of `repr`. `callback_url` is where this connection's webhooks and reports arrive, or None
    while the hub has no public address.
    """

    name: str
    plugin: str
    label: str
    settings: Mapping[str, Any] = field(repr=False)
    mapping: FieldMapping | None = None
    callback_url: str | None = field(default=None, repr=False)

    def setting(self, key: str) -> Any:
        """Give one setting; raises KeyError only for a key the settings class does not have."""
        return self.settings[key]


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the platform says we are: a stable id, and a label an admin recognises.

    The id must stay the same as long as it is the same account: the hub asks for confirmation
    when it changes, because another account's people never agreed to anything here.
    """

    id: str
    label: str
