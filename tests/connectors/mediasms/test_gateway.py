import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.mediasms import check_connection, client
from connectors.mediasms.gateway import MediaGateway
from connectors.mediasms.sandbox import MediaSandbox
from hub.messages.characters import unsupported
from hub.messages.segments import gateway_units
from hub.sdk import AuthError, ReceiptState, ReportState, TransientError
from hub.testing.faults import Fault, FaultKind, Rubbish


def refused_sign_ins(sandbox):
    return [call for call in sandbox.calls() if call.status == 401]


def test_an_sms_leaves_with_the_parameters_the_console_knows(gateway, sandbox, sms):
    outgoing = sms(text="ご予約は明日です。\n変更はお電話で")

    receipt = gateway.send(outgoing)

    (message,) = sandbox.messages
    assert (receipt.state, receipt.reference) == (ReceiptState.ACCEPTED, outgoing.id)
    assert (message.smsid, message.number, message.text) == (
        outgoing.id,
        "09012345678",
        outgoing.text,
    )
    assert (message.notify, message.two_way, message.title) == (True, True, "")


def test_prefix_title_and_number_style_are_the_settings(sandbox, connect, sms):
    connection = connect(
        sandbox, smsid_prefix="A1", sender_title="TOKYO-shop", number_style="international"
    )
    outgoing = sms()

    assert MediaGateway(connection).send(outgoing).reference == f"A1{outgoing.id}"

    (message,) = sandbox.messages
    assert (message.title, message.number) == ("TOKYO-shop", "09012345678")


def test_without_a_callback_key_no_results_are_asked_for(sandbox, connect, sms):
    gateway = MediaGateway(connect(sandbox, callback_key=None))

    gateway.send(sms())

    assert not sandbox.messages[0].notify
    assert (gateway.profile.reports, gateway.profile.replies) == (False, False)


def test_a_number_of_another_country_is_refused_without_a_call(gateway, sandbox, sms):
    assert gateway.send(sms(number="+12025550123")).reason == "bad_number"
    assert not sandbox.calls()


@pytest.mark.parametrize(
    ("number", "text", "reason"),
    [
        ("+81312345678", "x", "bad_number"),
        ("+818001234567", "x", "bad_number"),
        ("+819012345678", "", "content"),
        ("+819012345678", "髙島", "content"),
        ("+819012345678", "あ" * 661, "content"),
    ],
)
def test_what_the_console_refuses_is_final_with_its_reason(gateway, sms, number, text, reason):
    receipt = gateway.send(sms(number=number, text=text))

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, reason)


def test_a_lost_answer_and_a_second_post_make_one_sms(gateway, sandbox, sms):
    outgoing = sms()
    sandbox.drop(after=True)

    assert gateway.send(outgoing).state is ReceiptState.UNKNOWN
    again = gateway.send(outgoing)

    assert (again.state, again.reference) == (ReceiptState.ACCEPTED, outgoing.id)
    assert len(sandbox.messages) == 1
    assert [post.code for post in sandbox.posts] == ["200", "587"]


@pytest.mark.parametrize("kind", list(Rubbish))
def test_a_page_half_an_answer_or_none_says_neither_yes_nor_no(gateway, sandbox, sms, kind):
    sandbox.rubbish(kind=kind)

    assert gateway.send(sms()).state is ReceiptState.UNKNOWN


@pytest.mark.parametrize("status", [302, 403, 404, 408, 429, 500, 502, 503])
def test_a_bare_http_status_says_nothing(gateway, sandbox, sms, status):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=status))

    assert gateway.send(sms()).state is ReceiptState.UNKNOWN


def test_a_console_that_is_away_surely_took_nothing(gateway, sandbox, sms):
    sandbox.stop()

    assert gateway.send(sms()).state is ReceiptState.RETRY_LATER


