"""The ledger entries that a record gives rise to."""

from collections.abc import Sequence
from datetime import datetime

from hub.consent.collections import Collection
from hub.consent.entry import Entry, EventType, Ground, Invalidated, Method
from hub.consent.strength import strength
from hub.contacts.known import Before, Number, Source
from hub.contacts.method import method_of
from hub.contacts.standing import NO_PURPOSE
from hub.values.contact import ConsentReading, SourceContact


def left(
    ref: str, before: Before, source: Source, why: Invalidated, now: datetime
) -> Sequence[Entry]:
    """Give the entries that end what a record gave to the number it had."""
    if before.contact_id is None:
        return ()
    return [
        Entry(
            event_type=EventType.INVALIDATED,
            ground=Ground.CONSENT,
            contact_id=before.contact_id,
            purpose_key=purpose,
            method=Method.IMPORT,
            occurred_at=now,
            actor=source.actor,
            connection_id=source.connection_id,
            source_ref=ref,
            source_value=why,
        )
        for purpose in sorted(before.agreed)
    ]


def given(
    contact: SourceContact,
    reading: ConsentReading,
    at: datetime | None,
    number: Number,
    source: Source,
    proof: Collection | None,
    *,
    proven: bool,
) -> Entry:
    """Give the entry of a yes: `given` where it proves itself or a collection proves it.

    Otherwise it is `imported` with the weakest strength, which opens nothing promotional.
    """
    method = proof.method if proof else method_of(reading.method, reading.default_ticked)
    ticked = proof.default_ticked if proof else reading.default_ticked
    return Entry(
        event_type=EventType.GIVEN if proven else EventType.IMPORTED,
        ground=Ground.CONSENT,
        contact_id=number.contact_id,
        purpose_key=reading.purpose or NO_PURPOSE,
        method=Method(method),
        strength=strength(
            method,
            default_ticked=ticked,
            wording_known=proven,
            time_known=proven,
            source_known=True,
            purpose_known=reading.purpose is not None,
        ),
        default_ticked=ticked,
        wording=reading.wording or (proof.wording if proof else None),
        wording_language=proof.wording_language if proof and not reading.wording else None,
        form_url=reading.form_url or (proof.form_url if proof else None),
        form_text=proof.form_text if proof else None,
        privacy_notice_url=proof.privacy_notice_url if proof else None,
        privacy_notice_version=proof.privacy_notice_version if proof else None,
        scope=tuple(proof.scope) if proof else (),
        occurred_at=at,
        expires_at=reading.until,
        actor=source.actor,
        connection_id=source.connection_id,
        source_ref=str(contact.ref),
        source_field=reading.field,
        source_value=reading.value[:200],
        collection_id=proof.id if proof else None,
        personal={"number": number.e164},
    )


def refused(
    contact: SourceContact, reading: ConsentReading, number: Number, source: Source
) -> Entry:
    """Give the entry of a no that was never a yes.

    It has no date of its own: the one beside it may be that of an earlier yes, and when it was
    seen is the safe side.
    """
    return Entry(
        event_type=EventType.REFUSED,
        ground=Ground.CONSENT,
        contact_id=number.contact_id,
        purpose_key=reading.purpose or NO_PURPOSE,
        method=Method.IMPORT,
        actor=source.actor,
        connection_id=source.connection_id,
        source_ref=str(contact.ref),
        source_field=reading.field,
        source_value=reading.value[:200],
        personal={"number": number.e164},
    )
