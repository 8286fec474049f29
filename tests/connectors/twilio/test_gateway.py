import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.twilio import message_gateway
from connectors.twilio.gateway import SILENCE, TwilioGateway
from connectors.twilio.sandbox.server import API_KEY_SID, SERVICE_SID
from hub.sdk import (
    Acknowledges,
    AuthError,
    FindsSent,
    LooksUp,
    MessageGateway,
    Outgoing,
    ReceiptState,
    ReceivesReports,
    ReportState,
    TransientError,
)
from hub.testing.faults import Fault, FaultKind, Rubbish

SMS = Outgoing(id="key-1", number="+819012345678", text="明日のご予約の確認です")


def test_it_sends_listens_and_is_asked_by_what_was_sent(sandbox, connect):
    gateway = message_gateway(connect(sandbox))

    assert isinstance(gateway, MessageGateway)
    assert isinstance(gateway, ReceivesReports)
    assert isinstance(gateway, FindsSent)
    assert isinstance(gateway, Acknowledges)
    assert not isinstance(gateway, LooksUp)


def test_the_profile_carries_the_rate_of_the_settings(sandbox, connect):
    profile = TwilioGateway(connect(sandbox, rate=2.5)).profile

    assert (profile.rate, profile.burst, profile.max_units) == (2.5, 2, 670)
    assert profile.idempotency == "lookup"


@pytest.mark.parametrize(("region", "told"), [(None, "us"), ("ie1", "ie"), ("au1", "au")])
def test_the_profile_says_where_the_data_goes(sandbox, connect, region, told):
    assert TwilioGateway(connect(sandbox, region=region)).profile.data_region == told


@pytest.mark.parametrize(("sender", "told"), [("+815012345678", True), ("My Shop", False)])
def test_nobody_replies_to_a_name(sandbox, connect, sender, told):
    assert TwilioGateway(connect(sandbox, sender=sender)).profile.replies is told


def test_without_a_public_address_no_reports_come_by_themselves(sandbox, connect):
    profile = TwilioGateway(connect(sandbox, callback_url=None)).profile

    assert (profile.reports, profile.replies) == (False, False)


def test_an_sms_is_taken_with_twilios_id_and_its_segments(gateway, sandbox):
    receipt = gateway.send(replace(SMS, text="あ" * 71))

    assert receipt.state is ReceiptState.ACCEPTED
    assert receipt.billed_units == 2
    assert receipt.reference == sandbox.messages[0].sid
    assert sandbox.messages[0].body == "あ" * 71
    assert sandbox.messages[0].sender == "+15005550006"


def test_a_messaging_service_can_send(sandbox, connect):
    gateway = TwilioGateway(connect(sandbox, sender=None, messaging_service_sid=SERVICE_SID))
    receipt = gateway.send(SMS)

    assert (receipt.state, receipt.billed_units) == (ReceiptState.ACCEPTED, None)
    assert sandbox.messages[0].service_sid == SERVICE_SID


def test_without_an_api_key_the_auth_token_signs_in(sandbox, connect):
    connection = connect(sandbox, key_sid=None, key_secret=None)

    assert TwilioGateway(connection).send(SMS).state is ReceiptState.ACCEPTED


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+15005550001", "bad_number"),
        ("+15005550002", "sender"),
        ("+15005550003", "sender"),
        ("+15005550004", "opted_out"),
        ("+15005550009", "bad_number"),
        ("+819012340004", "bad_number"),
        ("+819012340007", "opted_out"),
        ("09012345678", "bad_number"),
    ],
)
def test_what_can_never_arrive_is_rejected_with_its_reason(gateway, sandbox, number, reason):
    receipt = gateway.send(replace(SMS, number=number))

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, reason)
    assert sandbox.messages == []


def test_a_senders_full_queue_is_tried_again(sandbox, connect):
    receipt = TwilioGateway(connect(sandbox, sender="+15005550008")).send(SMS)

    assert (receipt.state, receipt.reason) == (ReceiptState.RETRY_LATER, "quota")
    assert receipt.retry_after == 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "+15005550001"},
        {"sender": None, "messaging_service_sid": "MG" + "f" * 32},
    ],
)
def test_a_sender_that_is_none_stops_the_sending(sandbox, connect, wrong):
    with pytest.raises(AuthError, match=r'does not know the sender of "Twilio JP"'):
        TwilioGateway(connect(sandbox, **wrong)).send(SMS)
    assert sandbox.messages == []


def test_wrong_credentials_are_told_with_the_connections_name(sandbox, connect):
    gateway = TwilioGateway(connect(sandbox, **sandbox.bad_credentials()))
    with pytest.raises(AuthError) as refused:
        gateway.send(SMS)

    assert str(refused.value) == (
        'Twilio refused the account SID or the API key of "Twilio JP". '
        "Check in Twilio's console that the account is active, and enter both again in the "
        "settings of Twilio JP."
    )


def test_an_account_that_is_not_ours_stops_the_sending(sandbox, connect):
    with pytest.raises(AuthError):
        TwilioGateway(connect(sandbox, account_sid="AC" + "f" * 32)).send(SMS)


def test_an_sms_that_is_too_late_is_not_posted(gateway, sandbox):
    soon = datetime.now(UTC) + timedelta(seconds=3)
    receipt = gateway.send(replace(SMS, not_after=soon))

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, "expired")
    assert not sandbox.calls()


