"""The SMS of a double opt-in: a code to the number that somebody just typed into a form.

It is the only SMS that may ask for consent. It goes the way of every other: the gate decides on it
when it is ordered and again at the mark, by the `requested` entry that the form has just written.
"""

import uuid
from datetime import datetime

from hub.connections.directory import Connections
from hub.consent import purposes, standing
from hub.consent.entry import CONFIRMATION
from hub.consent.gate import Allow, Question, decide
from hub.consent.policy import Policy
from hub.errors import ConfigError
from hub.messages import library
from hub.messages.compose import Composed, compose, values_for
from hub.messages.linter import Sender
from hub.messages.states import State
from hub.messages.templates import parse
from hub.store import messages, sends, templates
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import NewMessage, SendFacts
from hub.store.sends import NewSend
from hub.values.gateway import GatewayProfile
from hub.values.words import Language, Words

FIELDS = ("code", "host")
"""What a template of this SMS may use besides the sender's name."""

_CLASS = "transactional"
_FIRST = 0
"""Before everything else: somebody sits in front of the page and waits."""

_PURPOSE = Words("同意の確認", "Confirming a consent")
_PURPOSE_TEXT = (
    "入力された電話番号が本人のものであることを、SMSの確認コードで確かめます。\n"
    "A code by SMS shows that the number typed into the form is the person's own."
)
# The last line is that of WebOTP (wicg.github.io/sms-one-time-codes): browsers and keyboards then
# offer the code on this one site and on no other.
_BODIES: dict[Language, str] = {
    "ja": "{{sender_name}}\n確認コード {{code}} (10分間有効)\n"
    "お心当たりがない場合は破棄してください。\n@{{host}} #{{code}}",
    "en": "{{sender_name}}\nYour code is {{code}} (valid for 10 minutes).\n"
    "If you did not ask for it, ignore this.\n@{{host}} #{{code}}",
}
_LABELS: dict[Language, str] = {"ja": "同意の確認コード", "en": "Code to confirm a consent"}


def template_key(language: Language) -> str:
    """Give the key of the template whose text is sent in this language."""
    return f"{CONFIRMATION}-{language}"


def prepare(tx: Tx, sender: Sender, now: datetime) -> None:
    """Make the purpose and the texts of this SMS where they are not there yet."""
    if purposes.get(tx, CONFIRMATION) is None:
        purposes.ensure(tx, CONFIRMATION, _CLASS, _PURPOSE.ja, _PURPOSE_TEXT, now)
    for language, body in _BODIES.items():
        key = template_key(language)
        if templates.latest(tx, key) is None:
            library.publish(
                tx,
                key=key,
                label=_LABELS[language],
                purpose_key=CONFIRMATION,
                body=body,
                actor="system",
                sender=sender,
                known=FIELDS,
                now=now,
                language=language,
            )


def text_of(
    tx: Tx, language: Language, *, code: str, host: str, sender: Sender, profile: GatewayProfile
) -> Composed:
    """Give the text with this code. Raises ConfigError where this gateway cannot carry it."""
    row = library.find(tx, template_key(language))
    values = values_for(
        sender_name=sender.name,
        sender_page="",
        opt_out_url="",
        name="",
        attributes={"code": code, "host": host},
    )
    made = compose(parse(row.body, FIELDS), values, profile)
    if isinstance(made, Composed):
        return made
    raise ConfigError(
        "template",
        f'The text of the template "{row.key}" cannot be sent ({made.code}). Set HUB_SENDER_NAME, '
        "and mend the text with hub template add.",
        f"テンプレート「{row.key}」の本文は送信できません({made.code})。HUB_SENDER_NAMEを設定し、"
        "hub template add で本文を直してください。",
    )


def order(
    tx: Tx,
    cipher: Cipher,
    connections: Connections,
    *,
    contact_id: int,
    gateway_id: int,
    language: Language,
    code: str,
    host: str,
    site_id: int | None,
    sender: Sender,
    policy: Policy,
    now: datetime,
    not_after: datetime,
) -> int | None:
    """Order the SMS; give the message, or None where the gate refuses it.

    The caller holds the contact's lock and has written the `requested` entry.
    """
    question = Question(
        purpose_key=CONFIRMATION, message_class=_CLASS, now=now, not_after=not_after
    )
    verdict = decide(question, standing.load(tx, [contact_id], CONFIRMATION)[contact_id], policy)
    if not isinstance(verdict, Allow):
        return None
    text = text_of(
        tx,
        language,
        code=code,
        host=host,
        sender=sender,
        profile=connections.profile(gateway_id),
    )
    key = uuid.uuid4().hex
    send, _ = sends.open_send(
        tx,
        NewSend(
            key=f"{CONFIRMATION}:{key}",
            kind="single",
            template_id=library.find(tx, template_key(language)).id,
            purpose_key=CONFIRMATION,
            message_class=_CLASS,
            gateway_id=gateway_id,
            actor="person",
            site_id=site_id,
            not_after=not_after,
        ),
        now,
    )
    made = messages.insert(
        tx,
        SendFacts(
            send_id=send.id,
            gateway_id=gateway_id,
            purpose_key=CONFIRMATION,
            message_class=_CLASS,
            not_before=None,
            not_after=not_after,
        ),
        [
            NewMessage(
                key=key,
                contact_id=contact_id,
                link_id=None,
                priority=_FIRST,
                state=State.QUEUED.value,
                reason=None,
                body_enc=cipher.encrypt(text.text, messages.body_context(key)),
                segments=text.segments,
                evidence_id=verdict.evidence_id,
                source_read_at=None,
                due_at=now,
                site_id=site_id,
                owner_id=None,
                finished_at=None,
            )
        ],
        now,
    )
    sends.set_sending(tx, send.id)
    return made[contact_id]
