"""Everything held about one number, for its person (開示請求, 個人情報保護法 art. 33)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TextIO

from hub.consent.dossier import Dossier, Reader
from hub.consent.entry_fields import exclusion_fields
from hub.consent.export import form_hashes
from hub.consent.iso27560 import Controller, records
from hub.store import disclosure as queries
from hub.store import erasure_orders
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.disclosure import (
    Access,
    HeldContact,
    HeldMessage,
    HeldRecord,
    HeldReply,
    HeldRequest,
)
from hub.store.erasure_orders import OrderRow

FORMAT = "sms-connector-hub/disclosure/1"


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What the hub holds about one number, in the clear, at one moment.

    `dossier` has its consents with their words, its exclusions and who was told of them;
    `accesses` is who saw or changed what, as the audit trail has it.
    """

    at: datetime
    controller: Controller
    contact: HeldContact
    dossier: Dossier = field(repr=False)
    records: Sequence[HeldRecord]
    messages: Sequence[HeldMessage]
    replies: Sequence[HeldReply]
    requests: Sequence[HeldRequest]
    orders: Sequence[OrderRow]
    accesses: Sequence[Access]


def collect(
    tx: Tx, cipher: Cipher, contact_id: int, controller: Controller, now: datetime
) -> tuple[Disclosure, Reader]:
    """Put together what is held, and give what reads the texts that it names."""
    reader = Reader(tx, cipher, mask=None)
    messages = queries.messages(tx, cipher, contact_id)
    disclosure = Disclosure(
        at=now,
        controller=controller,
        contact=queries.held(tx, contact_id),
        dossier=next(reader.some([contact_id])),
        records=queries.records(tx, cipher, contact_id),
        messages=messages,
        replies=queries.replies(tx, cipher, contact_id),
        requests=queries.requests(tx, contact_id),
        orders=erasure_orders.of_person(tx, contact_id),
        accesses=queries.accesses(tx, contact_id, [each.id for each in messages]),
    )
    return disclosure, reader


def write_json(out: TextIO, disclosure: Disclosure, reader: Reader) -> None:
    """Write it as one JSON document; consents are records of ISO/IEC TS 27560."""
    dossier = disclosure.dossier
    document = {
        "format": FORMAT,
        "made_at": disclosure.at,
        "controller": asdict(disclosure.controller),
        "number": dossier.number,
        "contact": asdict(disclosure.contact),
        "records": [asdict(each) for each in disclosure.records],
        "consents": list(records(dossier, disclosure.controller)),
        "forms": {sha256: reader.text(sha256) for sha256 in form_hashes(dossier)},
        "exclusions": [exclusion_fields(each) for each in dossier.exclusions],
        "messages": [asdict(each) for each in disclosure.messages],
        "replies": [asdict(each) for each in disclosure.replies],
        "form_requests": [asdict(each) for each in disclosure.requests],
        "erasures": [_order(each) for each in disclosure.orders],
        "accesses": [asdict(each) for each in disclosure.accesses],
    }
    json.dump(document, out, ensure_ascii=False, indent=2, default=_plain)
    out.write("\n")


def _order(row: OrderRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "why": row.why,
        "ordered_at": row.ordered_at,
        "due_at": row.due_at,
        "state": row.state,
        "finished_at": row.finished_at,
    }


def _plain(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no JSON")
    return value.isoformat()
