# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth tokens, kept until they expire.

A plugin has no place of the house to share them in, so each process mints its own: a token of the
client-credentials grant kills no other, and lives for an hour or two.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

_MARGIN = 60.0


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token and for how many seconds it is good, counted from when it was asked for."""

    text: str = field(repr=False)
    good_for: float


class TokenShelf:
    """Keeps one token for each client, and mints it once however many threads ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minting: dict[Hashable, threading.Lock] = {}
        self._kept: dict[Hashable, tuple[str, float]] = {}

    def get(self, client: Hashable, mint: Callable[[], Token]) -> str:
        """Give the client's token; mint one where there is none or it is about to expire."""
        with self._lock:
            minting = self._minting.setdefault(client, threading.Lock())
        with minting:
            text, until = self._kept.get(client, ("", 0.0))
            asked = self._clock()
            if not text or asked >= until - _MARGIN:
                token = mint()
                text = token.text
                self._kept[client] = (text, asked + token.good_for)
            return text

    def forget(self, client: Hashable, text: str) -> None:
        """Drop this token, which Zendesk refused; a newer one stays."""
        with self._lock:
            if self._kept.get(client, ("", 0.0))[0] == text:
                del self._kept[client]


# Role objects live for one job. Without a shelf of the process each job would mint a token.
SHELF = TokenShelf()
