"""A service SMS that a person asked for in a record, such as a ticket: to which of their numbers,
and the ground for it.

The record was read just now. Only one of its person's own numbers is ever taken. Advertising goes
to the mapped number alone: that is the one the person agreed for.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.contacts import further
from hub.contacts.choice import OwnNumber
from hub.contacts.reread import OneRecord
from hub.messages.templates import NAME
from hub.store import grounds, links, people
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.grounds import Source


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for: by what in the record, when (UTC), who acts on it, for which purpose."""

    source: Source
    at: datetime
    actor: str
    purpose_key: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a request is written down with. `sinks` are the connections that take opt-outs."""

    cipher: Cipher = field(repr=False)
    sinks: Collection[int]
    now: datetime


def admit(
    tx: Tx, reader: Reader, record: OneRecord, number: OwnNumber, request: Request
) -> int | None:
    """Write down why a service SMS may go to this number; give its contact, None where erased.

    Twice is once: the same source gives a ground one time for each number and purpose. Whether
    the SMS leaves is still for the gate to say.
    """
    contact_id = _contact(tx, reader, record, number)
    if contact_id is None:
        return None
    if grounds.is_written(tx, request.source, contact_id, request.purpose_key):
        return contact_id
    entry = Entry(
        event_type=EventType.GIVEN,
        ground=Ground.NOT_ADVERTISING,
        contact_id=contact_id,
        purpose_key=request.purpose_key,
        method=Method.RECORD_EVENT,
        occurred_at=request.at,
        actor=request.actor,
        connection_id=request.source.connection_id,
        source_ref=request.source.ref,
        source_field=request.source.field,
        source_value=request.source.value,
        personal={"number": number.e164},
    )
    ledger.append(tx, reader.cipher, [entry], reader.now)
    return contact_id


def unkept_values(record: OneRecord) -> Mapping[str, str]:
    """Give the merge values of a record that has no number of its own, and so keeps none."""
    if record.link is not None and record.link.contact_id is not None:
        return {}
    return {**record.attributes, NAME: record.name}


def _contact(tx: Tx, reader: Reader, record: OneRecord, number: OwnNumber) -> int | None:
    link = record.link
    if link is None:
        return None
    if number.mapped:
        if link.contact_id is None:
            return None
        people.lock_contacts(tx, [link.contact_id])
        erased = links.contact_states(tx, [link.contact_id])[link.contact_id].erased
        return None if erased else link.contact_id
    return further.keep(
        tx,
        reader.cipher,
        number,
        connection_id=link.connection_id,
        # An opt-out by it belongs to the person, who outlives the ticket.
        ref=str(record.person) if record.person else link.ref,
        site_id=link.site_id,
        sinks=reader.sinks,
        now=reader.now,
    )
