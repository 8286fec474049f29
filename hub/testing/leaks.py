"""Finding what must not be seen: secrets and phone numbers in a text."""

import re
from collections.abc import Iterable

# Shorter ones occur in innocent text.
_FEWEST_CHARACTERS = 6
_FEWEST_DIGITS = 8


def leaked(text: str, secrets: Iterable[str], numbers: Iterable[str]) -> str | None:
    """Say what of these is in the text, without repeating it; None where it is clean.

    A number is found as it was typed and as its bare digits, with or without the country code.
    """
    for secret in secrets:
        if len(secret) >= _FEWEST_CHARACTERS and secret in text:
            return "a secret or the text of an SMS"
    for number in numbers:
        if any(form in text for form in _forms(number)):
            return "a phone number"
    return None


def _forms(number: str) -> list[str]:
    digits = re.sub(r"\D", "", number)
    if len(digits) < _FEWEST_DIGITS:
        return []
    subscriber = re.sub(r"^(81|0)", "", digits)
    return [number, digits, subscriber]
