"""Which of a person's numbers an SMS is for: the one that is asked for, or the usual one. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hub.contacts.phone import Phone, normalise
from hub.values.contact import NumberKind, SourceContact

FEWEST_DIGITS = 4
"""As many last digits as masked numbers show; fewer name nobody."""


class NoChoice(StrEnum):
    """Why none of a person's numbers is meant."""

    NONE = "number_none"
    UNKNOWN = "number_unknown"
    UNCLEAR = "number_unclear"


@dataclass(frozen=True, kw_only=True)
class OwnNumber:
    """A mobile number of a record's person, in E.164.

    `mapped` is the one that the connection's mapping names: consent is for that one alone.
    """

    e164: str = field(repr=False)
    kind: NumberKind
    label: str
    mapped: bool


def own_numbers(contact: SourceContact) -> list[OwnNumber]:
    """Give the mobile numbers of a record as it was read, each once, the mapped one first."""
    found: dict[str, OwnNumber] = {}
    mapped = normalise(contact.number)
    if isinstance(mapped, Phone):
        kind = NumberKind.PRIMARY
        found[mapped.e164] = OwnNumber(e164=mapped.e164, kind=kind, label="", mapped=True)
    for each in contact.further:
        phone = normalise(each.number)
        if isinstance(phone, Phone) and phone.e164 not in found:
            found[phone.e164] = OwnNumber(
                e164=phone.e164, kind=each.kind, label=each.label, mapped=False
            )
    return list(found.values())


def chosen(numbers: Sequence[OwnNumber], wish: str = "") -> OwnNumber | NoChoice:
    """Give the number that is meant.

    A wish names one of the person's own numbers, by all of it or by its last digits, four at
    least; nothing else is ever taken. Without one it is the mapped number, or else the first that
    nobody shares.
    """
    if not numbers:
        return NoChoice.NONE
    if not wish.strip():
        usual = [each for each in numbers if each.mapped or each.kind is not NumberKind.SHARED]
        return usual[0] if usual else NoChoice.NONE
    whole = normalise(wish)
    if isinstance(whole, Phone):
        found = [each for each in numbers if each.e164 == whole.e164]
    else:
        digits = _digits(wish)
        found = [each for each in numbers if digits and each.e164.endswith(digits)]
    if not found:
        return NoChoice.UNKNOWN
    return found[0] if len(found) == 1 else NoChoice.UNCLEAR


def _digits(wish: str) -> str:
    """Give the last digits that a wish is made of; empty for any other text."""
    text = unicodedata.normalize("NFKC", wish).strip()
    return text if text.isascii() and text.isdecimal() and len(text) >= FEWEST_DIGITS else ""