def test_outside_the_permitted_hours_the_account_waits(gateway, sandbox, sms):
    sandbox.set(hours=[25, 26])

    receipt = gateway.send(sms())

    assert (receipt.state, receipt.reason) == (ReceiptState.RETRY_LATER, "outside_hours")
    assert receipt.retry_after == 1800
    assert not sandbox.messages


def test_above_the_consoles_rate_an_sms_waits_a_second(gateway, sandbox, sms):
    sandbox.clock.stop()
    sandbox.set(rate=2)

    states = [gateway.send(sms()).state for _ in range(3)]

    assert states == [ReceiptState.ACCEPTED] * 2 + [ReceiptState.RETRY_LATER]


def test_a_refused_password_is_never_sent_a_second_time(sandbox, connect, sms):
    connection = connect(sandbox, password="wrong-password")
    gateway = MediaGateway(connection)

    for _ in range(10):
        with pytest.raises(AuthError) as refused:
            gateway.send(sms())

    assert len(sandbox.calls()) == 1
    assert "Media 1" in refused.value.words.en
    assert "wrong-password" not in refused.value.words.en + refused.value.words.ja


def test_what_one_worker_learned_of_a_password_holds_for_all_and_for_the_test(
    sandbox, connect, sms
):
    connection = connect(sandbox, password="wrong-password")
    with pytest.raises(AuthError):
        MediaGateway(connection).send(sms())

    with pytest.raises(AuthError):
        MediaGateway(connection).send(sms())
    with pytest.raises(AuthError):
        check_connection(connection)

    assert len(sandbox.calls()) == 1


def test_a_refused_password_is_tried_again_after_an_hour(sandbox, connect, sms, monkeypatch):
    monkeypatch.setattr(client, "REFUSED_FOR", 0.05)
    connection = connect(sandbox, password="wrong-password")
    with pytest.raises(AuthError):
        check_connection(connection)
    sandbox.password = "wrong-password"
    time.sleep(0.06)

    assert check_connection(connection).id == sandbox.username


def test_a_password_changed_while_many_are_sent_does_not_get_the_address_blocked(
    sandbox, connect, sms
):
    gateways = [MediaGateway(connect(sandbox)) for _ in range(2)]
    for gateway in gateways:
        gateway.send(sms())
    sandbox.password = "changed-meanwhile"

    def send(turn):
        with pytest.raises(AuthError):
            gateways[turn % 2].send(sms())

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(send, range(40)))

    # Two workers, each with two requests under way.
    assert 1 <= sandbox.doorman.refusals() <= 4
    sandbox.password = sandbox.credentials()["password"]


@pytest.mark.parametrize(("count", "said"), [(3, "about to block"), (4, "has blocked")])
def test_a_console_that_blocks_or_is_about_to_says_so(sandbox, connect, sms, count, said):
    for _ in range(count):
        with pytest.raises(AuthError):
            MediaGateway(connect(sandbox, password="wrong-password")).send(sms())

    with pytest.raises(AuthError) as refused:
        MediaGateway(connect(sandbox, password="wrong-password")).send(sms())

    assert said in refused.value.words.en
    assert not sandbox.messages


def test_an_option_the_contract_does_not_have_stops_the_connection_and_names_the_setting(
    gateway, sandbox, sms
):
    sandbox.set(two_way=False)

    with pytest.raises(AuthError) as refused:
        gateway.send(sms())

    assert '"replies"' in refused.value.words.en
    assert not sandbox.messages


def test_a_401_without_a_body_is_a_refused_password_too(gateway, sandbox, sms):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=401))

    with pytest.raises(AuthError):
        gateway.send(sms())


def test_a_post_that_never_gets_its_turn_surely_did_not_leave(
    sandbox, connect, sms, monkeypatch, wait_until
):
    monkeypatch.setattr(client, "_WAIT_FOR_TURN", 0.05)
    gateway = MediaGateway(connect(sandbox, parallel=1))
    sandbox.stall(0.5)
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(gateway.send, sms())
        wait_until(lambda: sandbox.in_flight)

        assert gateway.send(sms()).state is ReceiptState.RETRY_LATER
        assert slow.result().state is ReceiptState.ACCEPTED
    assert len(sandbox.messages) == 1


