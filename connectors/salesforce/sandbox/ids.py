"""Salesforce's record ids: fifteen characters that mean something, and three that check the case.

An id here is the object's prefix, the pod `5i`, and the record's number in base 62; the alphabet
is in ASCII order, so ids of one object sort as their numbers do.
"""

import re

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "5i"
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
# Ids are made by the million: two digits at a time, with the places of their capitals.
_PAIRS = [one + other for one in DIGITS for other in DIGITS]
_CAPITALS = [("A" <= pair[0] <= "Z") | ("A" <= pair[1] <= "Z") << 1 for pair in _PAIRS]
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")


class Ids:
    """The ids of one object, by its three-character prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._head = f"{prefix}{_POD}00000"
        self._checks = _check(self._head[:5]) + _check(self._head[5:])

    def of(self, number: int) -> str:
        """The 18-character id of a record's number (below 62^5)."""
        rest, low = divmod(number, 3_844)
        high, middle = divmod(rest, 3_844)
        bits = _CAPITALS[high * 62] & 1 | _CAPITALS[middle] << 1 | _CAPITALS[low] << 3
        tail = f"{DIGITS[high]}{_PAIRS[middle]}{_PAIRS[low]}"
        return f"{self._head}{tail}{self._checks}{_CHECKS[bits]}"

    def number(self, text: str) -> int | None:
        """The number an id of 15 or 18 characters means; None where it is none of this object."""
        if not is_id(text) or not text.startswith(self._head):
            return None
        number = 0
        for digit in text[10:15]:
            number = number * 62 + _VALUES[digit]
        return number


def is_id(text: str) -> bool:
    """Whether a text has an id's shape, its three checking characters right."""
    return bool(_SHAPE.fullmatch(text)) and (len(text) == 15 or text == whole(text))


def whole(text: str) -> str:
    """The 18 characters of an id of 15 or 18."""
    return text[:15] + "".join(_check(text[at : at + 5]) for at in (0, 5, 10))


def _check(five: str) -> str:
    return _CHECKS[sum(1 << at for at, sign in enumerate(five) if "A" <= sign <= "Z")]
