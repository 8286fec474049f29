"""The proof of one message: what was sent, when, and the entry it rests on with its words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.consent.dossier import Dossier, Proven, Reader
from hub.store import messages, sends, templates
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import MessageRow, Step
from hub.store.proofs import OriginRow
from hub.store.sends import SendRow
from hub.store.templates import TemplateRow


@dataclass(frozen=True, kw_only=True)
class MessageProof:
    """One SMS with its ground.

    `text` is None where it was erased, or never made because the message was refused. `entry` is
    None where it rests on none. `dossier` is everything about its number.
    """

    message: MessageRow
    text: str | None = field(repr=False)
    steps: Sequence[Step]
    send: SendRow
    template: TemplateRow | None
    gateway: OriginRow | None
    dossier: Dossier
    entry: Proven | None


def of_message(tx: Tx, cipher: Cipher, reader: Reader, message_id: int) -> MessageProof | None:
    """Give a message's proof, or None where there is no such message."""
    message = messages.by_id(tx, message_id)
    send = sends.by_id(tx, message.send_id) if message else None
    if message is None or send is None:
        return None
    dossier = next(reader.some([message.contact_id]))
    return MessageProof(
        message=message,
        text=messages.bodies(tx, cipher, [message_id]).get(message_id),
        steps=messages.timeline(tx, message_id),
        send=send,
        template=templates.by_id(tx, send.template_id),
        gateway=reader.origins.get(message.gateway_id),
        dossier=dossier,
        entry=next(
            (each for each in dossier.entries if each.row.clear["event_id"] == message.evidence_id),
            None,
        ),
    )
