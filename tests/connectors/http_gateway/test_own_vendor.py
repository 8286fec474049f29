"""The worked example of the README: a vendor that nobody wrote a plugin for."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from werkzeug.wrappers import Response

from connectors import http_gateway
from connectors.http_gateway.sandbox.courier import Post
from connectors.http_gateway.sandbox.server import CALLBACK_KEY, TOKEN, VendorSandbox
from hub.sdk import AuthError, LooksUp, ReceiptState, RefusedInbound, ReportState
from hub.testing.contract import PluginContract
from hub.testing.rig import Rig

README = (Path(http_gateway.__file__).parent / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"Its file:\n\n```toml\n(.*?)```", README, re.S)[1]


class KitsuneSandbox(VendorSandbox):
    """Kitsune SMS, as the README tells of it. `file` is the vendor file."""

    name = "kitsune"
    vendor = "kitsune"
    file: Path

    def application(self):
        app = Flask(__name__, static_folder=None)

        @app.get("/v1/<account>")
        def shown(account):
            known = request.headers.get("X-Api-Key") == TOKEN
            body = json.dumps({"result": "ok" if known else "who"})
            return Response(body, 200 if known else 401, mimetype="application/json")

        @app.post("/v1/<account>/sms")
        def send(account):
            if request.headers.get("X-Api-Key") != TOKEN:
                return Response('{"result": "who"}', 401, mimetype="application/json")
            told = request.get_json()
            if not told["message"]["to"].startswith("81"):
                return Response('{"result": "bad_number"}', mimetype="application/json")
            message = self.take(told["message"]["to"], told["message"]["text"], (told["ref"],))
            body = json.dumps({"result": "ok", "message": {"id": message.id}})
            return Response(body, mimetype="application/json")

        self.courier.start()
        return app

    def post_about(self, message):
        body = urlencode({"id": message.id, "state": "done"})
        return Post(body=body.encode(), kind="application/x-www-form-urlencoded")

    def connection_settings(self):
        return super().connection_settings() | {"vendor": str(self.file)}


@pytest.fixture(scope="module", autouse=True)
def file(tmp_path_factory):
    KitsuneSandbox.file = tmp_path_factory.mktemp("vendor") / "kitsune.toml"
    KitsuneSandbox.file.write_text(EXAMPLE, encoding="utf-8")


class TestKitsune(PluginContract):
    plugin = "http_gateway"
    sandbox = KitsuneSandbox


@pytest.fixture
def kitsune(connect):
    with KitsuneSandbox() as sandbox:
        yield sandbox, connect(sandbox)


def test_the_example_has_about_twenty_lines():
    assert len(EXAMPLE.splitlines()) <= 23


def test_an_sms_leaves_as_the_file_says(kitsune, sms):
    sandbox, connection = kitsune
    outgoing = sms()

    receipt = http_gateway.message_gateway(connection).send(outgoing)

    (message,) = sandbox.messages
    assert (receipt.state, receipt.reference) == (ReceiptState.ACCEPTED, message.id)
    assert (message.number, message.text, message.tags) == (
        "819012345678",
        outgoing.text,
        (outgoing.id,),
    )


def test_what_the_file_calls_a_bad_number_is_one(kitsune, sms):
    receipt = http_gateway.message_gateway(kitsune[1]).send(sms(number="+12025550123"))

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, "bad_number")


def test_a_wrong_key_names_the_settings_that_the_file_uses(connect, sms):
    with KitsuneSandbox() as sandbox:
        gateway = http_gateway.message_gateway(connect(sandbox, token="wrong"))
        with pytest.raises(AuthError) as refused:
            gateway.send(sms())

    assert "Check account, token in the settings of Vendor 1" in refused.value.words.en


def test_a_vendor_that_cannot_be_asked_is_never_asked(kitsune, connect, tmp_path):
    sandbox, _ = kitsune
    file = tmp_path / "k.toml"
    file.write_text(re.sub(r"check = .*\n", "", EXAMPLE), encoding="utf-8")
    connection = connect(sandbox, vendor=str(file))

    assert not isinstance(http_gateway.message_gateway(connection), LooksUp)
    (advice,) = http_gateway.check_connection(connection).advice
    assert "first SMS" in advice.en
    assert not sandbox.calls()


def inbound(sandbox, **changes):
    return Rig.inbound(None, sandbox.webhook(), **changes)


def test_its_results_are_read(kitsune):
    sandbox, connection = kitsune
    gateway = http_gateway.message_gateway(connection)

    (done,) = gateway.receive(inbound(sandbox))
    (lost,) = gateway.receive(inbound(sandbox, body=b"id=1&state=lost"))
    (new,) = gateway.receive(inbound(sandbox, body=b"id=1&state=new"))

    assert (done.state, done.reference) == (ReportState.DELIVERED, "00000000")
    assert lost.state is ReportState.UNDELIVERED
    assert (new.state, new.reason) == (ReportState.SUBMITTED, "unread_state")


def test_replies_and_source_addresses_can_be_described(kitsune, connect, tmp_path):
    sandbox, _ = kitsune
    file = tmp_path / "k.toml"
    replies = 'replies = { number = "from", text = "t" }'
    said = f'{{ kind = "form", addresses = ["203.0.113.0/28"], {replies} }}'
    file.write_text(EXAMPLE.replace('{ kind = "form" }', said), encoding="utf-8")
    gateway = http_gateway.message_gateway(connect(sandbox, vendor=str(file)))
    body = urlencode({"from": "819012345678", "t": "停止"}).encode()

    (reply,) = gateway.receive(inbound(sandbox, body=body, address="203.0.113.9"))
    with pytest.raises(RefusedInbound) as refused:
        gateway.receive(inbound(sandbox, body=body, address="192.0.2.1"))

    assert (reply.number, reply.text) == ("819012345678", "停止")
    assert gateway.profile.replies
    assert refused.value.reason == "wrong_address"


def test_a_vendor_without_callbacks_takes_none(kitsune, connect, tmp_path):
    sandbox, _ = kitsune
    file = tmp_path / "k.toml"
    file.write_text(EXAMPLE.replace('callback = { kind = "form" }\n', ""), encoding="utf-8")
    gateway = http_gateway.message_gateway(connect(sandbox, vendor=str(file)))

    with pytest.raises(RefusedInbound):
        gateway.receive(inbound(sandbox))
    assert not gateway.profile.reports
    assert inbound(sandbox).tail == CALLBACK_KEY
