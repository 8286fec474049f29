"""What bears on consent in a record, folded into a digest, and the collection that proves it."""

import hashlib
from datetime import datetime, timedelta

from hub.consent.collections import Collection, first_covering
from hub.contacts.known import Before, Source
from hub.values.contact import Answer, ConsentReading, SourceContact

NO_PURPOSE = "unspecified"
"""The purpose of a consent that names none: it is written down and opens nothing."""

SLACK = timedelta(minutes=5)
"""How far a platform's clock may be ahead of ours before its date counts as impossible."""


def covering(
    contact: SourceContact,
    reading: ConsentReading,
    before: Before | None,
    source: Source,
    now: datetime,
) -> Collection | None:
    """Give the collection that proves a yes which cannot prove itself; None where none does."""
    if reading.answer is not Answer.YES or (reading.at and reading.wording):
        return None
    purpose = reading.purpose or NO_PURPOSE
    at = reading.at or (before.first_seen(purpose, now) if before else None)
    return first_covering(source.collections, purpose, at, contact.attributes)


def standing_of(
    contact: SourceContact,
    contact_id: int | None,
    before: Before | None,
    source: Source,
    now: datetime,
) -> bytes:
    """Give the digest of all that bears on consent: the same digest adds no evidence.

    It moves on when a consent ends, and when a date that lay ahead is reached.
    """
    said: list[object] = [contact_id]
    for reading in contact.consents:
        proof = covering(contact, reading, before, source, now)
        said.append(
            (
                reading.answer.value,
                reading.field,
                reading.value,
                reading.purpose,
                reading.at,
                possible(reading.at, now),
                reading.until,
                reading.until is not None and reading.until <= now,
                reading.wording,
                reading.method,
                reading.form_url,
                reading.default_ticked,
                proof.id if proof else None,
            )
        )
    if contact.opt_out is not None:
        said.append((contact.opt_out.out, contact.opt_out.at))
    return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()


def possible(at: datetime | None, now: datetime) -> datetime | None:
    """Give the date of an act, or None for one that lies ahead and so proves nothing."""
    return at if at is not None and at <= now + SLACK else None
