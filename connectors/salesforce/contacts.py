"""Reading people's records from an org: the first load, what changed since, and by id."""

from collections.abc import Sequence
from typing import Any

from hub.sdk import ConfigError, Connection, FieldMapping, Page, Ref, SourceContact, SourceField

from . import cursor as place
from . import soql
from .bulk import ABOVE, MOST_WAITS, BulkQuery, JobLost
from .check import check_mapping
from .client import SalesforceClient
from .consentcode import POINT_PHONE
from .consents import Consents
from .cursor import Cursor
from .fields import Shape, source_fields
from .merge import is_dead
from .reading import Batch, Reading, living
from .refusals import away
from .shapewatch import ShapeWatch

_CONSENT_PAGE_FIELDS = ("Id", "SystemModstamp")


class SalesforceContacts:
    """Reads the Contacts and Leads of one org as contacts.

    Without `approve` a field that does not fit is told only where a query needs it: one object's
    mistake then keeps nothing from the other.
    """

    def __init__(
        self,
        connection: Connection,
        client: SalesforceClient | None = None,
        mapping: FieldMapping | None = None,
        *,
        approve: bool = True,
    ) -> None:
        self._connection = connection
        self._client = client or SalesforceClient(connection)
        self._objects: tuple[str, ...] = tuple(connection.settings["objects"])
        self._chosen = mapping or connection.mapping
        self._bulk = BulkQuery(self._client, connection)
        watch = ShapeWatch(
            self._client,
            connection,
            self._approve if approve else lambda _: None,
            self._chosen,
        )
        self._reading = Reading(self._client, connection, self._mapping, watch)

    def fields(self) -> Sequence[SourceField]:
        """Give what can be mapped as it is now, even while the mapping does not fit it."""
        return source_fields(ShapeWatch(self._client, self._connection, lambda _: None).look())

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the next page of the first load or of what changed since."""
        of = place.fingerprint(self._objects, self._mapping())
        at = place.load(cursor, of)
        if at is None or at.stream is None:
            clock = self._client.clock()
            self._client.spare()
            at = place.first(clock) if at is None else at.next_round(clock)
        streams = self._streams(at)
        batch, at = self._next(at, streams[at.stream or 0], len(streams))
        done = at.stream is None
        return Page(
            items=batch.items,
            cursor=place.dump(at, of),
            done=done,
            skipped=batch.skipped,
            gone=batch.gone,
            usage=self._client.usage,
        )

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Read these records again; None for one that is gone, converted, broken or not ours."""
        found: dict[Ref, SourceContact | None] = dict.fromkeys(refs)
        for contact in self._reading.by_refs(list(found)).items:
            if contact.ref in found:
                found[contact.ref] = contact
        return found

    def winner(self, ref: Ref) -> Ref | None:
        """Give the record that goes on for one that was merged into it or converted."""
        found = self._reading.winner(ref)
        return None if found == ref else found

    def refs(self, cursor: str | None) -> Page[Ref]:
        """Give the ids of all records; the pass after the last page begins anew."""
        stream, last = place.load_id(cursor)
        object_ = self._objects[min(stream, len(self._objects) - 1)]
        rows = self._client.page(soql.after(object_, ("Id",), last, where=living(object_)))
        items = [Ref(object_, self._id(row)) for row in rows]
        if len(rows) == soql.PAGE:
            following = place.dump_id(stream, items[-1].id)
        elif stream + 1 < len(self._objects):
            following = place.dump_id(stream + 1, "")
        else:
            return Page(items=items, cursor=None, done=True)
        return Page(items=items, cursor=following, done=False)

    def _next(self, at: Cursor, stream: str, streams: int) -> tuple[Batch, Cursor]:
        if stream not in self._objects:
            return self._consents_changed(at, stream, streams)
        if at.since is not None:
            return self._changed(at, stream, streams)
        if at.job:
            return self._from_job(at, stream, streams)
        if not at.rest and self._is_large(stream):
            return self._start_job(at, stream)
        rows, read = self._reading.fetch(
            stream,
            lambda reader: self._client.page(
                soql.after(stream, reader.codes(), at.last, where=living(stream))
            ),
        )
        return read(rows), self._behind(at, rows, streams)

    def _changed(self, at: Cursor, object_: str, streams: int) -> tuple[Batch, Cursor]:
        assert at.since is not None
        since = soql.since(at.since)
        rows, read = self._reading.fetch(
            object_,
            lambda reader: self._client.page(
                soql.after(object_, reader.codes(deleted_too=True), at.last, where=since),
                deleted_too=True,
            ),
        )
        dead = [row for row in rows if is_dead(row)]
        batch = read([row for row in rows if not is_dead(row)])
        if dead:
            batch = self._reading.with_the_dead(batch, read(dead), object_, dead)
        return batch, self._behind(at, rows, streams)

    def _consents_changed(self, at: Cursor, stream: str, streams: int) -> tuple[Batch, Cursor]:
        """Read the people anew whose consent rows changed: that leaves no trace on the record."""
        assert at.since is not None
        code = self._reading.consent_code()
        consents = Consents(self._client, code) if code and code.object == stream else None
        key = consents.key_field if consents else ""
        if stream == POINT_PHONE:
            key = "ParentId"
        fields = (*_CONSENT_PAGE_FIELDS, *((key,) if key else ()))
        rows = self._client.page(
            soql.after(stream, fields, at.last, where=soql.since(at.since)), deleted_too=True
        )
        if consents:
            individuals = consents.individuals(rows)
        elif key:
            individuals = [str(row[key]) for row in rows if row.get(key)]
        else:
            individuals = [self._id(row) for row in rows]
        batch = self._reading.by_individuals(sorted(set(individuals)))
        return batch, self._behind(at, rows, streams)

    def _is_large(self, object_: str) -> bool:
        count = self._client.count(object_)
        return count is None or count > ABOVE

    def _start_job(self, at: Cursor, object_: str) -> tuple[Batch, Cursor]:
        reader = self._reading.reader(object_)
        try:
            job = self._bulk.start(soql.everything(object_, reader.codes(), where=living(object_)))
        except JobLost:
            return Batch(), at.by_pages()
        return Batch(), at.in_job(job)

    def _from_job(self, at: Cursor, object_: str, streams: int) -> tuple[Batch, Cursor]:
        self._client.spare()
        try:
            if not at.locator and not self._bulk.ready(at.job):
                tired = at.waited >= MOST_WAITS
                return Batch(), at.by_pages() if tired else at.waiting()
            page = self._bulk.page(at.job, at.locator)
        except JobLost:
            return Batch(), at.by_pages()
        _, read = self._reading.fetch(object_, lambda reader: [])
        batch = read(page.rows)
        if page.locator:
            return batch, at.in_job(at.job, page.locator)
        self._bulk.forget(at.job)
        return batch, at.stream_ended(streams)

    def _behind(self, at: Cursor, rows: Sequence[dict[str, Any]], streams: int) -> Cursor:
        if len(rows) < soql.PAGE:
            return at.stream_ended(streams)
        last = self._id(rows[-1])
        if last == at.last:
            # Not what was asked for: going on from here would never end.
            raise away(self._connection)
        return at.behind(last)

    def _streams(self, at: Cursor) -> Sequence[str]:
        """Give the streams of a round; the first load needs the records alone."""
        if at.since is None:
            return self._objects
        return (*self._objects, *self._reading.beside())

    def _approve(self, shape: Shape) -> None:
        check_mapping(shape, self._mapping(), self._connection)

    def _mapping(self) -> FieldMapping:
        if self._chosen is None:
            where = f"connections.{self._connection.name}.mapping: "
            raise ConfigError(
                "mapping.phone",
                where + "no field is chosen for the mobile number. Choose the fields first.",
                where + "携帯番号の項目が選ばれていません。先に項目を選んでください。",
            )
        return self._chosen

    def _id(self, row: dict[str, Any]) -> str:
        id_ = row.get("Id")
        if not isinstance(id_, str) or not id_.isalnum():
            # Without ids there is no place to go on from: the whole answer is worth nothing.
            raise away(self._connection)
        return id_