def test_a_storm_of_429_leaves_every_sms_for_later(gateway, sandbox):
    sandbox.throttle(times=20, retry_after=4)
    receipts = [gateway.send(replace(SMS, id=f"key-{turn}")) for turn in range(20)]

    assert {(each.state, each.retry_after) for each in receipts} == {
        (ReceiptState.RETRY_LATER, 4.0)
    }
    assert gateway.send(SMS).state is ReceiptState.ACCEPTED


def test_an_account_that_posts_too_fast_is_told_when_to_come_back(gateway, sandbox):
    sandbox.set(rate=0.05)
    gateway.send(SMS)
    receipt = gateway.send(SMS)

    assert receipt.state is ReceiptState.RETRY_LATER
    assert 0 < receipt.retry_after <= 20


def test_where_nobody_listens_the_sms_surely_did_not_leave(sandbox, connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    assert TwilioGateway(connect(sandbox, base_url=url)).send(SMS).state is ReceiptState.RETRY_LATER


@pytest.mark.parametrize("status", [500, 502, 503, 408, 302, 403, 404])
def test_an_answer_without_twilios_words_leaves_the_sms_unknown(gateway, sandbox, status):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=status))

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN


def test_an_sms_taken_before_the_line_broke_is_found_by_what_was_sent(gateway, sandbox, sent):
    sandbox.drop(after=True)

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN
    found = gateway.find_sent(sent(SMS, ago=30))
    assert found.state is ReceiptState.ACCEPTED
    assert found.reference == sandbox.messages[0].sid


def test_an_sms_that_never_came_is_so_after_three_minutes(gateway, sandbox, sent):
    sandbox.drop()

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN
    assert gateway.find_sent(sent(SMS, ago=30)).state is ReceiptState.UNKNOWN
    assert gateway.find_sent(sent(SMS, ago=200)) is None


def test_of_two_equal_sms_none_is_guessed(gateway, sent):
    first = gateway.send(SMS)
    second = gateway.send(SMS)

    assert gateway.find_sent(sent(SMS)).state is ReceiptState.UNKNOWN
    found = gateway.find_sent(sent(SMS, others=frozenset({first.reference})))
    assert found.reference == second.reference


def test_an_sms_whose_id_is_known_is_asked_for_by_it(gateway, sandbox, sent, wait_until):
    number = "+819012340005"
    receipt = gateway.send(replace(SMS, number=number))
    wait_until(lambda: sandbox.messages[0].status == "delivered")
    found = gateway.find_sent(sent(replace(SMS, number=number), reference=receipt.reference))

    assert (found.state, found.reference) == (ReportState.DELIVERED, receipt.reference)


def test_an_id_that_twilio_does_not_have_is_not_never(gateway, sent):
    with pytest.raises(TransientError):
        gateway.find_sent(sent(SMS, reference="SM" + "f" * 32))


def test_all_pages_of_a_number_are_read(gateway, sandbox, sent):
    sandbox.page_limit = 2
    gateway.send(SMS)
    for turn in range(4):
        gateway.send(replace(SMS, id=f"other-{turn}", text="別の文面"))

    assert gateway.find_sent(sent(SMS)).reference == sandbox.messages[0].sid


def test_a_number_with_too_many_sms_cannot_be_told(gateway, sandbox, sent):
    sandbox.page_limit = 1
    for turn in range(6):
        gateway.send(replace(SMS, id=f"key-{turn}", text=f"{turn}"))

    assert gateway.find_sent(sent(SMS)).state is ReceiptState.UNKNOWN


@pytest.mark.parametrize("kind", list(Rubbish))
def test_rubbish_on_a_later_page_is_not_never(gateway, sandbox, sent, kind):
    sandbox.page_limit = 1
    gateway.send(replace(SMS, text="x"))
    gateway.send(replace(SMS, text="y"))
    sandbox.faults.add(
        Fault(kind=FaultKind.RUBBISH, rubbish=kind, skip=1, method="GET", path="Messages")
    )
    with pytest.raises(TransientError):
        gateway.find_sent(sent(SMS))


def test_a_throttled_look_up_comes_back_with_the_delay(gateway, sandbox, sent):
    sandbox.throttle(retry_after=9)
    with pytest.raises(TransientError) as later:
        gateway.find_sent(sent(SMS))

    assert later.value.retry_after == 9


def test_callbacks_are_answered_with_twiml_that_says_nothing(gateway):
    assert gateway.acknowledge(None) == SILENCE
    assert (SILENCE.content_type, SILENCE.body) == ("text/xml; charset=utf-8", b"<Response/>")


def test_the_proxy_of_the_environment_is_not_asked_for_this_machine(sandbox, monkeypatch, connect):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert TwilioGateway(connect(sandbox)).send(SMS).state is ReceiptState.ACCEPTED


def test_no_credential_number_or_text_shows_in_logs_errors_or_reprs(sandbox, caplog, connect, sent):
    caplog.set_level(logging.INFO)
    gateway = TwilioGateway(connect(sandbox))
    asked = sent(SMS)
    gateway.send(SMS)
    sandbox.rubbish()
    with pytest.raises(TransientError) as error:
        gateway.find_sent(asked)

    shown = "".join(
        [caplog.text, str(error.value), error.value.words.ja]
        + [repr(each) for each in (gateway, asked, sandbox.messages)]
    )
    secrets = [value for key, value in sandbox.credentials().items() if "sid" not in key]
    for hidden in (*secrets, API_KEY_SID, SMS.number, SMS.number[1:], SMS.text):
        assert hidden not in shown
