"""How recently the records behind a promotional message were read, and reading them again.

What counts are the records that vouch for the number, in whatever platform, and the message's
own record: each may have said stop since.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.contacts.reread import reread
from hub.store import people
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.people import LinkRow

VOUCHES = "consented"
"""The verdict of a record that gives a ground."""

AHEAD = timedelta(seconds=60)
"""Records are read again this long before they are too old, so that they are not when it counts."""


def bearing(links: Sequence[LinkRow], link_id: int | None) -> list[LinkRow]:
    """Give those of a contact's living links that bear on a message."""
    return [link for link in links if link.verdict == VOUCHES or link.id == link_id]


def read_at(links: Sequence[LinkRow], link_id: int | None) -> datetime | None:
    """Give when the longest unread of the records that bear on a message was read; None: none."""
    return min((link.read_at for link in bearing(links, link_id)), default=None)


def freshen(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    clock: Callable[[], datetime],
    contacts: Mapping[int, int | None],
    max_age: timedelta,
) -> None:
    """Read again what bears on messages to these contacts and is older than `max_age`.

    `contacts` gives the message's own link for each contact. What a platform does not let read
    stays as old as it is, and the gate then holds the message.
    """
    with db.read() as tx:
        links = people.links_of_contacts(tx, list(contacts))
    oldest = clock() - max_age
    stale = sorted(
        link.id
        for contact_id, link_id in contacts.items()
        for link in bearing(links[contact_id], link_id)
        if link.read_at <= oldest
    )
    if stale:
        reread(db, cipher, connections, clock, stale)
