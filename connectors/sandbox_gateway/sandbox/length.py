"""How long an SMS is: units and segments, counted as Japanese carriers do."""

from dataclasses import dataclass

# GSM 03.38 as the escape-free characters and those that cost an escape (3GPP TS 23.038, 6.2.1).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")
_GSM_WHOLE, _GSM_PART = 160, 153
_UCS2_WHOLE, _UCS2_PART = 70, 67


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """The length of one text: UTF-16 units, and the segments it travels in."""

    units: int
    segments: int


def measure(text: str) -> Length:
    """Count a text.

    Latin text goes in 160, or in parts of 153; any other in 70, or in parts of 67. An escape pair
    and a surrogate pair are never split, so a part may stay one short.
    """
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if all(char in _BASIC or char in _ESCAPED for char in text):
        costs = [2 if char in _ESCAPED else 1 for char in text]
        return Length(units=units, segments=_parts(costs, _GSM_WHOLE, _GSM_PART))
    costs = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return Length(units=units, segments=_parts(costs, _UCS2_WHOLE, _UCS2_PART))


def _parts(costs: list[int], whole: int, part: int) -> int:
    if sum(costs) <= whole:
        return 1
    parts, used = 1, 0
    for cost in costs:
        if used + cost > part:
            parts, used = parts + 1, 0
        used += cost
    return parts
