"""Activities on records, each left once however often it is tried.

Salesforce has no idempotency key. So the subject of each Task ends with a short mark of what it
is about, and before one is written the record's Tasks since then are searched for it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.sdk import Ref

from . import soql
from .client import ROWS_A_WRITE, SalesforceClient, Written
from .moments import date_text

_LONGEST_SUBJECT = 255
NEEDED = ("WhoId", "Subject", "Description", "ActivityDate", "Status", "Priority")
"""The fields of a Task the hub writes."""

# Salesforce's clock and ours may differ.
_SLACK = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Note:
    """One Task to leave on one record. `urgent` is one that somebody has to do.

    `before` is the record it was meant for first, where that was merged or converted since: the
    Task may have been left there.
    """

    id: str
    ref: Ref
    text: str = field(repr=False)
    at: datetime
    urgent: bool = False
    before: Ref | None = None

    @property
    def subject(self) -> str:
        """The text and its mark."""
        mark = " " + mark_of(self.id)
        return self.text[: _LONGEST_SUBJECT - len(mark)] + mark


def mark_of(id_: str) -> str:
    """Give the mark of a note: short, and the same at every try."""
    return "#" + hashlib.sha256(id_.encode()).hexdigest()[:8]


class Tasks:
    """Leaves Tasks on Contacts and Leads."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def leave(self, notes: Sequence[Note]) -> list[Written]:
        """Write the notes that are not there yet; give one answer for each."""
        there = self._there(notes)
        missing = [note for note in notes if there.isdisjoint(_places(note))]
        answers: dict[str, Written] = {}
        for start in range(0, len(missing), ROWS_A_WRITE):
            part = missing[start : start + ROWS_A_WRITE]
            told = self._client.write([_row(note) for note in part], new=True)
            answers.update((note.id, each) for note, each in zip(part, told, strict=True))
        return [answers.get(note.id) or Written(id=note.ref.id) for note in notes]

    def _there(self, notes: Sequence[Note]) -> set[tuple[str, str]]:
        if not notes:
            return set()
        since = (min(note.at for note in notes) - _SLACK).astimezone(UTC)
        ids = sorted({id_ for note in notes for id_, _ in _places(note)})
        where = f"CreatedDate >= {since:%Y-%m-%dT%H:%M:%SZ}"
        return {
            (str(row.get("WhoId")), str(row.get("Subject") or "").rstrip()[-9:])
            for query in soql.among("Task", ("WhoId", "Subject"), "WhoId", ids, where=where)
            for row in self._client.query(query)
        }


def _places(note: Note) -> list[tuple[str, str]]:
    mark = mark_of(note.id)
    return [(ref.id, mark) for ref in (note.ref, note.before) if ref is not None]


def _row(note: Note) -> dict[str, Any]:
    return {
        "attributes": {"type": "Task"},
        "WhoId": note.ref.id,
        "Subject": note.subject,
        "Description": note.text,
        "ActivityDate": date_text(note.at, type_="date"),
        "Status": "Not Started" if note.urgent else "Completed",
        "Priority": "High" if note.urgent else "Normal",
    }
