# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes field of a user: people's own lines, and one line of ours for each SMS."""

from collections.abc import Sequence
from datetime import datetime

from .marks import Mark, ends_with_mark, marks_in
from .moments import JST

MOST_LINES = 10
"""How many of our lines a user keeps. The field is for people; the hub's own log has the rest."""


def folded(notes: str, mark: Mark, text: str, at: datetime) -> str:
    """Give the notes with this line in the place of the same SMS's former one, or at the end.

    Lines that people wrote stay as they are. The oldest of ours go when there are too many.
    """
    day = at.astimezone(JST).strftime("%Y-%m-%d %H:%M")
    ours = f"{' '.join(text.split())} ({day}) {mark}"
    lines = notes.splitlines()
    places = [place for place, line in enumerate(lines) if _is_of(line, mark)]
    if places:
        lines[places[0]] = ours
    else:
        lines.append(ours)
    surplus = sum(map(ends_with_mark, lines)) - MOST_LINES
    kept = []
    for line in lines:
        if surplus > 0 and ends_with_mark(line):
            surplus -= 1
        else:
            kept.append(line)
    return "\n".join(kept)


def marks_of(notes: str) -> Sequence[Mark]:
    """Give the marks of the lines that are ours."""
    return [marks_in(line)[-1] for line in notes.splitlines() if ends_with_mark(line)]


def _is_of(line: str, mark: Mark) -> bool:
    return ends_with_mark(line) and marks_in(line)[-1].thread == mark.thread
