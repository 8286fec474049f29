# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the end users of a Zendesk account, page by page, by id, and by their tickets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
from .approval import check_mapping
from .client import ZendeskClient
from .fields import IDENTITY, Form, source_fields
from .formwatch import FormWatch
from .numbers import numbers_of
from .refusals import Refusal, away
from .ticket import TicketReader
from .user import TICKET, USER, Odd, UserReader, is_customer, number_in, user_id


class ZendeskContacts:
    """Reads the end users of one account as contacts, and a ticket as its requester."""

    def __init__(self, connection: Connection, client: ZendeskClient | None = None) -> None:
        self._connection = connection
        self._client = client or ZendeskClient(connection)
        self._watch = FormWatch(self._client, connection, self._approve)
        self._reader: tuple[Form, UserReader] | None = None

    def fields(self) -> Sequence[SourceField]:
        """Give the fields of a user as they are now, even while the mapping does not fit them."""
        watch = FormWatch(self._client, self._connection, lambda _: None, whole=True)
        return source_fields(watch.look())

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the next page of the export: all users by their last change, then what changes.

        Agents, deleted and suspended users are told as gone. A page may be empty and not be the
        last.
        """
        of = place.fingerprint(str(self._connection.settings["subdomain"]), self._mapping())
        form = self._watch.recent()
        export = self._client.export(place.load(cursor, of))
        if isinstance(export, Refusal):
            export = self._client.export(None)
            assert not isinstance(export, Refusal)
        customers: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for user in export.users:
            (customers if is_customer(user) else others).append(user)
        if self._wants_identities():
            # The export has none; what changed between the two calls comes again anyway.
            ids = [self._id(user) for user in customers]
            found = self._client.users(ids, identities=True).values()
            customers = list(filter(is_customer, found))
        items, skipped = self._read(customers, form)
        return Page(
            items=items,
            cursor=place.dump(export.after, of),
            done=export.end,
            skipped=skipped,
            gone=[Ref(USER, str(self._id(user))) for user in others],
        )

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Read these users again, and the requesters of these tickets as they are now.

        All numbers of a user are told. None for one that is gone, deleted, suspended, or no end
        user.
        """
        found: dict[Ref, SourceContact | None] = dict.fromkeys(refs)
        tickets = self._client.tickets(_numbers(found, TICKET))
        requesters = {id_: ticket.get("requester_id") for id_, ticket in tickets.items()}
        users = set(_numbers(found, USER)) | {
            id_ for id_ in requesters.values() if isinstance(id_, int)
        }
        if not users:
            return found
        form = self._watch.recent()
        people = self._people(sorted(users), form)
        reader = TicketReader(form, self._mapping())
        for ref in found:
            if ref.object == USER:
                found[ref] = people.get(ref.id)
            elif ref.object == TICKET and (ticket := tickets.get(number_in(ref))):
                requester = people.get(str(ticket.get("requester_id")))
                found[ref] = reader.read(requester, ticket) if requester else None
        return found

    def refs(self, cursor: str | None) -> Page[Ref]:
        """Give the ids of all end users; the pass after the last page begins anew."""
        users, after = self._client.people(cursor)
        items = [Ref(USER, str(self._id(user))) for user in users if is_customer(user)]
        return Page(items=items, cursor=after, done=after is None)

    def _people(self, ids: Sequence[int], form: Form) -> dict[str, SourceContact]:
        users = self._client.users(ids, identities=True, needed=self._wants_identities())
        items, _ = self._read(filter(is_customer, users.values()), form)
        return {
            item.ref.id: replace(item, further=numbers_of(users[number_in(item.ref)]))
            for item in items
        }

    def _read(
        self, users: Iterable[Mapping[str, Any]], form: Form
    ) -> tuple[list[SourceContact], list[Skipped]]:
        read = self._reader_for(form).read
        items: list[SourceContact] = []
        odd: list[Mapping[str, Any]] = []
        for user in users:
            try:
                items.append(read(user))
            except Odd:
                odd.append(user)
        if not odd:
            return items, []
        # Either the fields changed between the look and the page, which raises ConfigError here
        # or gives new options; or these users are odd themselves, and only they are left out.
        reader = UserReader(self._watch.look(), self._mapping(), forgiving=True)
        skipped: list[Skipped] = []
        for user in odd:
            try:
                items.append(reader.read(user))
            except Odd:
                ref = Ref(USER, str(self._id(user)))
                skipped.append(Skipped(ref=ref, reason="malformed"))
        return items, skipped

    def _reader_for(self, form: Form) -> UserReader:
        known = self._reader
        if known is None or known[0] is not form:
            known = self._reader = form, UserReader(form, self._mapping())
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

    def _wants_identities(self) -> bool:
        return IDENTITY in self._mapping().codes()

    def _approve(self, form: Form) -> None:
        check_mapping(form, self._mapping(), self._connection)

    def _id(self, user: Mapping[str, Any]) -> int:
        try:
            return user_id(user)
        except (KeyError, ValueError) as exc:
            # Without ids the whole answer is worth nothing.
            raise away(self._connection) from exc


def _numbers(refs: Iterable[Ref], object_: str) -> list[int]:
    return [number for ref in refs if ref.object == object_ and (number := number_in(ref))]
