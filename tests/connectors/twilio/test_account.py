import pytest

from connectors.twilio import check_connection
from connectors.twilio.sandbox.server import ACCOUNT_SID
from hub.sdk import AuthError, TransientError


def test_the_test_button_tells_the_account_and_sends_nothing(sandbox, connect):
    account = check_connection(connect(sandbox))

    assert (account.id, account.label) == (ACCOUNT_SID, "Twilio Sandbox account")
    assert account.advice == ()
    assert sandbox.messages == []


@pytest.mark.parametrize("wrong", [{"auth_token": "other"}, {"key_secret": "other"}])
def test_each_credential_is_tried(sandbox, connect, wrong):
    with pytest.raises(AuthError):
        check_connection(connect(sandbox, **wrong))


def test_in_another_region_the_messages_are_read_in_place_of_the_account(sandbox, connect):
    account = check_connection(connect(sandbox, region="ie1"))

    assert account.id == ACCOUNT_SID
    assert {call.path for call in sandbox.calls()} == {
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    }


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_that_is_not_active_is_told(sandbox, connect, status):
    sandbox.account_status = status
    with pytest.raises(AuthError, match="is not active"):
        check_connection(connect(sandbox))


def test_a_trial_account_is_good_and_gets_advice(sandbox, connect):
    sandbox.account_type = "Trial"
    (advice,) = check_connection(connect(sandbox)).advice

    assert "verified at Twilio" in advice.en


def test_a_hub_without_a_public_address_gets_advice(sandbox, connect):
    (advice,) = check_connection(connect(sandbox, callback_url=None)).advice

    assert "HUB_PUBLIC_URL" in advice.en


def test_an_answer_that_names_no_account_is_tried_later(sandbox, connect):
    sandbox.rubbish()
    with pytest.raises(TransientError):
        check_connection(connect(sandbox))
