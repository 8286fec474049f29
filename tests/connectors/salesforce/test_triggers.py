"""Who calls is believed by secret and organisation, or by a signature over the body."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.outbound import read_message
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.triggers import SalesforceTriggers, long_id
from hub.sdk import Inbound, Ref, RefusedInbound

from .conftest import Connect

SECRET = "kQ3v8Zr1Lm5Xp0Tb7Yn2Wd"
FLOW = {
    "recordId": "0035i0000000001",
    "object": "Contact",
    "event": "birthday",
    "idempotencyKey": "0035i0000000001-2026",
}


def call(body: bytes, *, tail: str = "", **headers: str) -> Inbound:
    return Inbound(
        method="POST",
        tail=tail,
        url="https://hub.example.jp/in/crm/",
        query={},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        received_at=datetime(2026, 1, 13, tzinfo=UTC),
    )


def flow(told: dict[str, Any], secret: str = SECRET) -> Inbound:
    body = json.dumps(told).encode()
    sign = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return call(body, x_hub_signature=f"sha256={sign}")


def notice(org: str = "00D000000000001", count: int = 1, record: str = "0035i0000000001") -> bytes:
    inner = "".join(
        f"<Notification><Id>04l{n:012d}AAA</Id>"
        '<sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"<sf:Id>{record}</sf:Id><sf:MobilePhone>090-0000-0000</sf:MobilePhone>"
        "</sObject></Notification>"
        for n in range(count)
    )
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{org}</OrganizationId><ActionId>04k</ActionId>"
        f'<SessionId xsi:nil="true"/>{inner}</notifications></s:Body></s:Envelope>'
    ).encode()


@pytest.fixture
def triggers(connect: Connect) -> SalesforceTriggers:
    return SalesforceTriggers(connect(webhook_secret=SECRET, organization_id="00D000000000001EAA"))


def test_an_outbound_message_gives_an_event_for_each_notice(triggers: SalesforceTriggers) -> None:
    events = triggers.receive(call(notice(count=100), tail=SECRET))

    assert len({event.id for event in events}) == 100
    assert events[0].ref == Ref("Contact", long_id("0035i0000000001"))


def test_it_is_acknowledged_in_soap_and_a_flow_in_the_hubs_own_way(
    triggers: SalesforceTriggers,
) -> None:
    answer = triggers.acknowledge(call(notice(), tail=SECRET))

    assert answer is not None
    assert answer.content_type.startswith("text/xml")
    assert b"<Ack>true</Ack>" in answer.body
    assert triggers.acknowledge(flow(FLOW)) is None


def test_the_sandboxes_own_message_is_believed(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    sample = salesforce.webhook()
    (event,) = SalesforceTriggers(connect()).receive(call(sample.body, tail=sample.path_tail))

    assert event.ref is not None
    assert event.ref.object == "Contact"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (call(notice(), tail="wrong"), "wrong_secret"),
        (call(notice()), "wrong_secret"),
        (call(notice(org="00D000000000002"), tail=SECRET), "wrong_organization"),
        (call(notice(record="' OR Id != '"), tail=SECRET), "malformed"),
        (call(notice(count=0), tail=SECRET), "malformed"),
        (call(notice(count=101), tail=SECRET), "malformed"),
        (flow(FLOW, "another-secret-of-22-characters"), "wrong_secret"),
        (flow({**FLOW, "event": ["x"]}), "malformed"),
        (flow({**FLOW, "recordId": "x"}), "malformed"),
        (call(b"{}", x_hub_signature="not hex"), "wrong_secret"),
    ],
)
def test_what_is_not_to_be_believed_is_refused(
    triggers: SalesforceTriggers, request_: Inbound, reason: str
) -> None:
    with pytest.raises(RefusedInbound) as caught:
        triggers.receive(request_)

    assert caught.value.reason == reason


def test_a_document_type_is_refused_before_anything_can_grow(triggers: SalesforceTriggers) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + notice()

    with pytest.raises(RefusedInbound):
        triggers.receive(call(bomb, tail=SECRET))


def test_a_flow_may_sign_in_hexadecimal_or_base64(triggers: SalesforceTriggers) -> None:
    body = json.dumps(FLOW).encode()
    sign = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    (event,) = triggers.receive(call(body, x_hub_signature=sign))

    assert (event.id, event.type) == ("0035i0000000001-2026", "birthday")
    assert triggers.receive(flow(FLOW)) == [event]


def test_records_of_other_objects_are_no_events(triggers: SalesforceTriggers) -> None:
    assert triggers.receive(flow({**FLOW, "object": "Account"})) == []


def test_an_outbound_message_without_a_known_organisation_is_refused(connect: Connect) -> None:
    triggers = SalesforceTriggers(connect(webhook_secret=SECRET, organization_id=None))
    with pytest.raises(RefusedInbound, match="organization_id"):
        triggers.receive(call(notice(), tail=SECRET))


def test_the_old_secret_is_good_while_a_new_one_is_brought_in(connect: Connect) -> None:
    both = f"aN0ther-Secret-0f-22-Chars,{SECRET}"
    triggers = SalesforceTriggers(connect(webhook_secret=both, organization_id="00D000000000001"))

    assert triggers.receive(call(notice(), tail=SECRET))


@given(st.binary(max_size=400))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"message|document type|too deep|notice"):
        read_message(body)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("0013000000c5QJA", "0013000000c5QJAAA2"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaAAA"),
        ("AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA555"),
    ],
)
def test_a_short_id_becomes_the_long_one(short: str, long: str) -> None:
    assert long_id(short) == long
    assert long_id(long) == long
