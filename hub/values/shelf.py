"""A place where a plugin leaves short texts for its own later use, such as an access token."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

MOST_CHARACTERS = 4096
"""The longest text a shelf takes; tokens have some hundred characters."""

LONGEST_SECONDS = 7 * 86_400
"""For how long a text is kept at most."""


class Shelf(Protocol):
    """Keeps texts of one connection for a while. What is not there any more is minted anew.

    Nothing on it is certain to be found again: the broker behind it may be wiped at any time, and
    other settings of the connection find an empty shelf. Since spec 1.0.
    """

    def get(self, key: str) -> str | None:
        """Give the text under this key; None where there is none, or none any more."""
        ...

    def put(self, key: str, text: str, seconds: float) -> None:
        """Keep a text of up to 4,096 characters for so many seconds, a week at most.

        An empty text, or no time, takes away what is there. Raises ValueError for a longer text.
        """
        ...


class MemoryShelf:
    """A shelf of this process alone, where there is no broker. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str | None:
        """Give the text under this key; None where there is none, or none any more."""
        with self._lock:
            text, until = self._kept.get(key, ("", 0.0))
            if text and self._clock() < until:
                return text
            self._kept.pop(key, None)
            return None

    def put(self, key: str, text: str, seconds: float) -> None:
        """Keep a text for so many seconds. Raises ValueError for one that is too long."""
        kept = bounded(text, seconds)
        with self._lock:
            if kept:
                self._kept[key] = (text, self._clock() + kept)
            else:
                self._kept.pop(key, None)


def bounded(text: str, seconds: float) -> float:
    """Give for how long a text is kept: 0 for one that is to go. Raises ValueError if too long."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a shelf takes texts of up to {MOST_CHARACTERS} characters")
    return min(seconds, LONGEST_SECONDS) if text and seconds > 0 else 0.0
