"""A hosted form as somebody sent it, and what of it is written into the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.consent import codes
from hub.consent.entry import CONFIRMATION, Entry, EventType, Ground, Method
from hub.consent.forms import Form
from hub.contacts.collecting import Agreed, Collected
from hub.store import ledger as ledger_rows
from hub.store.consent_requests import RequestRow
from hub.store.database import Tx
from hub.values.words import Language

PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class TickedBox:
    """A box that was ticked: the purpose, in the version that was shown, and what it said."""

    purpose_key: str
    version: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """A form as somebody sent it, with the boxes that were ticked.

    `number` is E.164; `form_text` is the page as it was shown, without its markup.
    """

    form: Form
    number: str = field(repr=False)
    boxes: Sequence[TickedBox]
    form_url: str
    form_text: str = field(repr=False)
    language: Language
    address: str = field(repr=False)
    user_agent: str = field(repr=False)


def requested(sent: SentForm, contact_id: int, controller: str, now: datetime) -> Entry:
    """Give the entry that lets the code go to the number, and nothing else."""
    personal = {"ip": sent.address, "user_agent": sent.user_agent}
    return Entry(
        event_type=EventType.REQUESTED,
        ground=Ground.REQUEST,
        contact_id=contact_id,
        purpose_key=CONFIRMATION,
        scope=tuple(box.purpose_key for box in sent.boxes),
        method=Method.PAGE,
        strength=4,
        actor=PERSON,
        wording="\n\n".join(box.text for box in sent.boxes),
        wording_language=sent.language,
        form_url=sent.form_url,
        form_text=sent.form_text,
        privacy_notice_url=sent.form.content.privacy_notice_url,
        privacy_notice_version=sent.form.content.privacy_notice_version,
        occurred_at=now,
        expires_at=now + codes.LIFE,
        source_ref=_source(sent.form),
        controller=controller,
        personal={key: value for key, value in personal.items() if value},
    )


def of_form(sent: SentForm, now: datetime) -> Collected:
    """Give the consent of a form that asks for no code."""
    return Collected(
        number=sent.number,
        agreed=[
            Agreed(purpose_key=box.purpose_key, purpose_version=box.version, wording=box.text)
            for box in sent.boxes
        ],
        method=Method.CHECKBOX,
        source_ref=_source(sent.form),
        actor=PERSON,
        default_ticked=False,
        language=sent.language,
        form_url=sent.form_url,
        form_text=sent.form_text,
        privacy_notice_url=sent.form.content.privacy_notice_url,
        privacy_notice_version=sent.form.content.privacy_notice_version,
        occurred_at=now,
        source_field=f"form:{sent.form.version}",
        site_id=sent.form.content.site_id,
        ip=sent.address,
        user_agent=sent.user_agent,
    )


def confirmed(
    tx: Tx,
    form: Form,
    row: RequestRow,
    number: str,
    url: str,
    address: str,
    user_agent: str,
    now: datetime,
) -> Collected:
    """Give the consent of a form whose code came back, with the words its boxes had then."""
    return Collected(
        number=number,
        agreed=[
            Agreed(
                purpose_key=key,
                purpose_version=box.version,
                wording=ledger_rows.document_text(tx, box.wording),
            )
            for key, box in row.boxes.items()
        ],
        method=Method.DOUBLE_OPT_IN_SMS,
        source_ref=_source(form),
        actor=PERSON,
        default_ticked=False,
        language=row.language,
        form_url=url,
        form_text=ledger_rows.document_text(tx, row.form_sha256),
        privacy_notice_url=form.content.privacy_notice_url,
        privacy_notice_version=form.content.privacy_notice_version,
        occurred_at=now,
        source_field=f"form:{form.version}",
        site_id=form.content.site_id,
        ip=address,
        user_agent=user_agent,
    )


def _source(form: Form) -> str:
    return f"form:{form.key}"
