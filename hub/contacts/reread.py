"""Reading known records again: before a send, at the mark, for a ticket or an event."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.connections.directory import Connections
from hub.contacts import trouble
from hub.contacts.choice import OwnNumber, own_numbers
from hub.contacts.page import store_page, store_vanished
from hub.contacts.setting import setting_for, source_of
from hub.errors import HubError
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow
from hub.store.database import Database, StoreUnavailable
from hub.store.people import LinkRow
from hub.values.contact import SourceContact
from hub.values.ref import Ref

MOST = 500
"""How many records a contact source is asked for at a time; see `ContactSource.get`."""


@dataclass(frozen=True, kw_only=True)
class Reread:
    """Which links were read now (vanished ones too: that is known now), and which could not be."""

    read: frozenset[int]
    unreadable: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class OneRecord:
    """One record as it is now.

    `link` is None where it was never there. `gone` says that it is not there now, `echo` that its
    newest version is our own write. `numbers` are its person's mobile numbers, the mapped one
    first; `choice` is what the record says about which is meant. `person` is the record of the
    person where this one stands for them. `name` and `attributes` are as read, whether or not
    there is a ground to keep them.
    """

    link: LinkRow | None
    gone: bool
    echo: bool
    numbers: Sequence[OwnNumber] = field(default=(), repr=False)
    choice: str = field(default="", repr=False)
    person: Ref | None = None
    name: str = field(default="", repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


def reread(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    link_ids: Sequence[int],
) -> Reread:
    """Read these records again from their platforms and store what they say now.

    A platform that cannot be read leaves its links `unreadable`; whoever asks holds what depends
    on them. Raises StoreUnavailable only.
    """
    with db.read() as tx:
        rows = people.links_by_id(tx, link_ids)
    by_connection: dict[int, list[LinkRow]] = defaultdict(list)
    for row in rows.values():
        by_connection[row.connection_id].append(row)
    read: set[int] = set()
    for connection_id, known in by_connection.items():
        for start in range(0, len(known), MOST):
            part = known[start : start + MOST]
            try:
                _read(db, cipher, connections, clock, connection_id, part)
            except StoreUnavailable:
                raise
            except HubError as exc:
                trouble.take(db, connections, connection_id, exc, clock())
                break
            read |= {row.id for row in part}
    return Reread(read=frozenset(read), unreadable=frozenset(link_ids) - read)


def read_one(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    connection_id: int,
    ref: Ref,
    *,
    keep_values: bool = False,
) -> OneRecord:
    """Read one record now, known or not, and store what it says.

    With `keep_values` name, number and attributes are kept whatever the verdict, because the
    caller is about to write down a ground of another kind. Raises the platform's HubError where it
    cannot be read, after parking or suspending as the error asks.
    """
    try:
        with db.read() as tx:
            before = people.find_links(tx, connection_id, [str(ref)]).get(str(ref))
        found = _ask(db, cipher, connections, clock, connection_id, [ref], keep_values=keep_values)
    except StoreUnavailable:
        raise
    except HubError as exc:
        trouble.take(db, connections, connection_id, exc, clock())
        raise
    contact = found[ref]
    with db.read() as tx:
        link = people.find_links(tx, connection_id, [str(ref)]).get(str(ref))
    if contact is None:
        return OneRecord(link=link, gone=True, echo=False)
    own = before.own_version if before else None
    return OneRecord(
        link=link,
        gone=False,
        echo=own is not None and own == contact.version,
        numbers=own_numbers(contact),
        choice=contact.choice,
        person=contact.person,
        name=contact.name,
        attributes=contact.attributes,
    )


def _read(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    connection_id: int,
    rows: Sequence[LinkRow],
) -> None:
    refs = [Ref.parse(row.ref) for row in rows]
    _ask(db, cipher, connections, clock, connection_id, refs)


def _ask(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    connection_id: int,
    refs: Sequence[Ref],
    *,
    keep_values: bool = False,
) -> dict[Ref, SourceContact | None]:
    row = connections.by_id(connection_id)
    _must_be_usable(row)
    asked_at = clock()
    found = connections.source(connection_id).get(refs)
    sinks = connections.with_role("opt_out_sink")
    items = [contact for contact in found.values() if contact is not None]
    with db.write() as tx:
        setting = setting_for(tx, row, sinks, asked_at, keep_values=keep_values)
        store_page(tx, cipher, setting, items, clock())
        lost = [str(ref) for ref, contact in found.items() if contact is None]
        vanished = list(people.find_links(tx, connection_id, lost).values())
        store_vanished(tx, cipher, source_of(tx, row), vanished, clock())
    return found


def _must_be_usable(row: ConnectionRow) -> None:
    if not (row.enabled and row.state == "ok"):
        words = trouble.unusable(row).words
        raise HubError(words.en, words.ja)
