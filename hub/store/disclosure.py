"""Queries for a disclosure: all that is held about one number, opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import sqlalchemy as sa

from hub.store import replies as reply_rows
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import Step, body_context, timeline
from hub.store.people import attributes_context, name_context
from hub.store.tables.access import audit
from hub.store.tables.connections import connection
from hub.store.tables.forms import consent_form, consent_form_version, consent_request
from hub.store.tables.messages import message, reply, send, template
from hub.store.tables.people import contact, link


@dataclass(frozen=True, kw_only=True)
class HeldContact:
    """The number itself: since when it is known, and what stands in the way of it."""

    created_at: datetime
    erased_at: datetime | None
    legal_hold_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldRecord:
    """A record with the number, and what the hub keeps of it beside the id."""

    connection: str
    platform: str
    ref: str
    verdict: str
    name: str = field(repr=False)
    attributes: Mapping[str, str] = field(repr=False)
    read_at: datetime
    vanished_at: datetime | None
    erased_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldMessage:
    """An SMS to the number; `text` is None where it is not kept any more."""

    id: int
    text: str | None = field(repr=False)
    template: str
    purpose_key: str
    gateway: str
    state: str
    evidence_id: str | None
    created_at: datetime
    steps: Sequence[Step]


@dataclass(frozen=True, kw_only=True)
class HeldReply:
    """An SMS from the number."""

    text: str | None = field(repr=False)
    outcome: str
    gateway: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class HeldRequest:
    """A form that was sent with the number."""

    form: str
    language: str
    purposes: Sequence[str]
    state: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Access:
    """One time somebody saw, changed or exported data of the number."""

    at: datetime
    actor: str
    action: str
    address: str | None


def held(tx: Tx, contact_id: int) -> HeldContact:
    """Give the number's own row."""
    columns = (contact.c.created_at, contact.c.erased_at, contact.c.legal_hold_at)
    row = tx.execute(sa.select(*columns).where(contact.c.id == contact_id)).one()
    return HeldContact(**row._mapping)


def records(tx: Tx, cipher: Cipher, contact_id: int) -> list[HeldRecord]:
    """Give the records with the number, those too that are not there any more."""
    query = (
        sa.select(link, connection.c.label, connection.c.plugin)
        .join(connection, connection.c.id == link.c.connection_id)
        .where(link.c.contact_id == contact_id)
        .order_by(link.c.id)
    )
    return [_record(cipher, row) for row in tx.execute(query)]


def messages(tx: Tx, cipher: Cipher, contact_id: int) -> list[HeldMessage]:
    """Give every SMS to the number, the oldest first."""
    query = (
        sa.select(message, template.c.label.label("template"), connection.c.label.label("gateway"))
        .join(send, send.c.id == message.c.send_id)
        .join(template, template.c.id == send.c.template_id)
        .join(connection, connection.c.id == message.c.gateway_id)
        .where(message.c.contact_id == contact_id)
        .order_by(message.c.id)
    )
    return [
        HeldMessage(
            id=row.id,
            text=cipher.decrypt(row.body_enc, body_context(row.key)) if row.body_enc else None,
            template=row.template,
            purpose_key=row.purpose_key,
            gateway=row.gateway,
            state=row.state,
            evidence_id=row.evidence_id,
            created_at=row.created_at,
            steps=timeline(tx, row.id),
        )
        for row in tx.execute(query).all()
    ]


def replies(tx: Tx, cipher: Cipher, contact_id: int) -> list[HeldReply]:
    """Give every SMS from the number, the oldest first."""
    query = (
        sa.select(reply, connection.c.label.label("gateway"))
        .join(connection, connection.c.id == reply.c.gateway_id)
        .where(reply.c.contact_id == contact_id)
        .order_by(reply.c.id)
    )
    return [
        HeldReply(
            text=(
                cipher.decrypt(row.text_enc, reply_rows.context(row.gateway_id, row.source_id))
                if row.text_enc
                else None
            ),
            outcome=row.outcome,
            gateway=row.gateway,
            received_at=row.received_at,
        )
        for row in tx.execute(query)
    ]


def requests(tx: Tx, contact_id: int) -> list[HeldRequest]:
    """Give the forms that were sent with the number, the oldest first."""
    query = (
        sa.select(consent_request, consent_form.c.key)
        .join(consent_form_version, consent_form_version.c.id == consent_request.c.form_version_id)
        .join(consent_form, consent_form.c.id == consent_form_version.c.form_id)
        .where(consent_request.c.contact_id == contact_id)
        .order_by(consent_request.c.id)
    )
    return [
        HeldRequest(
            form=row.key,
            language=row.language,
            purposes=sorted(row.boxes),
            state=row.state,
            created_at=row.created_at,
        )
        for row in tx.execute(query)
    ]


def accesses(tx: Tx, contact_id: int, message_ids: Sequence[int]) -> list[Access]:
    """Give what the audit trail has about the number and its messages, the oldest first."""
    objects = [f"contact:{contact_id}", *(f"message:{id_}" for id_ in message_ids)]
    columns = (audit.c.at, audit.c.actor, audit.c.action, audit.c.address)
    query = sa.select(*columns).where(audit.c.object.in_(objects)).order_by(audit.c.id)
    return [Access(**row._mapping) for row in tx.execute(query)]


def _record(cipher: Cipher, row: sa.Row[tuple[object, ...]]) -> HeldRecord:
    named = name_context(row.connection_id, row.ref)
    where = attributes_context(row.connection_id, row.ref)
    sealed = row.attributes_enc
    return HeldRecord(
        connection=row.label,
        platform=row.plugin,
        ref=row.ref,
        verdict=row.verdict,
        name=cipher.decrypt(row.name_enc, named) if row.name_enc else "",
        attributes=(orjson.loads(cipher.decrypt(sealed, where)) if sealed else {}),
        read_at=row.read_at,
        vanished_at=row.vanished_at,
        erased_at=row.erased_at,
    )
