"""The whole way: a hub built from plugins.toml, its own intake, and callbacks that are signed."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from connectors.twilio.sandbox import TwilioSandbox
from connectors.twilio.sandbox.server import ACCOUNT_SID, AUTH_TOKEN, SENDER
from connectors.twilio.sandbox.signing import signed
from hub.factory import Hub, build
from hub.sdk import Outgoing, ReceiptState
from hub.store.tables.messages import reply, report
from hub.web import intake

NUMBER = "+819012345678"


@pytest.fixture
def hub(
    sandbox: TwilioSandbox, ready_sqlite_url: str, redis_url: str, tmp_path: Path
) -> Iterator[Hub]:
    """A hub that serves its intake on the very address it tells Twilio."""
    app = Flask(__name__)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    file = tmp_path / "plugins.toml"
    file.write_text(
        f"""
[plugins]
load = ["twilio"]

[connections.sms]
plugin = "twilio"
label = "Twilio JP"
account_sid = "{ACCOUNT_SID}"
auth_token = {{ env = "TWILIO_AUTH_TOKEN" }}
sender = "{SENDER}"
base_url = "{sandbox.base_url}"
""",
        encoding="utf-8",
    )
    hub = build(
        {
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{server.server_port}",
            "HUB_DATA_DIR": str(tmp_path / "var"),
            "HUB_DATABASE_URL": ready_sqlite_url,
            "HUB_REDIS_URL": redis_url,
            "HUB_PLUGINS_FILE": str(file),
        }
    )
    app.register_blueprint(intake.blueprint(hub))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()
    hub.database.close()


def rows(hub: Hub, table: sa.Table) -> list[Any]:
    with hub.database.read() as tx:
        return list(tx.execute(sa.select(table).order_by(table.c.id)))


def send(hub: Hub, key: str) -> ReceiptState:
    connection = hub.connections.open(hub.connections.row("sms"))
    gateway = hub.registry.plugin("twilio").message_gateway(connection)
    return gateway.send(
        Outgoing(id=key, number=NUMBER, text="確認です", callback_url=connection.callback_url)
    ).state


def test_reports_of_an_sms_are_stored_under_its_key(hub, sandbox, wait_until):
    assert send(hub, "0b6f-4c1d") is ReceiptState.ACCEPTED
    wait_until(lambda: len(rows(hub, report)) == 2)

    told = rows(hub, report)
    assert {each.key for each in told} == {"0b6f-4c1d"}
    assert {each.reference for each in told} == {sandbox.messages[0].sid}
    assert {each.state for each in told} == {"submitted", "delivered"}
    assert sandbox.courier.given_up == 0


def test_stop_is_stored_as_an_opt_out(hub, sandbox, wait_until):
    send(hub, "0b6f-4c1e")
    sandbox.reply(NUMBER, "Stop")
    wait_until(lambda: rows(hub, reply))

    assert [each.outcome for each in rows(hub, reply)] == ["stop"]


def test_a_reply_is_answered_with_twiml_that_sends_nothing(hub):
    url = f"{hub.config.public_url}/in/sms/"
    fields = {
        "MessageSid": "SM1",
        "SmsStatus": "received",
        "From": NUMBER,
        "To": SENDER,
        "Body": "ありがとう",
    }
    headers, body = signed(url, fields, AUTH_TOKEN)
    answer = requests.post(url, data=body, headers=headers, timeout=5)

    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert [each.outcome for each in rows(hub, reply)] == ["kept"]


@pytest.mark.parametrize("address", ["https://sms.example.jp/in/sms/", "http://127.0.0.1/in/sms/x"])
def test_a_call_signed_for_another_address_is_refused(hub, address):
    headers, body = signed(address, {"MessageSid": "SM1", "MessageStatus": "sent"}, AUTH_TOKEN)
    url = f"{hub.config.public_url}/in/sms/"
    answer = requests.post(url, data=body, headers=headers, timeout=5)

    assert answer.status_code == 401
    assert rows(hub, report) == []
