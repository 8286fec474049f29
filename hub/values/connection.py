"""What a plugin is told about the connection it works for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.values.mapping import FieldMapping
from hub.values.shelf import MemoryShelf, Shelf
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One account of a platform or gateway, ready to be used by its plugin.

    `settings` is what the plugin's own `Settings` class loaded, secrets included; they are kept
    out of `repr`. `callback_url` is where this connection's webhooks and reports arrive, or None
    while the hub has no public address. `shelf` keeps short texts of the plugin's own, such as an
    access token, for all processes of the hub; whatever is on it may be gone.
    """

    name: str
    plugin: str
    label: str
    settings: Mapping[str, Any] = field(repr=False)
    mapping: FieldMapping | None = None
    callback_url: str | None = field(default=None, repr=False)
    shelf: Shelf = field(default_factory=MemoryShelf, repr=False, compare=False)

    def setting(self, key: str) -> Any:
        """Give one setting; raises KeyError only for a key the settings class does not have."""
        return self.settings[key]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How much of what the platform allows is used; all of the account's integrations share it.

    `what` names it with its time span (“API calls in 24 hours”).
    """

    what: Words
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """Give the used part in whole per cent, rounded down; 0 where there is no limit."""
        return self.used * 100 // self.limit if self.limit > 0 else 0

    @property
    def high(self) -> bool:
        """Say whether somebody should look: four fifths are used."""
        return self.percent >= HIGH_FROM

    @property
    def words(self) -> Words:
        """Give the sentence people read."""
        return Words(
            f"{self.what.ja}: {self.limit:,}のうち{self.used:,}を使用({self.percent}%)",
            f"{self.what.en}: {self.used:,} of {self.limit:,} used ({self.percent} %)",
        )


HIGH_FROM = 80
"""Per cent of a platform's limit from which the hub warns."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the platform says we are: a stable id, and a label an admin recognises.

    The id must stay the same as long as it is the same account: the hub asks for confirmation
    when it changes, because another account's people never agreed to anything here. `usage` is
    what the platform tells of its limit, where it has one and tells. `advice` has a sentence for
    each thing that works and would work better with something changed.
    """

    id: str
    label: str
    usage: Usage | None = None
    advice: Sequence[Words] = ()
