"""How long a text is: in SMS segments, and in the units a gateway counts. Pure.

Segments follow 3GPP TS 23.038 and 23.040: a text wholly in the GSM 7-bit alphabet holds 160
septets, or 153 in each part when it is joined (152 with a 16-bit reference); any other text is
UCS-2 with 70 UTF-16 units, or 67 (66) in each part. Characters of the extension table cost two
septets. Neither an escape pair nor a surrogate pair is ever split between parts.
"""

import re
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

# Texts are measured by the hundred thousand: what costs two is counted by one look of a pattern.
_GSM = re.compile(f"[{re.escape(''.join(sorted(BASIC | EXTENSION)))}]*")
_TWICE: dict[Encoding, re.Pattern[str]] = {
    "gsm7": re.compile(f"[{re.escape(''.join(sorted(EXTENSION)))}]"),
    "ucs2": re.compile("[\U00010000-\U0010ffff]"),
}

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
    return "gsm7" if _GSM.fullmatch(text) else "ucs2"


def measure(text: str, reference_bits: int = 8) -> Length:
    """Measure a text. An empty one still is one SMS."""
    encoding = encoding_of(text)
    units = _units(text, encoding)
    parts = _parts(text, encoding, units, reference_bits)
    return Length(encoding=encoding, units=units, segments=len(parts))


def split(text: str, reference_bits: int = 8) -> list[str]:
    """Split a text into the parts in which it travels; joined they are the text again."""
    encoding = encoding_of(text)
    return _parts(text, encoding, _units(text, encoding), reference_bits)


def gateway_units(text: str, profile: GatewayProfile) -> int:
    """Count a text the way a gateway does: UTF-16 units or bytes, line breaks at its own price."""
    text = text.replace("\r\n", "\n")
    breaks = text.count("\n")
    rest = text.replace("\n", "")
    units = _count(rest, profile.counting) + breaks * profile.newline_units
    if profile.wide_doubles and encoding_of(text) == "ucs2":
        return max(units, 2 * _count(rest, "utf16") + breaks * profile.newline_units)
    return units


def billed_units(text: str, profile: GatewayProfile, segments: int | None = None) -> int:
    """Estimate what a gateway charges for a text, an empty one too: one unit at least.

    `segments` are its SMS segments at this gateway where they were measured before. What the
    gateway reports later overrules the estimate.
    """
    if profile.billing == "per_70":
        return max(1, -(-_count(text, "utf16") // 70))
    return segments or measure(text, profile.reference_bits).segments


def carries(text: str, profile: GatewayProfile) -> bool:
    """Say whether the gateway can carry every character of a text."""
    if _strictly(text, profile.counting) is None:
        return False
    return not any(character in text for character in profile.unsupported)


def _parts(text: str, encoding: Encoding, units: int, reference_bits: int) -> list[str]:
    single, joined = _ROOM[encoding]
    if units <= single:
        return [text]
    room = joined[reference_bits]
    if units == len(text):
        return [text[start : start + room] for start in range(0, units, room)]
    parts: list[str] = []
    start = used = 0
    for place, cost in enumerate(_costs(text, encoding)):
        if used + cost > room:
            parts.append(text[start:place])
            start, used = place, 0
        used += cost
    parts.append(text[start:])
    return parts


def _units(text: str, encoding: Encoding) -> int:
    return len(text) + len(_TWICE[encoding].findall(text))


def _costs(text: str, encoding: Encoding) -> Iterator[int]:
    if encoding == "gsm7":
        return (2 if character in EXTENSION else 1 for character in text)
    return (2 if character > "\uffff" else 1 for character in text)


_CODECS: dict[Counting, str] = {
    "utf16": "utf-16-le",
    "sjis_bytes": "shift_jis",
    "cp932_bytes": "cp932",
}


def _count(text: str, counting: Counting) -> int:
    if counting == "utf16":
        return _units(text, "ucs2")
    coded = _strictly(text, counting)
    if coded is not None:
        return len(coded)
    # What cannot be coded is refused elsewhere; here it counts like any full-width character.
    return len(text.encode(_CODECS[counting], errors="replace")) + sum(
        1 for character in text if not _codable(character, counting)
    )


def _strictly(text: str, counting: Counting) -> bytes | None:
    try:
        return text.encode(_CODECS[counting])
    except UnicodeEncodeError:
        return None


def _codable(character: str, counting: Counting) -> bool:
    return _strictly(character, counting) is not None
