"""How long a text is: in SMS segments, and in the units a gateway counts. Pure.

Segments follow 3GPP TS 23.038 and 23.040: a text wholly in the GSM 7-bit alphabet holds 160
septets, or 153 in each part when it is joined (152 with a 16-bit reference); any other text is
UCS-2 with 70 UTF-16 units, or 67 (66) in each part. Characters of the extension table cost two
septets. Neither an escape pair nor a surrogate pair is ever split between parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hub.values.gateway import Counting, GatewayProfile

Encoding = Literal["gsm7", "ucs2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")

# Encoding -> (units in a single message, units in a part by the size of the reference in bits).
_ROOM: dict[Encoding, tuple[int, dict[int, int]]] = {
    "gsm7": (160, {8: 153, 16: 152}),
    "ucs2": (70, {8: 67, 16: 66}),
}


@dataclass(frozen=True, kw_only=True)
class Length:
    """The length of one text: its encoding, its septets or UTF-16 units, its SMS segments."""

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """Give the encoding the whole text goes in."""
    return "gsm7" if BASIC.issuperset(text) or _all_gsm(text) else "ucs2"


def measure(text: str, reference_bits: int = 8) -> Length:
    """Measure a text. An empty one still is one SMS."""
    encoding = encoding_of(text)
    return Length(
        encoding=encoding,
        units=sum(_costs(text, encoding)),
        segments=len(split(text, reference_bits)),
    )


def split(text: str, reference_bits: int = 8) -> list[str]:
    """Split a text into the parts in which it travels; joined they are the text again."""
    encoding = encoding_of(text)
    single, joined = _ROOM[encoding]
    if sum(_costs(text, encoding)) <= single:
        return [text]
    room = joined[reference_bits]
    parts: list[str] = []
    start = used = 0
    for place, cost in enumerate(_costs(text, encoding)):
        if used + cost > room:
            parts.append(text[start:place])
            start, used = place, 0
        used += cost
    parts.append(text[start:])
    return parts


def gateway_units(text: str, profile: GatewayProfile) -> int:
    """Count a text the way a gateway does: UTF-16 units or bytes, line breaks at its own price."""
    text = text.replace("\r\n", "\n")
    breaks = text.count("\n")
    rest = text.replace("\n", "")
    units = _count(rest, profile.counting) + breaks * profile.newline_units
    if profile.wide_doubles and encoding_of(text) == "ucs2":
        return max(units, 2 * _count(rest, "utf16") + breaks * profile.newline_units)
    return units


def billed_units(text: str, profile: GatewayProfile) -> int:
    """Estimate what a gateway charges for a text, an empty one too: one unit at least.

    What it reports later overrules the estimate.
    """
    if profile.billing == "per_70":
        return max(1, -(-_count(text, "utf16") // 70))
    return measure(text, profile.reference_bits).segments


def unsupported(text: str, profile: GatewayProfile) -> list[str]:
    """Give the characters the gateway cannot carry, each once, in the order they appear."""
    return [
        character
        for character in dict.fromkeys(text)
        if character in profile.unsupported or not _codable(character, profile.counting)
    ]


def _all_gsm(text: str) -> bool:
    return all(character in BASIC or character in EXTENSION for character in text)


def _costs(text: str, encoding: Encoding) -> Iterator[int]:
    if encoding == "gsm7":
        return (2 if character in EXTENSION else 1 for character in text)
    return (2 if character > "\uffff" else 1 for character in text)


_CODECS: dict[Counting, str] = {"sjis_bytes": "shift_jis", "cp932_bytes": "cp932"}


def _count(text: str, counting: Counting) -> int:
    if counting == "utf16":
        return sum(_costs(text, "ucs2"))
    # What cannot be coded is refused elsewhere; here it counts like any full-width character.
    return len(text.encode(_CODECS[counting], errors="replace")) + sum(
        1 for character in text if not _codable(character, counting)
    )


def _codable(character: str, counting: Counting) -> bool:
    if counting == "utf16":
        return not "\ud800" <= character <= "\udfff"
    try:
        character.encode(_CODECS[counting])
    except UnicodeEncodeError:
        return False
    return True
