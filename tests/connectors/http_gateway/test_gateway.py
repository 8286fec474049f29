"""Both described vendors, each with its double."""

from datetime import UTC, datetime

import pytest

from connectors import http_gateway
from connectors.http_gateway.sandbox import KaradenSandbox, ZettaiSandbox
from connectors.http_gateway.sandbox.message import Fate
from hub.sdk import AuthError, ReceiptState, ReportState, TransientError
from hub.testing.faults import Fault, FaultKind, Rubbish


def test_an_sms_leaves_in_the_vendors_own_form(gateway, sandbox, sms):
    outgoing = sms()

    receipt = gateway.send(outgoing)

    (message,) = sandbox.messages
    assert receipt.state is ReceiptState.ACCEPTED
    assert (message.number, message.text, message.tags) == (
        "09012345678",
        outgoing.text,
        (outgoing.id,),
    )


@pytest.mark.parametrize(
    ("changes", "reason"), [({"number": "+81312345678"}, "bad_number"), ({"text": ""}, "content")]
)
def test_what_the_vendor_refuses_is_final_with_its_reason(gateway, sms, changes, reason):
    receipt = gateway.send(sms(**changes))

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, reason)


def test_a_text_is_counted_as_the_vendor_counts(gateway, sms):
    assert gateway.send(sms(text="あ" * 660)).state is ReceiptState.ACCEPTED
    assert gateway.send(sms(text="あ" * 661)).reason == "content"
    assert gateway.profile.max_units == 660


@pytest.mark.parametrize("kind", list(Rubbish))
def test_a_page_half_an_answer_or_none_says_neither_yes_nor_no(gateway, sandbox, sms, kind):
    sandbox.rubbish(kind=kind)

    assert gateway.send(sms()).state is ReceiptState.UNKNOWN


@pytest.mark.parametrize("status", [200, 302, 404, 408, 500, 502, 503])
def test_a_bare_http_status_says_nothing(gateway, sandbox, sms, status):
    sandbox.faults.add(Fault(kind=FaultKind.STATUS, status=status))

    assert gateway.send(sms()).state is ReceiptState.UNKNOWN


def test_a_lost_answer_is_found_by_the_key_and_what_never_came_is_not(gateway, sandbox, sms):
    lost, never = sms(), sms()
    sandbox.drop(after=True)
    assert gateway.send(lost).state is ReceiptState.UNKNOWN

    found = gateway.find(lost.id)

    assert (found.state, found.key) == (ReportState.SUBMITTED, lost.id)
    assert gateway.find(never.id) is None


@pytest.mark.parametrize(
    ("digits", "state"),
    [
        ("5678", ReportState.DELIVERED),
        ("0001", ReportState.UNDELIVERED),
        ("0002", ReportState.UNDELIVERED),
    ],
)
def test_results_are_posted_and_a_look_up_tells_the_same(hub, gateway, sandbox, sms, digits, state):
    outgoing = sms(number=f"+8190{1234}{digits}")
    gateway.send(outgoing)
    count = 1 if digits == "0002" else 2

    last = hub.wait_for(count)[-1]

    assert (last.state, last.key) == (state, outgoing.id)
    assert gateway.find(outgoing.id) == last


def test_results_in_the_wrong_order_and_twice_are_two_reports(hub, gateway, sms):
    gateway.send(sms(number="+819012340006"))

    told = hub.wait_for(3)

    assert len({report.id for report in told}) == 2
    assert [report.state for report in told].count(ReportState.DELIVERED) == 2


def test_a_result_says_when_which_carrier_and_what_is_charged(hub, gateway, sms):
    gateway.send(sms(text="あ" * 71))

    last = hub.wait_for(2)[-1]

    assert last.billed_units == 2
    assert last.carrier.lower() == "docomo"
    assert abs(last.at - datetime.now(UTC)).total_seconds() < 60


def test_a_result_that_is_not_posted_can_be_asked_for(gateway, sandbox, sms, wait_until):
    outgoing = sms(number="+819012340005")
    gateway.send(outgoing)
    wait_until(lambda: sandbox.messages[0].fate is Fate.ARRIVED)

    assert gateway.find(outgoing.id).state is ReportState.DELIVERED


def test_a_wrong_token_stops_the_connection_with_a_sentence(sandbox, connect, sms):
    connection = connect(sandbox, **sandbox.bad_credentials())

    for ask in (
        lambda: http_gateway.message_gateway(connection).send(sms()),
        lambda: http_gateway.message_gateway(connection).find("x"),
        lambda: http_gateway.check_connection(connection),
    ):
        with pytest.raises(AuthError) as refused:
            ask()
        assert "account, service, token" in refused.value.words.en
        assert "Vendor 1" in refused.value.words.ja
    assert not sandbox.messages


def test_a_wrong_account_or_service_is_no_refusal_of_the_person(sandbox, connect, sms):
    for wrong in ({"account": "99999"}, {"service": "99999"}):
        with pytest.raises(AuthError):
            http_gateway.message_gateway(connect(sandbox, **wrong)).send(sms())


def test_the_test_signs_in_and_sends_nothing(sandbox, connect):
    account = http_gateway.check_connection(connect(sandbox))

    assert account.id == "sandbox-tenant"
    assert [call.method for call in sandbox.calls()] == ["GET"]


def test_without_a_callback_key_results_are_asked_for(sandbox, connect):
    profile = http_gateway.message_gateway(connect(sandbox, callback_key=None)).profile

    assert not profile.reports


def test_rate_and_burst_of_the_connection_come_before_the_files(sandbox, connect):
    profile = http_gateway.message_gateway(connect(sandbox, rate=7.5, burst=3)).profile

    assert (profile.rate, profile.burst) == (7.5, 3)


def test_a_look_up_that_gives_other_peoples_sms_is_no_answer(gateway, sandbox, sms):
    gateway.send(sms())
    tagged = sandbox.memory.tagged
    sandbox.memory.tagged = lambda tag: tagged(None)

    with pytest.raises(TransientError):
        gateway.find("of-nobody")


def test_karaden_is_told_until_when_an_sms_may_leave(connect, sms):
    with KaradenSandbox() as sandbox:
        gateway = http_gateway.message_gateway(connect(sandbox))
        gateway.send(sms(not_after=datetime(2026, 1, 13, 11, 0, tzinfo=UTC)))
        gateway.send(sms())

        assert [one.until for one in sandbox.messages] == ["2026-01-13T20:00:00+09:00", None]


def test_karaden_takes_two_sms_with_one_tag_so_the_hub_must_ask_first(connect, sms):
    with KaradenSandbox() as sandbox:
        gateway = http_gateway.message_gateway(connect(sandbox))
        gateway.send(sms(id="a"))
        gateway.send(sms(id="a"))

        assert len(sandbox.messages) == 2
        assert gateway.profile.idempotency == "lookup"


def test_zettai_reach_knows_a_client_tag_again(connect, sms):
    with ZettaiSandbox() as sandbox:
        gateway = http_gateway.message_gateway(connect(sandbox))
        first, again = gateway.send(sms(id="a")), gateway.send(sms(id="a"))

        assert (first.state, again.state) == (ReceiptState.ACCEPTED, ReceiptState.ACCEPTED)
        assert first.reference == again.reference == "a"
        assert len(sandbox.messages) == 1
