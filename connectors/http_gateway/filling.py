"""Values with places to fill: `{number}`, `{account}`, or a fixed text. Pure; nothing is evaluated.

A place is the name of something the hub has, in braces. There are no others, and no way to write
anything that is computed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

SETTINGS = ("account", "service", "username", "password", "token")
"""Places that the connection's settings fill."""

OF_SMS = ("number", "text", "key", "not_after", "callback_url")
"""Places that each SMS fills; `key` is the hub's own id of it."""

OF_QUESTION = ("key",)

_PLACE = re.compile(r"\{([^{}]*)\}")


def places(text: str) -> list[str]:
    """Name the places in a text, in their order."""
    return _PLACE.findall(text)


def has_stray_brace(text: str) -> bool:
    """Say whether a brace stands alone."""
    rest = _PLACE.sub("", text)
    return "{" in rest or "}" in rest


def filled(text: str, values: Mapping[str, str | None]) -> str | None:
    """Fill the places; None where one of them has nothing now (no `not_after`, say)."""
    if any(values.get(place) is None for place in places(text)):
        return None
    return _PLACE.sub(lambda found: values[found[1]] or "", text)


def form(fields: Mapping[str, str], values: Mapping[str, str | None]) -> dict[str, str]:
    """Give the fields of a form or a query; those with nothing in them are left out."""
    every = {name: filled(text, values) for name, text in fields.items()}
    return {name: value for name, value in every.items() if value is not None}


def document(fields: Mapping[str, str], values: Mapping[str, str | None]) -> dict[str, Any]:
    """Give the fields as JSON: `a.b` is a field in a field, `a[]` a list with one entry."""
    whole: dict[str, Any] = {}
    for name, value in form(fields, values).items():
        *outer, last = name.removesuffix("[]").split(".")
        inner = whole
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[last] = [value] if name.endswith("[]") else value
    return whole


def clashes(names: Sequence[str]) -> bool:
    """Say whether one of these names is a field and holds fields too."""
    bare = [name.removesuffix("[]") for name in names]
    return len(set(bare)) < len(bare) or any(
        one != other and other.startswith(f"{one}.") for one in bare for other in bare
    )
