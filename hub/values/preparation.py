"""What the hub can make in a platform by itself, if an admin asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class PreparationStep:
    """One thing that can be made: its key, what it is, and whether it is there already."""

    key: str
    words: Words
    there: bool


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was made. `settings` are values the connection now needs, by the names of its settings.

    They are shown to the admin once, who puts them where the connection's settings are kept.
    """

    key: str
    made: bool
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
