"""Japanese mobile numbers: one spelling (E.164), or the reason why a number is none.

Ranges: 090, 080, 070 and, since 20 December 2024, 060, each followed by 1 to 9 (総務省,
電気通信番号計画). `phonenumbers` knows 060 from release 9.0.32 on.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType as Type


class Reason(StrEnum):
    """Why a text is no number that an SMS can be sent to."""

    MISSING = "missing"
    LETTERS = "letters"
    EXTENSION = "extension"
    LANDLINE = "landline"
    IP_PHONE = "ip_phone"
    PAGER_M2M = "pager_m2m"
    TOLL_FREE = "toll_free"
    FOREIGN = "foreign"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A Japanese mobile number in E.164."""

    e164: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NoPhone:
    """No Japanese mobile number, and why."""

    reason: Reason


# What people put between digits. Other marks go the long way, which knows them all.
_SPACING = " -‐‑‒–—―−ー－　()（）"
_PLAIN = str.maketrans("０１２３４５６７８９＋", "0123456789+", _SPACING)
# Without the 0: a spreadsheet took the text for a number.
_MOBILE = re.compile(r"(?:\+81|0)?([6-9]0[1-9][0-9]{7})")
_NATIONAL = re.compile(r"[6-9]0[1-9][0-9]{7}")
# Longer texts than a number with spacing are left to the long way, which refuses them.
_LONGEST = 40

# phonenumbers reads letters as the digits they share a key with: 090-XXXX-XXXX, a masked number,
# would become the valid mobile of somebody.
_LETTERS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
_EXTENSION = re.compile(
    r"内線|(?:ext(?:ension)?|\dx)[.:=\s]*\d+\s*$|\d\s*#\s*\d+\s*$", re.IGNORECASE
)
_TRAILING_NOTE = re.compile(r"\s*[(（\[【][^0-9０-９]*[)）\]】]\s*$")

_WHY = {
    Type.FIXED_LINE: Reason.LANDLINE,
    Type.FIXED_LINE_OR_MOBILE: Reason.LANDLINE,
    Type.VOIP: Reason.IP_PHONE,
    Type.PAGER: Reason.PAGER_M2M,
    Type.TOLL_FREE: Reason.TOLL_FREE,
    Type.PREMIUM_RATE: Reason.TOLL_FREE,
    Type.SHARED_COST: Reason.TOLL_FREE,
    Type.UAN: Reason.TOLL_FREE,
}


def normalise(text: str) -> Phone | NoPhone:
    """Give the number a text holds, however it is spelled, or why there is none.

    Usual spellings of Japanese mobiles take one translation and one pattern, twenty times as fast
    as `phonenumbers`, with the same answer; all others take `by_phonenumbers`.
    """
    if len(text) <= _LONGEST:
        found = _MOBILE.fullmatch(text.translate(_PLAIN))
        if found:
            return Phone(e164="+81" + found[1])
    return by_phonenumbers(text)


def by_phonenumbers(text: str) -> Phone | NoPhone:
    """Give the same answer as `normalise`, for any text, by the `phonenumbers` library alone."""
    if not text.strip():
        return NoPhone(reason=Reason.MISSING)
    if _EXTENSION.search(text):
        return NoPhone(reason=Reason.EXTENSION)
    if _LETTERS.search(text):
        return NoPhone(reason=Reason.LETTERS)
    number = _parse(text) or _parse(_TRAILING_NOTE.sub("", text))
    if number is None:
        return NoPhone(reason=Reason.INVALID)
    if number.extension:
        return NoPhone(reason=Reason.EXTENSION)
    if not phonenumbers.is_valid_number(number):
        return NoPhone(reason=Reason.INVALID)
    if number.country_code != 81:
        return NoPhone(reason=Reason.FOREIGN)
    kind = phonenumbers.number_type(number)
    national = phonenumbers.national_significant_number(number)
    if kind == Type.MOBILE and _NATIONAL.fullmatch(national):
        return Phone(e164="+81" + national)
    return NoPhone(reason=_WHY.get(kind, Reason.INVALID))


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        return None


def last_digits(e164: str) -> str:
    """Give the last four digits, by which a person knows the own number again."""
    return e164[-4:]


def mask(e164: str) -> str:
    """Give a number as lists and logs may show it: 090****5678."""
    if e164.startswith("+81") and len(e164) == 13:
        return f"0{e164[3:5]}****{e164[-4:]}"
    return f"****{e164[-4:]}"


def national(e164: str) -> str:
    """Give a number as people in Japan write it: 090-1234-5678.

    Hyphens keep a spreadsheet from taking it for a quantity and its first zero away.
    """
    return f"0{e164[3:5]}-{e164[5:9]}-{e164[9:]}"
