"""Keeping a further number of a person, once an SMS is to go to it."""

from collections.abc import Collection
from datetime import datetime

from hub.contacts.choice import OwnNumber
from hub.optout import act
from hub.store import further, links, people
from hub.store.cipher import Cipher
from hub.store.database import Tx


def keep(
    tx: Tx,
    cipher: Cipher,
    number: OwnNumber,
    *,
    connection_id: int,
    ref: str,
    site_id: int | None,
    sinks: Collection[int],
    now: datetime,
) -> int | None:
    """Give the contact of a further number of this record, locked; None where it was erased.

    From now on the record hears of opt-outs by that number, and of those that stand already. It
    gives the number no ground: whoever asks for it to be kept is about to write one down.
    """
    (contact_id,) = people.contacts_for(tx, [cipher.lookups(number.e164)], now)
    people.lock_contacts(tx, [contact_id])
    state = links.contact_states(tx, [contact_id])[contact_id]
    if state.erased:
        return None
    further.add(tx, connection_id, ref, contact_id, now)
    if not state.has_number:
        sealed = cipher.encrypt(number.e164, people.number_context(state.lookup))
        links.put_numbers(tx, [(sealed, site_id, contact_id)])
    act.push_for_links(tx, [contact_id], sinks, now)
    return contact_id
