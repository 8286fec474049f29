# SPDX-License-Identifier: GPL-3.0-or-later
"""`hub prepare` for Zendesk: the fields, the webhooks and the trigger, one step each."""

from collections.abc import Sequence

from hub.sdk import ConfigError, Connection, PreparationStep, Prepared, Words

from .client import ZendeskClient
from .setup import (
    create_number_field,
    create_trigger,
    create_user_fields,
    create_webhook,
    has_trigger,
    has_webhook,
    missing_user_fields,
    number_field,
)

FIELDS, EVENTS, TICKETS, NUMBER = "user_fields", "events", "tickets", "number_field"


class ZendeskPreparation:
    """Makes what a connection needs in its account; finds again what is there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = ZendeskClient(connection)

    def steps(self) -> Sequence[PreparationStep]:
        """Give the steps and what of them is there."""
        client, connection = self._client, self._connection
        return [
            PreparationStep(
                key=FIELDS,
                words=Words(
                    ja="許諾と配信停止のユーザーフィールド",
                    en="the user fields for consent and opt-out",
                ),
                there=not missing_user_fields(client),
            ),
            PreparationStep(
                key=EVENTS,
                words=Words(
                    ja="ユーザーの変更を知らせるWebhook",
                    en="the webhook that tells of changed users",
                ),
                there=has_webhook(client, connection, "events"),
            ),
            PreparationStep(
                key=TICKETS,
                words=Words(
                    ja="チケットからSMSを頼むためのWebhookとトリガ",
                    en="the webhook and the trigger by which a ticket asks for an SMS",
                ),
                there=has_webhook(client, connection, "triggers")
                and has_trigger(client, connection),
            ),
            PreparationStep(
                key=NUMBER,
                words=Words(
                    ja="SMSの宛先番号を書くチケットフィールド",
                    en="the ticket field that says to which number an SMS goes",
                ),
                there=number_field(client) is not None,
            ),
        ]

    def make(self, key: str) -> Prepared:
        """Make one step's thing. Both webhooks sign with a secret of their own."""
        if key == FIELDS:
            return Prepared(key=key, made=bool(create_user_fields(self._client)))
        if key == EVENTS:
            webhook = create_webhook(self._client, self._connection, "events")
            return Prepared(
                key=key, made=webhook.made, settings={"webhook_secret": webhook.secret.reveal()}
            )
        if key == TICKETS:
            webhook = create_webhook(self._client, self._connection, "triggers")
            made = create_trigger(self._client, self._connection, webhook.id)
            return Prepared(
                key=key,
                made=webhook.made or made,
                settings={"webhook_secret": webhook.secret.reveal()},
            )
        if key == NUMBER:
            code, made = create_number_field(self._client)
            return Prepared(key=key, made=made, settings={"mapping.number_choice": code})
        raise ConfigError(
            "step",
            f"There is no such step. There are: {FIELDS}, {EVENTS}, {TICKETS}, {NUMBER}.",
            f"その手順はありません。指定できるもの: {FIELDS}、{EVENTS}、{TICKETS}、{NUMBER}",
        )
