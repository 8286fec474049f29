"""What was said and by whom, as the ledger keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.consent.exclusions import Exclusion, filed_under
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.people import numbers_of


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who said it, where and how. `ip` and `user_agent` go into the erasable part.

    `attachments` name where the proof lies, such as a signed paper.
    """

    method: Method
    actor: str
    connection_id: int | None
    source_ref: str | None
    ip: str | None = field(repr=False)
    user_agent: str | None = field(repr=False)
    controller: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What was said about one exclusion; `occurred_at` is None where nobody knows when."""

    exclusion: Exclusion
    said: Said
    occurred_at: datetime | None


def write(
    tx: Tx, cipher: Cipher, event_type: EventType, sayings: Sequence[Saying], now: datetime
) -> None:
    """Write the ledger's entries of withdrawals, or of what takes them back, in this order."""
    numbers = numbers_of(tx, cipher, [each.exclusion.contact_id for each in sayings])
    ledger.append(
        tx,
        cipher,
        [_entry(event_type, each, numbers.get(each.exclusion.contact_id)) for each in sayings],
        now,
    )


def _entry(event_type: EventType, saying: Saying, number: str | None) -> Entry:
    row, said = saying.exclusion, saying.said
    personal = {"number": number, "ip": said.ip, "user_agent": said.user_agent}
    return Entry(
        event_type=event_type,
        ground=Ground.CONSENT,
        contact_id=row.contact_id,
        purpose_key=filed_under(row.scope),
        scope=(row.scope,),
        method=said.method,
        actor=said.actor,
        occurred_at=saying.occurred_at,
        connection_id=said.connection_id,
        source_ref=said.source_ref,
        exclusion_id=row.id,
        attachments=said.attachments,
        controller=said.controller,
        personal={key: value for key, value in personal.items() if value},
    )
