"""From rows to contacts: with the consents beside them, without the ones that are broken."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.sdk import ConfigError, Connection, FieldMapping, Ref, Skipped, SourceContact

from . import consentcode, soql
from .client import SalesforceClient
from .consentcode import INDIVIDUAL, POINT_CONSENT, POINT_PHONE, ConsentCode
from .consents import Consents
from .fields import Shape
from .merge import refuses, stricter, winner_of, without_yes
from .record import Odd, RecordReader, record_id
from .refusals import away
from .shapewatch import ShapeWatch
from .successors import Successors

SHAPE_GOOD_FOR = 300.0
"""Seconds for which a look at the org holds; an odd record makes us look again at once."""

_PREFIXES = {"Contact": "003", "Lead": "00Q"}
_ID = re.compile(r"[A-Za-z0-9]{18}")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a page of rows came to."""

    items: Sequence[SourceContact] = ()
    skipped: Sequence[Skipped] = field(default=())
    gone: Sequence[Ref] = field(default=())


class Reading:
    """Reads rows of one connection's objects by its mapping."""

    def __init__(
        self,
        client: SalesforceClient,
        connection: Connection,
        mapping: Callable[[], FieldMapping],
        watch: ShapeWatch,
    ) -> None:
        self._client = client
        self._connection = connection
        self._mapping = mapping
        self._watch = watch
        self._readers: dict[str, RecordReader] = {}
        self._objects: tuple[str, ...] = tuple(connection.settings["objects"])
        self._successors = Successors(client, self._objects)

    def fetch(
        self, object_: str, ask: Callable[[RecordReader], list[Row]]
    ) -> tuple[list[Row], Callable[[Sequence[Row]], Batch]]:
        """Ask for rows with the fields of the mapping; give them and what reads them."""
        reader = self.reader(object_)
        try:
            rows = ask(reader)
        except ConfigError:
            # A field may have been hidden or deleted since the look; describe then says which.
            self._watch.look()
            again = self.reader(object_)
            if again is reader:
                raise
            rows, reader = ask(again), again
        return rows, lambda chosen: self._read(chosen, reader)

    def reader(self, object_: str) -> RecordReader:
        """Give the reader for an object as the user sees it now."""
        shape = self._watch.recent(SHAPE_GOOD_FOR)
        known = self._readers.get(object_)
        if known is None or known.shape is not shape:
            known = RecordReader(object_, shape, self._mapping().of(object_))
            self._readers[object_] = known
        return known

    def by_refs(self, refs: Sequence[Ref]) -> Batch:
        """Read the records with these refs that are there; what cannot be an id is not there."""
        batches = [
            self._among(object_, "Id", [ref.id for ref in refs if is_ref(ref, object_)])
            for object_ in self._objects
        ]
        return Batch(items=[contact for batch in batches for contact in batch.items])

    def by_individuals(self, individuals: Sequence[str]) -> Batch:
        """Read the records that belong to these Individuals."""
        batches = [
            self._among(object_, "IndividualId", individuals)
            for object_ in self._objects
            if "IndividualId" in self._watch.recent(SHAPE_GOOD_FOR).objects[object_]
        ]
        return Batch(
            items=[contact for batch in batches for contact in batch.items],
            skipped=[bad for batch in batches for bad in batch.skipped],
        )

    def with_the_dead(self, batch: Batch, dead: Batch, object_: str, rows: Sequence[Row]) -> Batch:
        """Add what deleted, merged and converted records leave behind: their refusals.

        A winner says every no of its losers, once: the hub then writes the opt-out to it.
        """
        by_id = {contact.ref.id: contact for contact in dead.items}
        saying_no = [by_id[row["Id"]] for row in rows if refuses_(by_id.get(row.get("Id", "")))]
        refusing = {loser.ref.id for loser in saying_no}
        winners = self._winners(object_, [row for row in rows if row["Id"] in refusing])
        known = {contact.ref: contact for contact in batch.items}
        missing = [winners[each.ref.id] for each in saying_no if each.ref.id in winners]
        known.update(
            (contact.ref, contact)
            for contact in self.by_refs([ref for ref in missing if ref not in known]).items
        )
        for loser in saying_no:
            winner = known.get(winners.get(loser.ref.id, loser.ref))
            if winner is not None:
                known[winner.ref] = stricter(winner, loser)
        gone = [Ref(object_, record_id(row)) for row in rows]
        losers = [without_yes(loser) for loser in saying_no]
        return replace(
            batch,
            items=[*losers, *known.values()],
            skipped=[*batch.skipped, *dead.skipped],
            gone=gone,
        )

    def consent_code(self) -> ConsentCode | None:
        """Give the consent object the mapping names; None where it names none."""
        return consentcode.named(self._mapping(), self._objects)

    def beside(self) -> Sequence[str]:
        """Name the objects beside the records whose changes leave no trace on them."""
        code = self.consent_code()
        related = any(each.startswith(f"{INDIVIDUAL}.") for each in self._mapping().codes())
        # Which numbers a person has decides whose consent a row is.
        phones = (POINT_PHONE,) if code and code.object == POINT_CONSENT else ()
        return (*((code.object,) if code else ()), *((INDIVIDUAL,) if related else ()), *phones)

    def winner(self, ref: Ref) -> Ref | None:
        """Give the living record that goes on for one that was merged or converted."""
        if not is_ref(ref, ref.object):
            return None
        return self._successors.of([ref], within=self._objects).get(ref)

    def _winners(self, object_: str, rows: Sequence[Row]) -> Mapping[str, Ref]:
        firsts = {str(row["Id"]): winner_of(object_, row, self._objects) for row in rows}
        known = {id_: ref for id_, ref in firsts.items() if ref is not None}
        living_ = self._successors.of(known.values(), within=self._objects)
        return {id_: living_[ref] for id_, ref in known.items() if ref in living_}

    def _among(self, object_: str, key: str, values: Sequence[str]) -> Batch:
        where = living(object_)
        items: list[SourceContact] = []
        skipped: list[Skipped] = []
        for start in range(0, len(values), soql.IDS_A_QUERY):
            part = values[start : start + soql.IDS_A_QUERY]

            def ask(reader: RecordReader, part: Sequence[str] = part) -> list[Row]:
                (query,) = soql.among(object_, reader.codes(), key, part, where=where)
                return self._client.query(query)

            rows, read = self.fetch(object_, ask)
            batch = read(rows)
            items += batch.items
            skipped += batch.skipped
        return Batch(items=items, skipped=skipped)

    def _read(self, rows: Sequence[Row], reader: RecordReader) -> Batch:
        beside = self._consents_of(rows, reader)
        read = reader.read
        items: list[SourceContact] = []
        odd: list[Row] = []
        for row in rows:
            try:
                items.append(read(row, beside))
            except Odd:
                odd.append(row)
        if not odd:
            return Batch(items=items)
        # Either the org changed between the look and the page, which raises ConfigError here or
        # gives new values; or these records are broken, and only they are left out.
        shape: Shape = self._watch.look()
        mapping = self._mapping().of(reader.object)
        forgiving = RecordReader(reader.object, shape, mapping, forgiving=True)
        skipped: list[Skipped] = []
        for row in odd:
            try:
                items.append(forgiving.read(row, beside))
            except Odd:
                skipped.append(Skipped(ref=self._ref(reader.object, row), reason="malformed"))
        return Batch(items=items, skipped=skipped)

    def _consents_of(self, rows: Sequence[Row], reader: RecordReader) -> Mapping[Any, Any]:
        code = self.consent_code()
        if code is None or not rows or not reader.joins:
            return {}
        try:
            return Consents(self._client, code).rows(reader.person(row) for row in rows)
        except (KeyError, TypeError, ValueError):
            # Without whole consent rows nobody knows who refused.
            raise away(self._connection) from None

    def _ref(self, object_: str, row: Row) -> Ref:
        try:
            return Ref(object_, record_id(row))
        except (KeyError, ValueError):
            raise away(self._connection) from None


def is_ref(ref: Ref, object_: str) -> bool:
    """Say whether this can be the id of a record of the object: Salesforce refuses all others."""
    return (
        ref.object == object_
        and _ID.fullmatch(ref.id) is not None
        and ref.id.startswith(_PREFIXES.get(object_, ""))
    )


def living(object_: str) -> str:
    """Give the rule that leaves converted leads out: they are contacts now, and read-only."""
    return "IsConverted = false" if object_ == "Lead" else ""


def refuses_(contact: SourceContact | None) -> bool:
    """Say whether there is a record, and it says no."""
    return contact is not None and refuses(contact)
