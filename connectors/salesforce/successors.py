"""The living record that goes on for one that was merged into it, or for a converted lead."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.sdk import Ref

from . import soql
from .client import SalesforceClient
from .merge import is_dead, winner_of
from .settings import OBJECTS

_LONGEST_CHAIN = 5
_FIELDS = {
    "Contact": ("Id", "IsDeleted", "MasterRecordId"),
    "Lead": ("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId"),
}


class Successors:
    """Follows records through merges and conversions. `seen` are the objects the user can read."""

    def __init__(self, client: SalesforceClient, seen: Sequence[str]) -> None:
        self._client = client
        self._seen = tuple(seen)

    def of(self, refs: Iterable[Ref], within: Sequence[str] = OBJECTS) -> dict[Ref, Ref]:
        """Give what each record is now: itself, or what goes on for it in one of these objects.

        A record that is gone without a successor is left out. A successor in an object the user
        cannot read is taken for alive.
        """
        found: dict[Ref, Ref] = {}
        waiting = {ref: ref for ref in dict.fromkeys(refs)}
        for _ in range(_LONGEST_CHAIN):
            unread = {ref: at for ref, at in waiting.items() if at.object not in self._seen}
            found.update(unread)
            waiting = {ref: at for ref, at in waiting.items() if ref not in unread}
            if not waiting:
                break
            rows = self._rows(set(waiting.values()))
            moved: dict[Ref, Ref] = {}
            for ref, at in waiting.items():
                row = rows.get(at)
                if row is None:
                    continue
                if not is_dead(row):
                    found[ref] = at
                elif following := winner_of(at.object, row, within):
                    moved[ref] = following
            waiting = moved
        return found

    def _rows(self, refs: Iterable[Ref]) -> dict[Ref, dict[str, Any]]:
        ids: dict[str, list[str]] = {}
        for ref in refs:
            ids.setdefault(ref.object, []).append(ref.id)
        return {
            Ref(object_, str(row["Id"])): row
            for object_, wanted in ids.items()
            for query in soql.among(object_, _FIELDS[object_], "Id", sorted(wanted))
            for row in self._client.query(query, deleted_too=True)
        }
