# SPDX-License-Identifier: GPL-3.0-or-later
"""Making in Zendesk what the hub needs there."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.zendesk import setup
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.contacts import ZendeskContacts
from connectors.zendesk.preparation import NUMBER, ZendeskPreparation
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.fields import NUMBER_FIELD
from hub.sdk import ConfigError, Connection

Connect = Callable[..., Connection]
HOOK = "http://localhost:9/hooks/desk/"


@pytest.fixture
def client(connect: Connect) -> ZendeskClient:
    return ZendeskClient(connect())


def fields(client: ZendeskClient) -> dict[str, dict[str, Any]]:
    """The account's user fields by key."""
    return {each["key"]: each for each in client.user_fields()}


def test_only_missing_user_fields_are_made(client: ZendeskClient, zendesk: ZendeskSandbox) -> None:
    zendesk.lose_field("sms_consent")
    zendesk.lose_field("sms_opt_out_at")

    assert setup.create_user_fields(client) == ["sms_consent", "sms_opt_out_at"]
    assert setup.create_user_fields(client) == []
    consent = fields(client)["sms_consent"]
    assert [each["value"] for each in consent["custom_field_options"]] == [
        "sms_consent_yes",
        "sms_consent_no",
    ]


@pytest.mark.parametrize("kind", ["events", "triggers"])
def test_a_webhook_is_made_once_and_its_secret_is_given(
    client: ZendeskClient, connect: Connect, kind: Any
) -> None:
    connection = connect(callback_url=HOOK)
    made = setup.create_webhook(client, connection, kind)
    again = setup.create_webhook(client, connection, kind)

    assert made.made
    assert not again.made
    assert (made.id, made.secret) == (again.id, again.secret)
    assert made.secret.reveal() not in repr(made)


def test_without_a_public_address_no_webhook_is_made(
    client: ZendeskClient, connect: Connect
) -> None:
    with pytest.raises(ConfigError, match="HUB_PUBLIC_URL"):
        setup.create_webhook(client, connect(), "events")


def test_the_trigger_tells_of_a_tagged_ticket_once(
    client: ZendeskClient, connect: Connect, zendesk: ZendeskSandbox
) -> None:
    connection = connect(callback_url=HOOK)
    webhook = setup.create_webhook(client, connection, "triggers")

    assert setup.create_trigger(client, connection, webhook.id)
    assert not setup.create_trigger(client, connection, webhook.id)
    (trigger,) = [each for each in client.triggers() if setup.ASKING_TAG in each["title"]]
    hook, tag = trigger["actions"]
    assert hook["value"][0] == webhook.id
    assert tag == {"field": "remove_tags", "value": setup.ASKING_TAG}
    assert "ticket.id" in hook["value"][1]
    assert "requester.name" not in hook["value"][1]


def test_the_ticket_field_for_the_number_is_made_once_and_its_code_is_given(
    client: ZendeskClient, connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.account.ticket_fields.lose(str(NUMBER_FIELD))

    code, made = setup.create_number_field(client)
    assert made
    assert setup.create_number_field(client) == (code, False) == (setup.number_field(client), False)
    assert code in {field.code for field in ZendeskContacts(connect()).fields()}


def test_the_ticket_field_is_a_step_of_its_own_that_tells_what_to_map(connect: Connect) -> None:
    preparation = ZendeskPreparation(connect(callback_url=HOOK))
    (step,) = [each for each in preparation.steps() if each.key == NUMBER]
    made = preparation.make(NUMBER)

    assert step.there
    assert not made.made
    assert made.settings == {"mapping.number_choice": f"ticket.{NUMBER_FIELD}"}
