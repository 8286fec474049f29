"""Asking a gateway what became of messages: by our key, or by what was sent.

A gateway that never learns our key can only be asked for an SMS with this text to this number.
So that no two messages are taken for one another, it is told which of its ids are others', and a
message whose number has another post on its way is not asked about yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.errors import HubError
from hub.messages.states import State
from hub.roles import FindsSent, LooksUp
from hub.store import inquiries, messages, people
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.inquiries import Sibling
from hub.store.messages import MessageRow
from hub.values.gateway import DeliveryReport, Outgoing, Receipt, Sent

Found = Receipt | DeliveryReport | None

EARLIER = timedelta(hours=1)
"""How much older than a message others may be and still be told: the gateway's clock differs."""


def ask(
    db: Database,
    cipher: Cipher,
    look_up: LooksUp | FindsSent,
    rows: Sequence[MessageRow],
    now: datetime,
) -> dict[int, Found]:
    """Ask about messages of one gateway; give what it says by message id.

    A message that cannot be asked about, since its number or text was erased and the gateway's id
    is not known, is left out. So are all that follow one at which the gateway failed: it would fail
    for them too.
    """
    found: dict[int, Found] = {}
    sents = {} if isinstance(look_up, LooksUp) else _sents(db, cipher, rows, now)
    taken: dict[int, frozenset[str]] = {}
    for row in rows:
        try:
            if isinstance(look_up, LooksUp):
                found[row.id] = look_up.find(row.key)
            elif row.id in sents:
                others = taken.get(row.contact_id, frozenset())
                answer = look_up.find_sent(_knowing(sents[row.id], others))
                found[row.id] = answer
                if answer is not None and answer.reference:
                    taken[row.contact_id] = others | {answer.reference}
        except HubError:
            return found
    return found


def others(row: MessageRow, siblings: Sequence[Sibling]) -> frozenset[str] | None:
    """Give the gateway's ids of other messages to a message's number. Pure.

    None while another one is being posted: what the gateway has may be that one.
    """
    rest = [each for each in siblings if each.contact_id == row.contact_id and each.id != row.id]
    if any(each.state == State.SUBMITTING for each in rest):
        return None
    return frozenset(each.reference for each in rest if each.reference)


def _sents(
    db: Database, cipher: Cipher, rows: Sequence[MessageRow], now: datetime
) -> Mapping[int, Sent]:
    if not rows:
        return {}
    contact_ids = {row.contact_id for row in rows}
    since = min(row.created_at for row in rows) - EARLIER
    with db.read() as tx:
        numbers = people.numbers_of(tx, cipher, sorted(contact_ids))
        texts = messages.bodies(tx, cipher, [row.id for row in rows])
        known = inquiries.siblings(tx, rows[0].gateway_id, contact_ids, since)
    sents: dict[int, Sent] = {}
    for row in rows:
        number, text = numbers.get(row.contact_id), texts.get(row.id)
        rest = others(row, known)
        sought = number is not None and text is not None and rest is not None
        # By the gateway's own id it is found whatever else is known.
        if sought or row.gateway_reference:
            sents[row.id] = Sent(
                outgoing=Outgoing(
                    id=row.key, number=number or "", text=text or "", not_after=row.not_after
                ),
                since=row.created_at,
                posted_at=row.marked_at or row.created_at,
                asked_at=now,
                reference=row.gateway_reference,
                others=rest or frozenset(),
            )
    return sents


def _knowing(sent: Sent, others: frozenset[str]) -> Sent:
    return replace(sent, others=sent.others | others)
