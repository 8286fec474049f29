"""The way back: what the stand-in posts to the hub, signed, and what the plugin makes of it."""

import pytest

from hub.sdk import DeliveryReport, Reply, ReportState


def states(told):
    return [each.state for each in told if isinstance(each, DeliveryReport)]


def test_an_sms_is_reported_under_our_key_and_twilios_id(gateway, hub, outgoing):
    receipt = gateway.send(outgoing(id="0b6f-1"))
    told = hub.wait_for(2)

    assert states(told) == [ReportState.SUBMITTED, ReportState.DELIVERED]
    assert {(each.key, each.reference) for each in told} == {("0b6f-1", receipt.reference)}


def test_a_report_finds_its_message_even_where_the_answer_was_lost(gateway, hub, outgoing, sandbox):
    sandbox.drop(after=True)
    gateway.send(outgoing(id="0b6f-2"))

    assert {each.key for each in hub.wait_for(2)} == {"0b6f-2"}


@pytest.mark.parametrize(
    ("digits", "state", "reason", "permanent"),
    [
        ("0001", ReportState.UNDELIVERED, "unreachable", False),
        ("0002", ReportState.UNDELIVERED, "bad_number", True),
        ("0009", ReportState.UNDELIVERED, "content", None),
    ],
)
def test_a_failure_tells_why(gateway, hub, outgoing, digits, state, reason, permanent):
    gateway.send(outgoing(f"+81901234{digits}"))
    last = hub.wait_for(2)[-1]

    assert (last.state, last.reason, last.permanent) == (state, reason, permanent)


def test_a_validity_period_that_ended_is_told(gateway, hub, outgoing):
    gateway.send(outgoing("+819012340003"))

    assert states(hub.wait_for(1)) == [ReportState.EXPIRED]


def test_a_report_that_comes_again_has_the_same_id(gateway, hub, outgoing):
    gateway.send(outgoing("+819012340006"))
    told = hub.wait_for(3)

    assert states(told) == [ReportState.DELIVERED, ReportState.SUBMITTED, ReportState.DELIVERED]
    assert told[0] == told[2]


def test_a_callback_that_found_the_store_away_comes_again(gateway, hub, outgoing):
    hub.statuses = [503, 503]
    gateway.send(outgoing("+819012340003"))

    assert states(hub.wait_for(1)) == [ReportState.EXPIRED]


def test_stop_is_told_and_ends_what_twilio_takes(gateway, hub, outgoing):
    sms = outgoing("+819012340008")
    gateway.send(sms)
    reply = next(each for each in hub.wait_for(3) if isinstance(each, Reply))

    assert (reply.number, reply.text, reply.handled_as) == (sms.number, "STOP", "stop")
    assert gateway.send(outgoing("+819012340008", id="again")).reason == "opted_out"


def test_without_advanced_opt_out_the_word_is_left_to_the_hub(gateway, hub, outgoing, sandbox):
    sandbox.set(advanced=False)
    gateway.send(outgoing())
    sandbox.reply("+819012345678", "Stop")
    reply = next(each for each in hub.wait_for(3) if isinstance(each, Reply))

    assert (reply.text, reply.handled_as) == ("Stop", None)


def test_start_opens_again_at_twilio(gateway, hub, outgoing, sandbox):
    gateway.send(outgoing())
    sandbox.reply("+819012345678", "STOP")
    sandbox.reply("+819012345678", "START")
    hub.wait_for(4)
    kinds = [each.handled_as for each in hub.told() if isinstance(each, Reply)]

    assert sorted(kinds) == ["start", "stop"]


def test_a_reply_in_japanese_comes_whole(gateway, hub, outgoing, sandbox):
    text = "ありがとう😀\n& + = %"
    gateway.send(outgoing())
    sandbox.reply("+819012345678", text)
    replies = [each for each in hub.wait_for(3) if isinstance(each, Reply)]

    assert [each.text for each in replies] == [text]
