"""Who is told of changes, and how stubbornly."""

import base64
import hashlib
import hmac
import json
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from connectors.salesforce.sandbox.outbound import message_waits

NS = "{http://soap.sforce.com/2005/09/outbound}"
ACK = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">'
    b"<Ack>true</Ack></notificationsResponse></e:Body></e:Envelope>"
)


class Listener:
    """Takes what is posted and answers with the next of `answers`, then with the last of them."""

    def __init__(self):
        self.answers = [(200, ACK)]
        self.got = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.got.append((self.path, dict(self.headers), body))
                answers = listener.answers
                status, text = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/crm/secret"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def notices(body):
    return ET.fromstring(body).findall(f".//{NS}Notification")


def settled(salesforce):
    assert salesforce.outbound.courier.settle(timeout=10)
    return dict(salesforce.outbound.courier.counts)


def test_a_change_is_told_in_soap_with_the_org_and_no_session(salesforce, contacts, listener):
    salesforce.outbound_to(listener.url)
    salesforce.hand.edit(contacts[0], {"SMS_Opt_Out__c": True})
    assert settled(salesforce) == {"sent": 1, "taken": 1}
    ((path, headers, body),) = listener.got
    assert path == "/hooks/crm/secret"
    assert headers["Content-Type"].startswith("text/xml")
    root = ET.fromstring(body)
    assert root.find(f".//{NS}OrganizationId").text == salesforce.org.id
    session = root.find(f".//{NS}SessionId")
    assert session.attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}
    (notice,) = notices(body)
    assert notice.find(f"{NS}Id").text.startswith("04l")
    values = {each.tag.split("}")[1]: each.text for each in notice.find(f"{NS}sObject")}
    assert values["Id"] == contacts[0]
    assert values["SMS_Opt_Out__c"] == "true"


def test_many_changes_come_a_hundred_at_a_time(salesforce, contacts, listener):
    salesforce.outbound_to(listener.url)
    salesforce.hand.edit_all(contacts, {"Title": "x"})
    settled(salesforce)
    assert [len(notices(body)) for _, _, body in listener.got] == [100, 40]
    ids = [n.find(f"{NS}Id").text for _, _, body in listener.got for n in notices(body)]
    assert len(set(ids)) == 140


@pytest.mark.parametrize(
    "answer", [(500, b""), (200, b"ok"), (200, ACK.replace(b"true", b"false"))]
)
def test_without_an_ack_it_is_sent_again_with_the_values_of_then(
    salesforce, contacts, listener, answer
):
    listener.answers = [answer, (200, ACK)]
    salesforce.outbound_to(listener.url, hurry=300)
    salesforce.hand.edit(contacts[0], {"SMS_Opt_Out__c": True})
    assert settled(salesforce) == {"sent": 2, "refused": 1, "taken": 1}
    first, second = (notices(body)[0].find(f"{NS}Id").text for _, _, body in listener.got)
    assert first == second


def test_nobody_at_home_is_tried_until_a_day_is_over(salesforce, contacts):
    salesforce.outbound_to("http://127.0.0.1:9/", hurry=10_000_000)
    salesforce.hand.edit(contacts[0], {"Title": "x"})
    counts = settled(salesforce)
    assert counts["dropped"] == 1
    assert counts["refused"] == len(message_waits(1.0)) + 1


def test_the_waits_double_to_two_hours_and_end_within_a_day():
    waits = message_waits(1.0)
    assert waits[:3] == (30.0, 60.0, 120.0)
    assert max(waits) == 7_200.0
    assert sum(waits) <= 86_400 < sum(waits) + 7_200
    assert message_waits(60.0)[0] == 0.5


def test_a_delivery_can_come_twice(salesforce, contacts, listener):
    salesforce.outbound_to(listener.url)
    salesforce.hand.edit(contacts[0], {"Title": "x"})
    settled(salesforce)
    assert salesforce.outbound.again() == 1
    settled(salesforce)
    first, second = (body for _, _, body in listener.got)
    assert first == second


def test_the_integration_users_own_writes_can_be_left_out(salesforce, api, contacts, listener):
    salesforce.outbound_to(listener.url, own_writes=False)
    api("PATCH", f"sobjects/Contact/{contacts[0]}", json={"Title": "x"})
    salesforce.hand.edit(contacts[1], {"Title": "x"})
    settled(salesforce)
    (told,) = [notices(body)[0].find(f"{NS}sObject")[0].text for _, _, body in listener.got]
    assert told == contacts[1]


def test_a_refused_change_is_not_told(salesforce, api, contacts, listener):
    salesforce.outbound_to(listener.url)
    records = [
        {"attributes": {"type": "Contact"}, "id": contacts[0], "Title": "x"},
        {"attributes": {"type": "Contact"}, "id": contacts[1], "Nope": 1},
    ]
    api("PATCH", "composite/sobjects", json={"allOrNone": True, "records": records})
    settled(salesforce)
    assert listener.got == []


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_flow_signs_its_body(salesforce, contacts, listener, encoding):
    listener.answers = [(202, b"{}")]
    salesforce.callout_to(listener.url, secret="s3cret", encoding=encoding)
    salesforce.hand.edit(contacts[0], {"Title": "x"})
    settled(salesforce)
    ((_, headers, body),) = listener.got
    digest = hmac.new(b"s3cret", body, hashlib.sha256).digest()
    wanted = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
    assert headers["X-Hub-Signature"] == wanted
    told = json.loads(body)
    assert (told["recordId"], told["object"], told["event"]) == (contacts[0], "Contact", "updated")


def test_a_flow_tries_again_with_the_same_key(salesforce, contacts, listener):
    listener.answers = [(500, b""), (202, b"{}")]
    salesforce.callout_to(listener.url, hurry=9_000)
    salesforce.hand.edit(contacts[0], {"Title": "x"})
    settled(salesforce)
    keys = [json.loads(body)["idempotencyKey"] for _, _, body in listener.got]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_nothing_leaves_this_machine(salesforce):
    with pytest.raises(ValueError, match="loopback only"):
        salesforce.outbound_to("https://hub.example.com/hooks/crm")
    with pytest.raises(ValueError, match="no object Nope"):
        salesforce.outbound_to("http://localhost:1/", object="Nope")
