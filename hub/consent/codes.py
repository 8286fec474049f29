"""The code of a double opt-in: six digits that prove whose number was typed. Pure.

It is kept as a keyed hash: whoever has the store and not its keys cannot try all million.
"""

import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from hub.store.cipher import Cipher

DIGITS = 6
LIFE = timedelta(minutes=10)
"""How long a code is worth something."""

TRIES = 5
"""How often a code may be typed: five of a million leave a guesser one chance in 200,000."""

CODES_A_DAY = 5
"""Codes that one number gets within 24 hours, whoever asks for them."""

FORMS_AN_HOUR = 20
"""Forms that one address may leave unconfirmed within an hour.

Confirmed ones do not count, so that the customers of one shop, who share its address, do not lock
each other out.
"""


class Typed(StrEnum):
    """What came of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


def draw() -> str:
    """Draw a code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def digest(cipher: Cipher, token: str, code: str) -> bytes:
    """Give the keyed hash under which a code is kept; it holds for this one request."""
    return cipher.fingerprint(_named(token, code))


def same(cipher: Cipher, kept: bytes | None, token: str, code: str) -> bool:
    """Say whether a hash is the one kept for this code, in a time that tells nothing of either."""
    return kept is not None and cipher.knows(kept, _named(token, code))


def _named(token: str, code: str) -> str:
    return f"consent-code:{token}:{code}"


def clean(text: str) -> str:
    """Give the digits of what somebody typed, full-width ones too; spaces and hyphens go."""
    plain = unicodedata.normalize("NFKC", text[:40])
    return "".join(char for char in plain if char.isascii() and char.isdigit())


def judge(*, right: bool, tries: int, waiting: bool, expires_at: datetime, now: datetime) -> Typed:
    """Say what comes of a code, given how often one was typed before.

    A right code after the last try or the last minute is worth as little as a wrong one.
    """
    if not waiting or tries >= TRIES or now >= expires_at:
        return Typed.OVER
    if right:
        return Typed.RIGHT
    return Typed.OVER if tries + 1 >= TRIES else Typed.WRONG
