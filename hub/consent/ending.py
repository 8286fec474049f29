"""What took an entry back, as one reads it from the ledger: pure, for people to read.

What may be sent is decided by `hub.consent.gate` alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.consent.entry import ALL, PROMOTIONAL, EventType
from hub.store.ledger import EvidenceRow

GRANTING = frozenset({EventType.GIVEN, EventType.RENEWED, EventType.IMPORTED, EventType.REQUESTED})
_OF_ITS_SOURCE = frozenset({EventType.REFUSED, EventType.EXPIRED, EventType.INVALIDATED})


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The row that took an entry back, and the one that took that back again, by place.

    `undone_by` is None where the ending stands.
    """

    seq: int
    event_type: str
    undone_by: int | None


def endings(
    rows: Sequence[EvidenceRow], promotional: Callable[[EvidenceRow], bool]
) -> Mapping[int, Ending]:
    """Give for each granting row of one contact, by place, what took it back first and stands.

    A withdrawal ends all that its scope covers, whatever source it came from; a refusal, an expiry
    or an invalidation what the same source had granted. Where all of them were undone, the last is
    given. `rows` are in the ledger's order.
    """
    undone = {
        row.clear["exclusion_id"]: row.seq
        for row in rows
        if row.clear["event_type"] == EventType.RENEWED and row.clear["exclusion_id"] is not None
    }
    found: dict[int, Ending] = {}
    for place, row in enumerate(rows):
        if row.clear["event_type"] not in GRANTING:
            continue
        for later in rows[place + 1 :]:
            if not _ends(row, later, promotional(row)):
                continue
            undone_by = undone.get(later.clear["exclusion_id"])
            if undone_by is not None and undone_by < later.seq:
                undone_by = None
            found[row.seq] = Ending(
                seq=later.seq, event_type=later.clear["event_type"], undone_by=undone_by
            )
            if undone_by is None:
                break
    return found


def _ends(row: EvidenceRow, later: EvidenceRow, promotional: bool) -> bool:
    covers = later.clear["purpose_key"] in (row.clear["purpose_key"], ALL) or (
        promotional and later.clear["purpose_key"] == PROMOTIONAL
    )
    if not covers:
        return False
    if later.clear["event_type"] == EventType.WITHDRAWN:
        return True
    return later.clear["event_type"] in _OF_ITS_SOURCE and _source(later) == _source(row)


def _source(row: EvidenceRow) -> tuple[object, object]:
    return row.clear["connection_id"], row.clear["source_ref"]
