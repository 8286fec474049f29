# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth tokens, kept on the connection's shelf until they expire.

Every process of the hub looks there first, so a token is asked for once in its life and not once a
job. Two that ask in the same moment get one each: a token of the client-credentials grant kills
no other, and the later one is kept.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hub.sdk import Shelf

MARGIN = 60.0
"""Seconds before its end from which a token is not begun with any more."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token and for how many seconds it is good, counted from when it was asked for."""

    text: str = field(repr=False)
    good_for: float


class KeptToken:
    """The token of one OAuth client; `client` is its address, identifier and secret.

    For one job: not to be shared between threads. `clock` gives seconds since 1970.
    """

    def __init__(
        self, shelf: Shelf, client: Sequence[str], clock: Callable[[], float] = time.time
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        # Another client's token is never found, whatever the shelf behind it tells apart.
        named = json.dumps(list(client)).encode()
        self._key = f"token:{hashlib.sha256(named).hexdigest()[:32]}"
        self._text = ""
        self._until = 0.0
        self.minted = 0
        """How many tokens were asked for by this object."""

    def get(self, mint: Callable[[], Token]) -> str:
        """Give the client's token; mint one where there is none or it is about to expire."""
        asked = self._clock()
        if self._text and asked < self._until:
            return self._text
        self._text, self._until = self._kept()
        if not self._text or asked >= self._until:
            token = mint()
            self.minted += 1
            good_for = token.good_for - MARGIN
            self._text, self._until = token.text, asked + good_for
            self._shelf.put(self._key, json.dumps([self._until, token.text]), good_for)
        return self._text

    def forget(self) -> None:
        """Drop the token in hand, which Zendesk refused; a newer one on the shelf stays."""
        if self._text and self._kept()[0] == self._text:
            self._shelf.put(self._key, "", 0)
        self._text = ""

    def _kept(self) -> tuple[str, float]:
        try:
            until, text = json.loads(self._shelf.get(self._key) or "")
            return str(text), float(until)
        except (TypeError, ValueError):
            return "", 0.0
