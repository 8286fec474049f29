"""Taking stock: of the contacts at hand, which may be texted at all, and what about the others.

The answer for each number is the gate's own, given to it for a whole page of numbers at a time:
what stock is taken of here and what a dry run says cannot differ.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub.consent import standing
from hub.consent.gate import Allow, Deny, Question, decide
from hub.consent.policy import Policy
from hub.consent.purposes import Purpose
from hub.consent.standing import Standing
from hub.consent.ways import Way, way_of
from hub.store import stock as queries
from hub.store.database import Tx
from hub.store.stock import StockRow

PAGE = 2000

Kind = Literal["may", "waits", "barred", "no_number"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a number stands: it may be texted, waits, is barred, or the record has no number.

    `code` is the gate's reason, or the record's verdict where it has no number; empty for `may`.
    """

    kind: Kind
    code: str
    way: Way


MAY = Place(kind="may", code="", way=Way.TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One record and one purpose. `counts` is False for a further record of a number that was
    counted before: a number gets a send once."""

    ref: str
    contact_id: int | None
    purpose_key: str
    place: Place
    counts: bool


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The numbers of one connection for one purpose, by where they stand.

    Records without a usable number are among them, each for itself.
    """

    connection_id: int
    purpose_key: str
    message_class: str
    places: Mapping[Place, int]

    def count(self, *kinds: Kind) -> int:
        """Give how many stand in one of these."""
        return sum(count for place, count in self.places.items() if place.kind in kinds)


def take(
    tx: Tx, connection_id: int, purposes: Sequence[Purpose], policy: Policy, now: datetime
) -> list[Tally]:
    """Give the tally of a connection for each of these purposes, all records taken as just read."""
    counted: dict[str, Counter[Place]] = {purpose.key: Counter() for purpose in purposes}
    for line in lines(tx, connection_id, purposes, policy, now):
        if line.counts:
            counted[line.purpose_key][line.place] += 1
    return [
        Tally(
            connection_id=connection_id,
            purpose_key=purpose.key,
            message_class=purpose.message_class,
            places=counted[purpose.key],
        )
        for purpose in purposes
    ]


def lines(
    tx: Tx, connection_id: int, purposes: Sequence[Purpose], policy: Policy, now: datetime
) -> Iterator[Line]:
    """Give a line for each living record and purpose, page by page, in the records' order."""
    seen: set[int] = set()
    for page in queries.pages(tx, connection_id, PAGE):
        ids = list(dict.fromkeys(row.contact_id for row in page if row.contact_id is not None))
        for purpose in purposes:
            known = standing.load(tx, ids, purpose.key, marks_since=policy.counts_from(now))
            question = Question(
                purpose_key=purpose.key,
                message_class=purpose.message_class,
                now=now,
                source_read_at=now,
            )
            here: set[int] = set()
            for row in page:
                counts = row.contact_id is None or (
                    row.contact_id not in seen and row.contact_id not in here
                )
                if row.contact_id is not None:
                    here.add(row.contact_id)
                yield Line(
                    ref=row.ref,
                    contact_id=row.contact_id,
                    purpose_key=purpose.key,
                    place=_place(row, known, question, policy),
                    counts=counts,
                )
        seen.update(ids)


def _place(
    row: StockRow, known: Mapping[int, Standing], question: Question, policy: Policy
) -> Place:
    if row.contact_id is None:
        return Place(kind="no_number", code=row.verdict, way=Way.CORRECT)
    verdict = decide(question, known[row.contact_id], policy)
    if isinstance(verdict, Deny):
        way = way_of(verdict.reason, row.verdict)
        return Place(kind="barred", code=verdict.reason, way=way)
    if not row.kept:
        return Place(kind="barred", code="erased", way=Way.NOTHING)
    if isinstance(verdict, Allow):
        return MAY
    return Place(kind="waits", code=verdict.reason, way=way_of(verdict.reason, row.verdict))
