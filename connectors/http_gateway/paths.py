"""Where a value sits in an answer: `id`, `error.code`, `tags[0]`, `data[0].id`. Pure.

That is all there is of the syntax: names of fields, dots between them, and a place in a list.
"""

import re
from typing import Any

_STEP = r"[^\s.\[\]{}]+(?:\[[0-9]{1,3}\])*"
_PATH = re.compile(rf"{_STEP}(?:\.{_STEP})*")
_PIECE = re.compile(r"[^.\[\]]+|\[[0-9]+\]")


def is_path(text: str) -> bool:
    """Say whether this is written as a path."""
    return _PATH.fullmatch(text) is not None


def at(thing: Any, path: str | None) -> Any:
    """Give what stands at the path; None where nothing does, or no path is given."""
    if path is None:
        return None
    for piece in _PIECE.findall(path):
        if piece.startswith("["):
            place = int(piece[1:-1])
            if not isinstance(thing, list) or place >= len(thing):
                return None
            thing = thing[place]
        else:
            thing = thing.get(piece) if isinstance(thing, dict) else None
    return thing


def text_at(thing: Any, path: str | None) -> str | None:
    """Give a text, a number or a yes or no as text; None for nothing, a list or an object."""
    found = at(thing, path)
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str | int | float) or found == "":
        return None
    # JSON can escape half a character, which no store takes.
    return str(found).encode(errors="replace").decode()


def count_at(thing: Any, path: str | None) -> int | None:
    """Give a whole number of at least 0 that stands at the path, written as number or text."""
    found = text_at(thing, path)
    if found is None or not (found.isascii() and found.isdigit()) or len(found) > 6:
        return None
    return int(found)
