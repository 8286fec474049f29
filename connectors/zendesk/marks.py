# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks that end our notes, by which each is found again and none is left twice.

Zendesk has no idempotency key for comments. A mark names the SMS and the state it tells of:
`#a1b2c3d4-9f3c`.
"""

import hashlib
import re
from dataclasses import dataclass

_MARK = re.compile(r"#([0-9a-f]{8})-([0-9a-f]{4})")
_AT_THE_END = re.compile(r"#[0-9a-f]{8}-[0-9a-f]{4}\s*\Z")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The mark of one note: of which SMS it tells, and of what about it."""

    thread: str
    state: str

    def __str__(self) -> str:
        return f"#{self.thread}-{self.state}"


def mark_of(thread: str, id_: str) -> Mark:
    """Give the mark of a note: short, and the same at every try."""
    return Mark(thread=_digest(thread)[:8], state=_digest(id_)[:4])


def marks_in(text: str) -> list[Mark]:
    """Give the marks in a text."""
    return [Mark(thread=thread, state=state) for thread, state in _MARK.findall(text)]


def ends_with_mark(text: str) -> bool:
    """Say whether a text is one that the hub wrote."""
    return _AT_THE_END.search(text) is not None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
