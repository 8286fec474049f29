"""Numbers that people gave to the hub itself, by a form or through the API."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import number_context
from hub.store.tables.consent import evidence
from hub.store.tables.forms import consent_request
from hub.store.tables.people import contact

_EVERYTHING = ("all", "promotional")


def keep_number(
    tx: Tx,
    cipher: Cipher,
    contact_id: int,
    e164: str,
    site_id: int | None,
    *,
    for_code: bool = False,
) -> None:
    """Store the number of a contact where it is not stored. The caller holds the contact's lock.

    An erased contact gets nothing back, save for the code that its person has just asked for.
    """
    missing = sa.select(contact.c.lookup).where(
        contact.c.id == contact_id, contact.c.number_enc.is_(None)
    )
    if not for_code:
        missing = missing.where(contact.c.erased_at.is_(None))
    lookup = tx.execute(missing).scalar()
    if lookup is not None:
        sealed = cipher.encrypt(e164, number_context(bytes(lookup)))
        tx.execute(
            sa.update(contact)
            .where(contact.c.id == contact_id)
            .values(number_enc=sealed, site_id=sa.func.coalesce(contact.c.site_id, site_id))
        )


def revive(tx: Tx, contact_id: int, *, since: datetime) -> None:
    """Let a contact that was erased before then be known again: its person came back by an act."""
    tx.execute(
        sa.update(contact)
        .where(contact.c.id == contact_id, contact.c.erased_at <= since)
        .values(erased_at=None, erase_after=None)
    )


def still_wanted() -> sa.ColumnElement[bool]:
    """Give the condition that a contact's number is kept whatever the platforms' records say.

    So it is while a consent given to the hub itself stands, and while a form waits for its code.
    """
    later = evidence.alias("later")
    taken_back = sa.exists().where(
        later.c.contact_id == evidence.c.contact_id,
        later.c.seq > evidence.c.seq,
        later.c.event_type.in_(["withdrawn", "refused"]),
        sa.or_(later.c.purpose_key == evidence.c.purpose_key, later.c.purpose_key.in_(_EVERYTHING)),
    )
    given = _of_contact(evidence).where(
        evidence.c.connection_id.is_(None), evidence.c.event_type == "given", ~taken_back
    )
    waits = _of_contact(consent_request).where(consent_request.c.state == "waiting")
    return sa.or_(given, waits)


def _of_contact(table: Any) -> sa.Exists:
    return sa.exists().where(table.c.contact_id == contact.c.id)
