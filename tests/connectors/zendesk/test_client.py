# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in, and what becomes of Zendesk's refusals."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from zenpy.lib.api_objects import UserField  # type: ignore[import-untyped]

from connectors.zendesk.account import whoami
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.refusals import Throttled
from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.people import ADMIN
from hub.sdk import AuthError, ConfigError, Connection, SecretText, TransientError

Connect = Callable[..., Connection]


def minted(zendesk: ZendeskSandbox) -> int:
    """How often a token was asked for."""
    return sum(call.path == "/oauth/tokens" for call in zendesk.calls())


def by_token(zendesk: ZendeskSandbox, **changes: Any) -> dict[str, Any]:
    """Settings of the old way to sign in."""
    known = zendesk.credentials()
    return {"auth": "api_token", "email": known["email"], "api_token": known["api_token"]} | changes


def test_jobs_of_a_connection_share_a_token(connect: Connect, zendesk: ZendeskSandbox) -> None:
    connection = connect()
    for _ in range(3):
        ZendeskClient(connection).me()

    assert minted(zendesk) == 1


def test_a_refused_token_is_minted_anew_once_for_all_jobs(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    connection = connect()
    jobs = [ZendeskClient(connection) for _ in range(3)]
    for job in jobs:
        job.me()
    zendesk.account.oauth.revoke_all()
    for job in jobs:
        assert job.users([ADMIN])

    assert minted(zendesk) == 2


def test_a_token_that_another_job_kept_and_that_was_revoked_too_parks_nobody(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    connection = connect()
    one, other = ZendeskClient(connection), ZendeskClient(connection)
    one.me()
    other.me()
    zendesk.account.oauth.revoke_all()
    other.me()
    zendesk.account.oauth.revoke_all()

    assert one.me().role == "admin"
    assert minted(zendesk) == 3


def test_a_client_whose_new_token_is_refused_too_asks_for_no_second_one(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    revoke = zendesk.account.oauth.revoke_all

    with pytest.raises(AuthError):
        client.through_zenpy(lambda zenpy: (revoke(), zenpy.users.me()))
    assert minted(zendesk) == 1


def test_another_secret_does_not_get_the_token_of_the_former(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    before = connect()
    ZendeskClient(before).me()
    after = replace(connect(**zendesk.bad_credentials()), shelf=before.shelf)

    with pytest.raises(AuthError, match=r"connections\.desk\.client_secret"):
        ZendeskClient(after).me()


def test_a_revoked_token_is_minted_anew_in_the_same_call(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    client.me()
    zendesk.account.oauth.revoke_all()

    assert client.users([ADMIN])
    assert client.me().role == "admin"
    assert minted(zendesk) == 2


def test_the_old_way_signs_in_too(connect: Connect, zendesk: ZendeskSandbox) -> None:
    account = whoami(ZendeskClient(connect(**by_token(zendesk))), connect(**by_token(zendesk)))

    assert account.id == "sandbox"
    assert "sandbox.zendesk.com" in account.label


def test_whoever_signs_in_the_old_way_is_told_when_it_ends(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    (ends,) = whoami(ZendeskClient(connect(**by_token(zendesk))), connect()).advice

    assert "30 April 2027" in ends.en
    assert "2027年4月30日" in ends.ja
    assert whoami(ZendeskClient(connect()), connect()).advice == ()


def test_a_wrong_token_of_the_old_way_says_what_to_do_instead(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    connection = connect(**by_token(zendesk, api_token="another"))

    with pytest.raises(AuthError, match=r"connections\.desk\.api_token: .*OAuth client"):
        ZendeskClient(connection).me()


def test_a_user_who_is_no_admin_is_told_at_the_test(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    zendesk.edit(ADMIN, role="agent")
    client = ZendeskClient(connect())

    with pytest.raises(AuthError, match="who is no admin"):
        whoami(client, connect())


def test_a_throttled_call_of_zenpy_s_does_not_sleep(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    client.me()
    zendesk.throttle(times=1, retry_after=600)

    with pytest.raises(Throttled) as caught:
        client.through_zenpy(lambda zenpy: zenpy.users.me())
    assert caught.value.retry_after == 600


def test_a_refusal_through_zenpy_is_told_without_what_zendesk_said(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    taken = UserField(key="sms_consent", type="text", title="秘密の題名")

    with pytest.raises(ConfigError) as caught:
        client.through_zenpy(lambda zenpy: zenpy.user_fields.create(taken))
    assert "422 RecordInvalid" in caught.value.words.en
    assert "秘密" not in caught.value.words.ja
    assert caught.value.__cause__ is None


def test_a_host_without_a_zendesk_is_told(connect: Connect, zendesk: ZendeskSandbox) -> None:
    connection = connect(base_url=f"{zendesk.base_url}/nowhere")

    with pytest.raises(ConfigError) as caught:
        ZendeskClient(connection).me()
    assert caught.value.key == "subdomain"


def test_a_write_without_an_answer_may_have_been_done(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    client.me()
    zendesk.drop(after=True, path="update_many")

    with pytest.raises(TransientError) as caught:
        client.update_users([{"id": ADMIN, "user_fields": {}}])
    assert caught.value.maybe_done


def test_a_list_ends_where_zendesk_says_so_and_not_where_its_links_do(
    connect: Connect, zendesk: ZendeskSandbox
) -> None:
    client = ZendeskClient(connect())
    pages, after = 0, None
    while True:
        users, after = client.people(after)
        pages += 1
        if after is None:
            break

    assert pages == 12
    assert users


def test_zenpy_keeps_what_it_gets_out_of_the_log(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ZendeskClient(connect()).me()

    assert not [record for record in caplog.records if record.name.startswith("zenpy")]


def test_a_client_does_not_show_its_secrets(connect: Connect) -> None:
    secret = connect().settings["client_secret"]

    assert isinstance(secret, SecretText)
    assert secret.reveal() not in repr(vars(ZendeskClient(connect())))
