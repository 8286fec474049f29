# SPDX-License-Identifier: GPL-3.0-or-later
"""Making in Zendesk what the hub needs there: user fields, a ticket field, webhooks, a trigger.

Each is found again by its key or name, so that asking twice makes nothing twice. Only what is
missing is made; nothing that an admin has is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import orjson
from zenpy import Zenpy  # type: ignore[import-untyped]
from zenpy.lib.api_objects import (  # type: ignore[import-untyped]
    TicketField,
    Trigger,
    UserField,
    Webhook,
)

from hub.sdk import ConfigError, Connection, SecretText

from .client import ZendeskClient
from .fields import TICKET_FIELD

EVENTS = tuple(
    f"zen:event-type:user.{what}"
    for what in (
        "custom_field_changed",
        "identity_created",
        "identity_changed",
        "identity_deleted",
        "active_changed",
        "deleted",
        "merged",
        "tags_changed",
    )
)
"""What bears on a number or a consent. Shared numbers change without a notice: polls find them."""

ASKING_TAG = "sms_request"
"""The tag that a macro puts on a ticket to ask for its SMS; the trigger takes it away again."""

NUMBER_TITLE = "SMSの宛先番号"
"""The ticket field in which an agent says to which of the requester's numbers the SMS shall go."""

_FOR_TRIGGERS = "conditional_ticket_events"
_YES_OR_NO = (("許諾する", "sms_consent_yes"), ("許諾しない", "sms_consent_no"))
_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("sms_consent", "dropdown", "SMS許諾"),
    ("sms_consent_at", "date", "SMS許諾日"),
    ("sms_consent_source", "text", "SMS許諾の取得方法"),
    ("sms_consent_wording", "textarea", "SMS許諾文言"),
    ("sms_opt_out", "checkbox", "SMS配信停止"),
    ("sms_opt_out_at", "date", "SMS配信停止日"),
)


@dataclass(frozen=True, kw_only=True)
class MadeWebhook:
    """A webhook that calls the hub: its id, and the secret that belongs into webhook_secret."""

    id: str
    secret: SecretText = field(repr=False)
    made: bool


def missing_user_fields(client: ZendeskClient) -> Sequence[str]:
    """Give the keys of the README's user fields that the account has not."""
    there = {str(each.get("key")) for each in client.user_fields()}
    return [key for key, _, _ in _FIELDS if key not in there]


def create_user_fields(client: ZendeskClient) -> Sequence[str]:
    """Make the user fields of the README's mapping that are missing; give the keys of those."""
    missing = missing_user_fields(client)
    made = []
    for key, type_, title in _FIELDS:
        if key in missing:
            options = [{"name": name, "value": value} for name, value in _YES_OR_NO]
            more: dict[str, Any] = {"custom_field_options": options} if type_ == "dropdown" else {}
            new = UserField(key=key, type=type_, title=title, active=True, **more)
            client.through_zenpy(partial(_create_field, new))
            made.append(key)
    return made


def _create_field(new: UserField, zenpy: Zenpy) -> None:
    zenpy.user_fields.create(new)


def number_field(client: ZendeskClient) -> str | None:
    """Give the mapping's code of the ticket field for the number; None where the account has none.

    Ticket fields have no key, so it is known by its title.
    """
    for each in client.ticket_fields():
        if each.get("title") == NUMBER_TITLE and each.get("active", True):
            return f"{TICKET_FIELD}{each['id']}"
    return None


def create_number_field(client: ZendeskClient) -> tuple[str, bool]:
    """Make that ticket field, for agents only, unless it is there; give its code, and if it was
    made."""
    there = number_field(client)
    if there is not None:
        return there, False
    new = TicketField(type="text", title=NUMBER_TITLE, active=True, visible_in_portal=False)
    made = client.through_zenpy(lambda zenpy: zenpy.ticket_fields.create(new))
    return f"{TICKET_FIELD}{made.id}", True


def has_webhook(
    client: ZendeskClient, connection: Connection, kind: Literal["events", "triggers"]
) -> bool:
    """Say whether the webhook of this kind is there and calls this hub."""
    return _webhook(client, connection, kind) is not None


def _webhook(
    client: ZendeskClient, connection: Connection, kind: Literal["events", "triggers"]
) -> str | None:
    name = _webhook_name(connection, kind)
    for each in client.webhooks():
        if each.get("name") == name and each.get("endpoint") == connection.callback_url:
            return str(each["id"])
    return None


def _webhook_name(connection: Connection, kind: str) -> str:
    return f"SMS Connector Hub {connection.name} ({kind})"


def create_webhook(
    client: ZendeskClient, connection: Connection, kind: Literal["events", "triggers"]
) -> MadeWebhook:
    """Make the webhook for event subscriptions or for triggers, unless it is there.

    Zendesk lets no webhook be both. Raises ConfigError while the hub has no public address.
    """
    address = connection.callback_url
    if address is None:
        raise ConfigError(
            "HUB_PUBLIC_URL",
            "The hub has no public address, so Zendesk cannot call it. Set HUB_PUBLIC_URL.",
            "ハブの公開URLがないため、Zendeskから呼び出せません。"
            "HUB_PUBLIC_URLを設定してください。",
        )
    there = _webhook(client, connection, kind)
    if there is not None:
        return MadeWebhook(id=there, secret=client.signing_secret(there), made=False)
    new = Webhook(
        name=_webhook_name(connection, kind),
        endpoint=address,
        http_method="POST",
        request_format="json",
        status="active",
        subscriptions=list(EVENTS) if kind == "events" else [_FOR_TRIGGERS],
    )
    made = client.through_zenpy(lambda zenpy: zenpy.webhooks.create(new))
    id_ = str(made.id)
    return MadeWebhook(id=id_, secret=client.signing_secret(id_), made=True)


def has_trigger(client: ZendeskClient, connection: Connection) -> bool:
    """Say whether the trigger that asks for an SMS is there."""
    title = _trigger_title(connection)
    return any(each.get("title") == title for each in client.triggers())


def _trigger_title(connection: Connection) -> str:
    return f"SMS Connector Hub {connection.name}: {ASKING_TAG}"


def create_trigger(client: ZendeskClient, connection: Connection, webhook_id: str) -> bool:
    """Make the trigger that tells the hub of tickets with the tag; give whether it was missing.

    It takes the tag away as it fires. What it sends holds ids only: a quotation mark in a name
    would break the JSON, and names are none of a webhook's business.
    """
    if has_trigger(client, connection):
        return False
    body = {
        "type": "ticket_sms_requested",
        "ticket_id": "{{ticket.id}}",
        "at": "{{ticket.updated_at_with_timestamp}}",
    }
    new = Trigger(
        title=_trigger_title(connection),
        active=True,
        conditions={
            "all": [
                {"field": "current_tags", "operator": "includes", "value": ASKING_TAG},
                {"field": "status", "operator": "less_than", "value": "closed"},
            ],
            "any": [],
        },
        actions=[
            {"field": "notification_webhook", "value": [webhook_id, orjson.dumps(body).decode()]},
            {"field": "remove_tags", "value": ASKING_TAG},
        ],
    )
    client.through_zenpy(lambda zenpy: zenpy.triggers.create(new))
    return True
