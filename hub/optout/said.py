"""What was said and by whom, written to the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.exclusions import Origin, filed_under
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import numbers_of

METHODS: Mapping[Origin, Method] = {
    Origin.PAGE: Method.PAGE,
    Origin.REPLY: Method.KEYWORD,
    Origin.PLATFORM: Method.RECORD_EVENT,
    Origin.GATEWAY: Method.KEYWORD,
    Origin.AGENT: Method.VOICE,
    Origin.ADMIN: Method.IN_PERSON,
    Origin.IMPORT: Method.IMPORT,
    Origin.API: Method.IMPORT,
}
"""How people speak through each origin."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who said it, where and how. `ip` and `user_agent` go into the erasable part."""

    method: Method
    actor: str
    connection_id: int | None
    source_ref: str | None
    ip: str | None
    user_agent: str | None
    controller: str


def write(
    tx: Tx,
    cipher: Cipher,
    event_type: EventType,
    contact_id: int,
    scope: str,
    said: Said,
    exclusion_id: int,
    occurred_at: datetime | None,
    now: datetime,
) -> None:
    """Write the ledger's entry of a withdrawal, or of what takes it back, as of this exclusion.

    `occurred_at` is None where nobody knows when it was said.
    """
    number = numbers_of(tx, cipher, [contact_id]).get(contact_id)
    personal = {"number": number, "ip": said.ip, "user_agent": said.user_agent}
    entry = Entry(
        event_type=event_type,
        ground=Ground.CONSENT,
        contact_id=contact_id,
        purpose_key=filed_under(scope),
        scope=(scope,),
        method=said.method,
        actor=said.actor,
        occurred_at=occurred_at,
        connection_id=said.connection_id,
        source_ref=said.source_ref,
        exclusion_id=exclusion_id,
        controller=said.controller,
        personal={key: value for key, value in personal.items() if value},
    )
    ledger.append(tx, cipher, [entry], now)
