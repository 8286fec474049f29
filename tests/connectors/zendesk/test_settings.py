# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a Zendesk connection."""

from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.zendesk.settings import PUBLIC_SECRET, ZendeskSettings, webhook_secrets
from hub.sdk import SecretText

OAUTH = {"subdomain": "acme", "client_id": "sms_hub", "client_secret": "sesame"}


def refused(**changes: Any) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        ZendeskSettings().load({**OAUTH, **changes})
    messages = caught.value.messages
    assert isinstance(messages, dict)
    return messages


def test_oauth_is_what_one_gets_without_saying_so() -> None:
    assert ZendeskSettings().load(OAUTH)["auth"] == "oauth"


def test_each_way_to_sign_in_names_what_it_lacks() -> None:
    assert set(refused(client_secret=None)) == {"client_secret"}
    assert set(refused(auth="api_token")) == {"email", "api_token"}


def test_the_old_way_is_taken_while_zendesk_takes_it() -> None:
    settings = {"subdomain": "acme", "auth": "api_token", "email": "a@example.com"}

    assert ZendeskSettings().load({**settings, "api_token": "sesame"})["email"] == "a@example.com"


@pytest.mark.parametrize(
    "subdomain", ["acme.zendesk.com", "https://acme", "acme/x", "", "-acme", "a@b", "acme\n"]
)
def test_only_the_part_before_zendesk_com_is_a_subdomain(subdomain: str) -> None:
    assert "subdomain" in refused(subdomain=subdomain)


def test_a_credential_with_a_space_is_told_without_showing_it() -> None:
    told = refused(client_secret="ses ame")

    assert "ses ame" not in repr(told)


def test_several_webhooks_have_a_secret_each() -> None:
    assert webhook_secrets(SecretText("one, two")) == ("one", "two")
    assert webhook_secrets(None) == ()
    assert "webhook_secret" in refused(webhook_secret="1,2,3,4,5")


def test_the_secret_that_zendesk_publishes_is_for_the_sandbox_alone() -> None:
    assert "webhook_secret" in refused(webhook_secret=PUBLIC_SECRET)
    assert "webhook_secret" in refused(webhook_secret=f"mine,{PUBLIC_SECRET}")

    settings = {**OAUTH, "webhook_secret": PUBLIC_SECRET, "base_url": "http://localhost:8010"}
    assert ZendeskSettings().load(settings)["webhook_secret"] == SecretText(PUBLIC_SECRET)
