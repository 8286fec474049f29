import logging
import socket
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox_gateway import check_connection, message_gateway
from connectors.sandbox_gateway.gateway import PhoneGateway
from hub.sdk import (
    AuthError,
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


def test_it_sends_listens_and_looks_up(sandbox, connect):
    gateway = message_gateway(connect(sandbox))

    assert isinstance(gateway, MessageGateway)
    assert isinstance(gateway, ReceivesReports)
    assert isinstance(gateway, LooksUp)


def test_the_profile_carries_the_rate_of_the_settings(sandbox, connect):
    profile = PhoneGateway(connect(sandbox, rate=7.5, burst=3)).profile

    assert (profile.rate, profile.burst, profile.max_units) == (7.5, 3, 670)
    assert profile.idempotency == "key"


def test_the_test_button_tells_the_account(sandbox, connect):
    assert check_connection(connect(sandbox)).id == "phone-sandbox"


def test_an_sms_is_taken_with_the_gateways_id_and_its_segments(gateway, sandbox):
    receipt = gateway.send(Outgoing(id="long", number="+819012345678", text="あ" * 71))

    assert receipt.state is ReceiptState.ACCEPTED
    assert receipt.billed_units == 2
    assert receipt.reference == sandbox.messages[0].id
    assert sandbox.messages[0].text == "あ" * 71


def test_a_repeated_key_gets_the_first_answer_and_sends_nothing(gateway, sandbox):
    first = gateway.send(SMS)

    assert gateway.send(SMS) == first
    assert len(sandbox.messages) == 1
    assert [post.repeat for post in sandbox.posts] == [False, True]


def test_a_refused_sms_stays_refused_when_it_is_repeated(gateway):
    sms = Outgoing(id="bad", number="+819012340004", text="x")

    assert gateway.send(sms) == gateway.send(sms)
    assert gateway.send(sms).reason == "bad_number"


@pytest.mark.parametrize(
    ("sms", "reason"),
    [
        (Outgoing(id="a", number="+819012340004", text="x"), "bad_number"),
        (Outgoing(id="b", number="+819012340007", text="x"), "opted_out"),
        (Outgoing(id="c", number="09012345678", text="x"), "bad_number"),
        (Outgoing(id="d", number="+819012345678", text="あ" * 671), "content"),
        (Outgoing(id="e", number="+819012345678", text=""), "content"),
        (
            Outgoing(
                id="f",
                number="+819012345678",
                text="x",
                not_after=datetime.now(UTC) - timedelta(seconds=5),
            ),
            "expired",
        ),
    ],
)
def test_what_can_never_arrive_is_rejected_with_its_reason(gateway, sandbox, sms, reason):
    receipt = gateway.send(sms)

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, reason)
    assert sandbox.phone_count() == 0


def test_the_longest_text_is_taken(gateway):
    sms = Outgoing(id="longest", number="+819012345678", text="あ" * 670)

    assert gateway.send(sms).state is ReceiptState.ACCEPTED


def test_a_throttled_sms_is_tried_again_after_the_time_the_gateway_names(gateway, sandbox):
    sandbox.throttle(retry_after=17)

    receipt = gateway.send(SMS)

    assert (receipt.state, receipt.retry_after) == (ReceiptState.RETRY_LATER, 17.0)
    assert sandbox.messages == []


def test_an_account_that_posts_too_fast_is_told_when_to_come_back(gateway, sandbox):
    sandbox.set(rate=0.05)
    gateway.send(SMS)

    receipt = gateway.send(Outgoing(id="key-2", number=SMS.number, text="x"))

    assert receipt.state is ReceiptState.RETRY_LATER
    assert 0 < receipt.retry_after <= 20
    assert [message.key for message in sandbox.messages] == ["key-1"]


def test_with_limits_off_an_account_posts_as_fast_as_it_can(gateway, sandbox):
    sandbox.set(rate=0.05)
    sandbox.limits = False
    gateway.send(SMS)

    receipt = gateway.send(Outgoing(id="key-2", number=SMS.number, text="x"))

    assert receipt.state is ReceiptState.ACCEPTED


