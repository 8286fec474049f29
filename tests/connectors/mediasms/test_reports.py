"""Results and replies on their way from the sandbox through real callbacks into the plugin."""

import pytest

from hub.sdk import Reply, ReportState


def test_one_request_has_several_results_and_each_names_the_hubs_key(gateway, hub, sms):
    outgoing = sms()
    gateway.send(outgoing)

    sending, delivered = hub.wait_for(2)

    assert (sending.state, delivered.state) == (ReportState.SUBMITTED, ReportState.DELIVERED)
    assert {sending.key, delivered.key} == {outgoing.id}


@pytest.mark.parametrize(
    ("digits", "told"),
    [
        ("0001", [("undelivered", "unreachable")] * 2),
        ("0002", [("undelivered", "bad_number")]),
        ("0003", [("undelivered", "unreachable"), ("delivered", None)]),
        ("0007", [("rejected", "opted_out")]),
        ("0011", [("undelivered", "partly")]),
        ("0012", [("delivered", None), ("delivered", "opened")]),
    ],
)
def test_the_last_digits_decide_what_is_reported(gateway, hub, sms, digits, told):
    gateway.send(sms(number=f"+81901234{digits}"))

    assert [(item.state.value, item.reason) for item in hub.wait_for(len(told))] == told


def test_0006_is_reported_out_of_order_and_twice(gateway, hub, sms):
    gateway.send(sms(number="+819012340006"))

    first, second, third = hub.wait_for(3)

    assert first == third
    assert (first.state, second.state) == (ReportState.DELIVERED, ReportState.SUBMITTED)


def test_0005_is_delivered_and_nobody_is_told(gateway, sandbox, hub, sms, wait_until):
    gateway.send(sms(number="+819012340005"))
    wait_until(lambda: sandbox.messages[0].results)
    gateway.send(sms())

    assert {item.key for item in hub.wait_for(2)} == {f"{1:032x}"}


def test_0008_answers_with_stop(gateway, hub, sms):
    gateway.send(sms(number="+819012340008"))

    items = hub.wait_for(3)

    (reply,) = [item for item in items if isinstance(item, Reply)]
    assert (reply.number, reply.text, reply.handled_as) == ("09012340008", "停止", None)
    assert reply.at is not None


def test_what_is_typed_on_the_handset_arrives_whole(gateway, sandbox, hub, sms, wait_until):
    gateway.send(sms())
    sandbox.reply("09012345678", "ｽﾄｯﾌﾟ 吉田\n2行目")

    wait_until(lambda: any(isinstance(item, Reply) for item in hub.told()))
    (reply,) = [item for item in hub.told() if isinstance(item, Reply)]
    assert reply.text == "ｽﾄｯﾌﾟ 吉田\n2行目"


def test_a_number_that_tapped_the_consoles_opt_out_address_is_opted_out(gateway, sandbox, hub, sms):
    sandbox.tap("09012345678")
    gateway.send(sms())

    (told,) = hub.wait_for(1)

    assert (told.state, told.reason) == (ReportState.REJECTED, "opted_out")


def test_the_same_text_to_the_same_number_within_a_minute_is_a_duplicate(
    gateway, sandbox, hub, sms
):
    first, second = sms(text="同じ"), sms(text="同じ")
    gateway.send(first)
    gateway.send(second)

    reasons = {item.key: item.reason for item in hub.wait_for(3)}

    assert reasons == {first.id: None, second.id: "repeated_text"}


def test_a_forbidden_word_is_reported_as_the_text(gateway, sandbox, hub, sms):
    sandbox.set(forbidden=["内緒"])
    gateway.send(sms(text="内緒です"))

    assert hub.wait_for(1)[0].reason == "content"


def test_a_callback_the_hub_refuses_is_repeated_word_for_word(gateway, hub, sms, wait_until):
    hub.status = 503
    gateway.send(sms(number="+819012340002"))
    wait_until(lambda: hub.requests)
    hub.status = 200

    first, second, *_ = hub.wait_for(2)

    assert first == second


def test_callbacks_are_given_up_after_five_tries(gateway, sandbox, hub, sms, wait_until):
    hub.status = 500
    gateway.send(sms(number="+819012340002"))

    wait_until(lambda: sandbox.courier.given_up)

    assert len(hub.requests) == 5
