"""Making messages: what was judged becomes rows, each number's once in a send."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from hub.messages import tracked
from hub.messages.judging import Judged
from hub.messages.orders import PRIORITY
from hub.messages.states import FINAL
from hub.optout import tokens
from hub.optout.tokens import Issued
from hub.store import messages
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import NewMessage, SendFacts
from hub.store.sends import SendRow


def store(
    tx: Tx,
    cipher: Cipher,
    send: SendRow,
    judged: Sequence[Judged],
    now: datetime,
    links: int = 0,
) -> None:
    """Store the messages of a send with their opt-out links, and so many counted links of each.

    A number that has its message in this send already is passed over, so that a page may be made
    twice.
    """
    there = messages.contacts_in_send(tx, send.id, [each.contact_id for each in judged])
    # In the order in which the gate and opt-outs lock numbers: a message row holds its number too.
    missing = sorted(
        (each for each in judged if each.contact_id not in there),
        key=lambda each: each.contact_id,
    )
    facts = SendFacts(
        send_id=send.id,
        gateway_id=send.gateway_id,
        purpose_key=send.purpose_key,
        message_class=send.message_class,
        not_before=send.not_before,
        not_after=send.not_after,
    )
    new = [_message(cipher, send, each, now) for each in missing]
    made = messages.insert(tx, facts, new, now)
    tokens.keep(
        tx,
        [
            Issued(
                token=each.token,
                contact_id=each.contact_id,
                message_id=made[each.contact_id],
                purpose_key=send.purpose_key,
                last_digits=each.last_digits,
            )
            for each in missing
            if each.token is not None and each.contact_id in made
        ],
        now,
    )

    if links:
        carried = {
            made[each.contact_id]: each.token
            for each in missing
            if each.token is not None and each.contact_id in made
        }
        tracked.keep(tx, carried, links)


def _message(cipher: Cipher, send: SendRow, judged: Judged, now: datetime) -> NewMessage:
    key = uuid.uuid4().hex
    sealed = (
        None if judged.text is None else cipher.encrypt(judged.text, messages.body_context(key))
    )
    return NewMessage(
        key=key,
        contact_id=judged.contact_id,
        link_id=judged.link.id,
        priority=PRIORITY[send.kind],
        state=judged.state.value,
        reason=judged.reason,
        body_enc=sealed,
        segments=judged.segments,
        evidence_id=judged.evidence_id,
        source_read_at=judged.source_read_at,
        due_at=judged.due_at,
        site_id=send.site_id if send.site_id is not None else judged.link.site_id,
        owner_id=send.owner_id,
        finished_at=now if judged.state in FINAL else None,
    )