def test_where_nobody_listens_the_sms_surely_did_not_leave(sandbox, connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    receipt = PhoneGateway(connect(sandbox, base_url=url)).send(SMS)

    assert receipt.state is ReceiptState.RETRY_LATER


def test_a_stalled_answer_leaves_the_sms_unknown_and_a_look_up_finds_it(
    sandbox, connect, wait_until
):
    gateway = PhoneGateway(connect(sandbox, timeout=0.2))
    sandbox.stall(0.5, path="/v1/messages")

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN
    wait_until(lambda: sandbox.messages)
    assert gateway.find(SMS.id) is not None


def test_a_connection_lost_after_the_sms_was_taken_leaves_it_unknown(gateway, sandbox):
    sandbox.drop(after=True)

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN
    assert gateway.send(SMS).state is ReceiptState.ACCEPTED
    assert len(sandbox.messages) == 1


def test_a_connection_lost_before_the_sms_was_taken_leaves_it_unknown_too(gateway, sandbox):
    sandbox.drop()

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN
    assert gateway.find(SMS.id) is None


@pytest.mark.parametrize("kind", list(Rubbish))
def test_rubbish_says_neither_yes_nor_no(gateway, sandbox, kind):
    sandbox.rubbish(kind=kind)

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN


@pytest.mark.parametrize("status", [500, 502, 503, 408, 302])
def test_an_error_of_the_server_leaves_the_sms_unknown(gateway, sandbox, status):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=status))

    assert gateway.send(SMS).state is ReceiptState.UNKNOWN


def test_a_wrong_key_is_told_with_the_connections_name_and_without_the_key(sandbox, connect):
    connection = connect(sandbox, **sandbox.bad_credentials())

    with pytest.raises(AuthError) as refused:
        PhoneGateway(connection).send(SMS)

    assert str(refused.value) == (
        'The sandbox gateway refused the API key of "Trial phones". '
        "Enter the key again in the settings of Trial phones."
    )
    with pytest.raises(AuthError):
        check_connection(connection)
    with pytest.raises(AuthError):
        PhoneGateway(connection).find(SMS.id)


def test_a_look_up_of_a_key_that_never_came_says_so(gateway):
    assert gateway.find("never posted") is None


def test_a_look_up_tells_what_was_reported(gateway, wait_until):
    gateway.send(Outgoing(id="key/2 ?", number="+819012340002", text="x"))
    wait_until(lambda: getattr(gateway.find("key/2 ?"), "permanent", None))

    found = gateway.find("key/2 ?")

    assert found.state is ReportState.UNDELIVERED
    assert (found.key, found.reason, found.permanent) == ("key/2 ?", "unreachable", True)


def test_a_look_up_of_what_nothing_is_known_of_gives_the_receipt_again(gateway):
    receipt = gateway.send(Outgoing(id="silent", number="+819012340010", text="x"))

    assert gateway.find("silent") == receipt


def test_a_look_up_of_a_refused_sms_gives_the_refusal_again(gateway):
    receipt = gateway.send(Outgoing(id="bad", number="+819012340004", text="x"))

    assert gateway.find("bad") == receipt


@pytest.mark.parametrize("kind", list(Rubbish))
def test_a_look_up_that_got_rubbish_never_says_that_the_sms_did_not_come(gateway, sandbox, kind):
    gateway.send(SMS)
    sandbox.rubbish(kind=kind)

    with pytest.raises(TransientError):
        gateway.find(SMS.id)


def test_a_404_of_another_server_never_says_that_the_sms_did_not_come(gateway, sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=404))

    with pytest.raises(TransientError):
        gateway.find(SMS.id)


def test_the_proxy_of_the_environment_is_not_asked_for_this_machine(sandbox, monkeypatch, connect):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert PhoneGateway(connect(sandbox)).send(SMS).state is ReceiptState.ACCEPTED


def test_no_key_number_or_text_shows_in_logs_errors_or_reprs(sandbox, caplog, connect):
    caplog.set_level(logging.DEBUG)
    gateway = PhoneGateway(connect(sandbox))
    gateway.send(SMS)
    sandbox.rubbish()
    with pytest.raises(TransientError) as error:
        gateway.find(SMS.id)

    shown = "".join(
        [caplog.text, str(error.value), error.value.words.ja, repr(gateway), repr(sandbox.messages)]
    )
    for hidden in (sandbox.api_key, SMS.number, SMS.number[1:], SMS.text):
        assert hidden not in shown
