"""Waiting for what another process is to do."""

import time
from collections.abc import Callable
from typing import TypeVar

from hub.errors import HubError
from hub.values.words import Words

T = TypeVar("T")


class DemoFailed(HubError):
    """A step of the demo did not come to what it should show."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en, words.ja)


def until(look: Callable[[], T | None], what: Words, seconds: float = 20.0) -> T:
    """Look again and again until something true is there, and give it.

    Raises DemoFailed saying what did not come in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise DemoFailed(
                Words(
                    ja=f"{what.ja}を{seconds:.0f}秒待ちましたが、確認できませんでした。",
                    en=f"Waited {seconds:.0f} s for {what.en}; it did not come.",
                )
            )
        time.sleep(0.1)


def check(holds: bool, what: Words) -> None:
    """Raise DemoFailed unless it holds."""
    if not holds:
        raise DemoFailed(Words(ja=f"期待と異なります: {what.ja}", en=f"Not as expected: {what.en}"))
