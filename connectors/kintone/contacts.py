"""Reading people's records from a kintone app, page by page and by id."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from hub.sdk import (
    ConfigError,
    Connection,
    FieldMapping,
    Page,
    Ref,
    Skipped,
    SourceContact,
    SourceField,
)

from . import cursor as place
from . import query
from .client import KintoneClient, Records
from .cursor import Cursor
from .fields import Form, check_mapping, source_fields
from .formwatch import FormWatch, Look
from .record import Odd, RecordReader, record_id
from .refusals import error_without_code

FORM_GOOD_FOR = 60.0
"""Seconds for which a look at the form holds; an odd record makes us look again at once."""


class KintoneContacts:
    """Reads the records of one app as contacts."""

    def __init__(self, connection: Connection, client: KintoneClient | None = None) -> None:
        self._connection = connection
        self._client = client or KintoneClient(connection)
        self._watch = FormWatch(self._client, connection, self._approve)
        self._reader: tuple[Form, RecordReader] | None = None

    def fields(self) -> Sequence[SourceField]:
        """Give the app's fields as they are now, even while the mapping does not fit them."""
        return source_fields(FormWatch(self._client, self._connection, lambda _: None).look().form)

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the next page of the first load or of the records updated since."""
        of = place.fingerprint(self._client.app, self._mapping())
        at = place.load(cursor, of)
        if at is None:
            at = place.first(self._watch.look().clock)
        elif at.last is None:
            window = at.next_window(self._watch.look().clock)
            if window is None:
                return Page(items=(), cursor=place.dump(at, of), done=True)
            at = window
        records, look = self._fetch(partial(self._read_place, at=at))
        items, skipped = self._read(records, look)
        if len(records) < query.PAGE:
            return Page(
                items=items, cursor=place.dump(at.finished(), of), done=True, skipped=skipped
            )
        at = at.behind(self._last_id(records, behind=at.last or 0))
        return Page(items=items, cursor=place.dump(at, of), done=False, skipped=skipped)

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Read these records again; None for one that is gone, broken or of another app."""
        found: dict[Ref, SourceContact | None] = dict.fromkeys(refs)
        ours = [ref.id for ref in found if ref.object == str(self._client.app)]
        ids = [id_ for id_ in ours if id_.isascii() and id_.isdecimal()]
        for start in range(0, len(ids), query.PAGE):
            records, look = self._fetch(
                partial(self._read_ids, ids=ids[start : start + query.PAGE])
            )
            items, _ = self._read(records, look)
            found.update((item.ref, item) for item in items if item.ref in found)
        return found

    def refs(self, cursor: str | None) -> Page[Ref]:
        """Give the ids of all records; the pass after the last page begins anew."""
        last = place.load_id(cursor)
        records = self._client.page(query.after(last), ["$id"]).items
        items = [Ref(str(self._client.app), self._id(record)) for record in records]
        if len(records) < query.PAGE:
            return Page(items=items, cursor=None, done=True)
        last = self._last_id(records, behind=last)
        return Page(items=items, cursor=place.dump_id(last), done=False)

    def _read_place(self, look: Look, at: Cursor) -> Records:
        asked = _query_for(at, look.form.updated_time)
        return self._client.page(asked, self._reader_for(look).codes())

    def _read_ids(self, look: Look, ids: Sequence[str]) -> Records:
        return self._client.records(query.with_ids(ids), self._reader_for(look).codes())

    def _fetch(self, read: Callable[[Look], Records]) -> tuple[Sequence[dict[str, Any]], Look]:
        look = self._watch.recent(FORM_GOOD_FOR)
        try:
            return read(look).items, look
        except ConfigError:
            # A field may have gone or been renamed since the look; the form then says which.
            fresh = self._watch.look()
            if fresh.form is look.form:
                raise
            return read(fresh).items, fresh

    def _read(
        self, records: Sequence[Mapping[str, Any]], look: Look
    ) -> tuple[list[SourceContact], list[Skipped]]:
        read = self._reader_for(look).read
        items: list[SourceContact] = []
        odd: list[Mapping[str, Any]] = []
        for record in records:
            try:
                items.append(read(record))
            except Odd:
                odd.append(record)
        if not odd:
            return items, []
        # Either the form changed between the look and the page, which raises ConfigError here or
        # gives new labels; or these records are broken, and only they are left out.
        reader = RecordReader(
            self._watch.look().form, self._mapping(), self._client.app, forgiving=True
        )
        skipped: list[Skipped] = []
        for record in odd:
            try:
                items.append(reader.read(record))
            except Odd:
                ref = Ref(str(self._client.app), self._id(record))
                skipped.append(Skipped(ref=ref, reason="malformed"))
        return items, skipped

    def _reader_for(self, look: Look) -> RecordReader:
        known = self._reader
        if known is None or known[0] is not look.form:
            known = look.form, RecordReader(look.form, self._mapping(), self._client.app)
            self._reader = known
        return known[1]

    def _mapping(self) -> FieldMapping:
        mapping = self._connection.mapping
        if mapping is None:
            where = f"connections.{self._connection.name}.mapping: "
            raise ConfigError(
                "mapping.phone",
                where + "no field is chosen for the mobile number. Choose the fields first.",
                where + "携帯番号のフィールドが選ばれていません。先にフィールドを選んでください。",
            )
        return mapping

    def _approve(self, form: Form) -> None:
        check_mapping(form, self._mapping(), self._connection)

    def _last_id(self, records: Sequence[Mapping[str, Any]], *, behind: int) -> int:
        last = int(self._id(records[-1]))
        if last <= behind:
            # Not what was asked for: going on from here would never end.
            raise error_without_code(200, self._connection)
        return last

    def _id(self, record: Mapping[str, Any]) -> str:
        try:
            return record_id(record)
        except (KeyError, TypeError, ValueError) as exc:
            # Without ids there is no place to go on from: the whole answer is worth nothing.
            raise error_without_code(200, self._connection) from exc


def _query_for(at: Cursor, updated_time: str) -> str:
    last = at.last or 0
    if at.since is None:
        return query.after(last)
    return query.changed_between(updated_time, at.since, at.until, last)
