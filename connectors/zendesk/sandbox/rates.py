# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's limits of calls: windows that begin with their first call."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from connectors.zendesk.sandbox.errors import EXPORT_RATE, too_fast

EXPORTS = "exports"
"""The key of the limit that all incremental exports share; its refusal has words of its own."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a window still allows: `remaining` calls of `total`, new ones in `resets` seconds."""

    total: int
    remaining: int
    resets: int

    def text(self) -> str:
        """As headers of single endpoints tell it."""
        return f"total={self.total}; remaining={self.remaining}; resets={self.resets}"


class Rates:
    """Counts calls by key. Where `limits` is off it counts nothing and refuses nobody."""

    def __init__(self, limits: bool) -> None:
        self._limits = limits
        self._windows: dict[str, tuple[datetime, int]] = {}

    def spend(
        self, key: str, total: int, seconds: float, now: datetime, *, text: bool = False
    ) -> Left:
        """Count one call. Raises ZendeskError 429 above `total` calls in so many seconds."""
        began, used = self._windows.get(key, (now, 0))
        age = (now - began).total_seconds()
        if not 0 <= age < seconds:
            began, used, age = now, 0, 0.0
        resets = max(1, ceil(seconds - age))
        if not self._limits:
            return Left(total=total, remaining=total, resets=resets)
        if used >= total:
            if key == EXPORTS:
                raise too_fast(resets, says=EXPORT_RATE)
            raise too_fast(resets, text=text)
        self._windows[key] = (began, used + 1)
        return Left(total=total, remaining=total - used - 1, resets=resets)
