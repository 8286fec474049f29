"""Reports and replies on their way from the sandbox through real callbacks into the plugin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.sdk import Inbound, RefusedInbound, Reply, ReportState

NUMBER = "+819012345678"


def test_a_delivered_sms_is_reported_by_the_hubs_own_key(gateway, hub, outgoing):
    receipt = gateway.send(outgoing())

    (report,) = hub.wait_for(1)

    assert report.state is ReportState.DELIVERED
    assert (report.key, report.reference) == (outgoing().id, receipt.reference)
    assert report.billed_units == 1


@pytest.mark.parametrize(
    ("digits", "state", "reason", "permanent"),
    [
        ("0001", ReportState.UNDELIVERED, "unreachable", False),
        ("0002", ReportState.UNDELIVERED, "unreachable", True),
        ("0003", ReportState.EXPIRED, "expired", None),
    ],
)
def test_the_last_digits_decide_what_is_reported(
    gateway, hub, outgoing, digits, state, reason, permanent
):
    gateway.send(outgoing(f"+81901234{digits}"))

    (report,) = hub.wait_for(1)

    assert (report.state, report.reason, report.permanent) == (state, reason, permanent)


def test_without_magic_every_number_is_delivered(gateway, sandbox, hub, outgoing):
    sandbox.set(magic=False)
    gateway.send(outgoing("+819012340002"))

    (report,) = hub.wait_for(1)

    assert report.state is ReportState.DELIVERED


def test_0005_is_delivered_without_a_report(gateway, hub, outgoing, wait_until):
    silent = outgoing("+819012340005")
    gateway.send(silent)
    wait_until(lambda: getattr(gateway.find(silent.id), "state", None) is ReportState.DELIVERED)

    gateway.send(outgoing())
    reports = hub.wait_for(1)

    assert [report.key for report in reports] == [outgoing().id]


def test_0006_is_reported_out_of_order_and_twice(gateway, hub, outgoing):
    sms = outgoing("+819012340006")
    gateway.send(sms)

    first, second, third = hub.wait_for(3)

    assert first == third
    assert (first.state, second.state) == (ReportState.DELIVERED, ReportState.SUBMITTED)
    assert second.at > first.at
    assert gateway.find(sms.id) == first


def test_0008_answers_with_stop(gateway, sandbox, hub, outgoing):
    gateway.send(outgoing("+819012340008"))
    assert len(sandbox.phone("+819012340008")) == 1

    report, reply = hub.wait_for(2)

    assert report.state is ReportState.DELIVERED
    assert (reply.number, reply.text) == ("+819012340008", "停止")


def test_a_repeated_post_is_reported_once(gateway, hub, outgoing):
    gateway.send(outgoing())
    gateway.send(outgoing())
    gateway.send(outgoing(id="another"))

    reports = hub.wait_for(2)

    # Which of two callbacks comes first is nobody's promise.
    assert {report.key for report in reports} == {outgoing().id, "another"}
    assert len(reports) == 2


def test_what_is_typed_on_the_phone_arrives_as_a_reply(gateway, sandbox, hub, outgoing, wait_until):
    gateway.send(outgoing())
    id_ = sandbox.reply(NUMBER, "ｽﾄｯﾌﾟ 𠮷田\n2行目")

    wait_until(lambda: any(isinstance(item, Reply) for item in hub.told()))
    (reply,) = [item for item in hub.told() if isinstance(item, Reply)]

    assert (reply.id, reply.number, reply.text) == (id_, NUMBER, "ｽﾄｯﾌﾟ 𠮷田\n2行目")
    wait_until(lambda: sandbox.phone(NUMBER)[-1].state == "arrived")


def test_a_phone_that_got_no_sms_cannot_answer(sandbox):
    with pytest.raises(LookupError):
        sandbox.reply(NUMBER, "もしもし")


def test_a_callback_the_hub_refuses_is_repeated_word_for_word(gateway, hub, outgoing, wait_until):
    hub.status = 503
    gateway.send(outgoing())
    wait_until(lambda: hub.requests)
    hub.status = 204

    first, second, *_ = hub.wait_for(2)

    assert first == second


def test_callbacks_are_given_up_after_five_tries(gateway, sandbox, hub, outgoing, wait_until):
    hub.status = 500
    gateway.send(outgoing())

    wait_until(lambda: sandbox.courier.given_up)

    assert len(hub.requests) == 5
    assert gateway.find(outgoing().id).state is ReportState.DELIVERED


def test_an_answer_that_never_reaches_the_hub_shows_so_on_the_phone(
    gateway, sandbox, hub, outgoing, wait_until
):
    hub.status = 401
    gateway.send(outgoing())
    sandbox.reply(NUMBER, "停止")

    wait_until(lambda: sandbox.phone(NUMBER)[-1].state == "lost")


def test_a_callback_kept_for_ten_minutes_is_refused_as_stale(gateway, hub, outgoing):
    gateway.send(outgoing())
    hub.wait_for(1)
    late = replace(hub.requests[0], received_at=datetime.now(UTC) + timedelta(minutes=10))

    with pytest.raises(RefusedInbound) as refused:
        gateway.receive(late)

    assert refused.value.reason == "stale"


def test_a_sandbox_whose_clock_is_ten_minutes_off_is_refused_as_stale(gateway, sandbox):
    sandbox.clock.advance(600)
    sample = sandbox.webhook()

    with pytest.raises(RefusedInbound) as refused:
        gateway.receive(
            Inbound(
                method=sample.method,
                tail=sample.path_tail,
                url="http://localhost/in/sms",
                query={},
                headers={name.lower(): value for name, value in sample.headers.items()},
                body=sample.body,
                received_at=datetime.now(UTC),
            )
        )

    assert refused.value.reason == "stale"
