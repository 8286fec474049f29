"""One SMS at a vendor's double, and how it stands with it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """How an SMS stands, whatever words the vendor has for it."""

    WAITING = "waiting"
    SENDING = "sending"
    ARRIVED = "arrived"
    AWAY = "away"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One SMS the vendor took. `tags` are the customer's own, `fate` how it stands now.

    `until` is as the customer wrote it.
    """

    id: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    tags: tuple[str, ...]
    at: datetime
    changed: datetime
    fate: Fate = Fate.WAITING
    until: str | None = None

    @property
    def units(self) -> int:
        """Give how many begun 70 characters the text has."""
        return max(1, -(-len(self.text) // 70))
