"""Which records are told that their person agreed."""

from collections.abc import Mapping
from datetime import datetime

from hub.store import consent_pushes as queries
from hub.store import people
from hub.store.connections import ConnectionRow
from hub.store.consent_pushes import NewConsentPush
from hub.store.database import Tx
from hub.values.ref import Ref

Fields = Mapping[int, ConnectionRow]
"""The connections whose plugin writes consent into records, by id."""


def tell_consent(
    tx: Tx,
    contact_id: int,
    given: Mapping[str, str],
    *,
    fields: Fields,
    acted_at: datetime,
    now: datetime,
) -> int:
    """Have every record of a number told of consents; give how many pushes that makes.

    `given` names the ledger entry of each purpose. A record is told only where its consent field
    stands for that purpose: a tick must never come to mean more than was agreed to. What an
    earlier consent still had to say is said by the newer one.
    """
    if not given or not fields:
        return 0
    wanted = [
        NewConsentPush(
            evidence_id=given[purpose_key],
            contact_id=contact_id,
            connection_id=link.connection_id,
            ref=link.ref,
            purpose_key=purpose_key,
            acted_at=acted_at,
        )
        for link in people.links_of_contacts(tx, [contact_id])[contact_id]
        if link.connection_id in fields
        for purpose_key in stands_for(fields[link.connection_id], link.ref)
        if purpose_key in given
    ]
    queries.supersede(tx, contact_id, list(given))
    return queries.add(tx, wanted, now)


def stands_for(row: ConnectionRow, ref: str) -> tuple[str, ...]:
    """Give the purposes that a record's consent field stands for; none where it has no such."""
    mapping = row.mapping.of(Ref.parse(ref).object) if row.mapping else None
    if mapping is None or not mapping.consent or not mapping.purpose:
        return ()
    return (mapping.purpose,)