def test_the_test_signs_in_and_sends_nothing(sandbox, connect):
    account = check_connection(connect(sandbox))

    assert (account.id, sandbox.username in account.label) == (sandbox.username, True)
    assert [call.method for call in sandbox.calls()] == ["GET"]
    assert not sandbox.posts


def test_what_became_of_an_sms_can_be_asked(gateway, sandbox, sms, wait_until):
    outgoing = sms(number="+819012340005")
    gateway.send(outgoing)
    wait_until(lambda: sandbox.messages[0].results)

    found = gateway.find(outgoing.id)

    assert (found.key, found.state) == (outgoing.id, ReportState.DELIVERED)
    assert gateway.find("0" * 31 + "f") is None


@pytest.mark.parametrize("kind", list(Rubbish))
def test_a_pull_that_got_rubbish_never_says_that_the_sms_did_not_come(gateway, sandbox, sms, kind):
    outgoing = sms()
    gateway.send(outgoing)
    sandbox.rubbish(kind=kind)

    with pytest.raises(TransientError):
        gateway.find(outgoing.id)


@pytest.mark.parametrize(
    ("long_text", "text", "fits"),
    [
        (False, "あ" * 70, True),
        (False, "あ" * 71, False),
        (False, "あ" + "a" * 69, True),
        (False, "あ" + "a" * 70, False),
        (False, "a" * 140, True),
        (False, "a" * 141, False),
        (False, "あ" * 68 + "\nあ", True),
        (False, "あ" * 69 + "\nあ", False),
        (False, "a" * 138 + "\n", True),
        (False, "a" * 139 + "\n", False),
        (True, "あ" * 660, True),
        (True, "あ" * 661, False),
        (True, "a" * 1320, True),
        (True, "a" * 1321, False),
    ],
)
def test_what_the_hub_lets_through_every_carrier_takes(
    sandbox, connect, sms, long_text, text, fits
):
    """The hub's count and the console's, written apart, agree on what surely fits."""
    gateway = MediaGateway(connect(sandbox, long_text=long_text))
    sandbox.set(long_text=long_text)

    assert (gateway_units(text, gateway.profile) <= gateway.profile.max_units) is fits
    if fits:
        assert gateway.send(sms(text=text)).state is ReceiptState.ACCEPTED


def test_characters_outside_shift_jis_are_told(gateway):
    bad = unsupported("髙橋様 ①㈱～😀 〜ー", gateway.profile)
    assert [each.char for each in bad] == list("髙①㈱～😀")


def test_no_secret_number_or_text_shows_in_logs_errors_or_reprs(sandbox, connect, sms, caplog):
    caplog.set_level(logging.DEBUG)
    connection = connect(sandbox)
    gateway = MediaGateway(connection)
    outgoing = sms(text="内緒の話です")
    gateway.send(outgoing)
    sandbox.rubbish()
    with pytest.raises(TransientError) as error:
        gateway.find(outgoing.id)

    shown = "".join(
        [
            *(record.getMessage() for record in caplog.records),
            str(error.value),
            error.value.words.ja,
            *map(repr, (gateway, connection, sandbox.messages, sandbox.posts)),
        ]
    )
    for hidden in (sandbox.password, "9012345678", outgoing.text):
        assert hidden not in shown


def test_the_proxy_of_the_environment_is_not_asked_for_this_machine(
    sandbox, connect, sms, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert MediaGateway(connect(sandbox)).send(sms()).state is ReceiptState.ACCEPTED


def test_two_sandboxes_do_not_share_what_they_took(sandbox, gateway, sms):
    gateway.send(sms())

    assert MediaSandbox().messages == []
    assert len(sandbox.messages) == 1
