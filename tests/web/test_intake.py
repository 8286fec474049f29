"""The address that platforms call: answers that tell a stranger nothing."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.messages.replies import AS_SHIPPED
from hub.sdk import Event, Inbound
from hub.store import events as event_rows
from hub.store.database import Database
from hub.web import intake

from ..contacts.town import Hubs, Platform

EVENT = [{"id": "e1", "type": "record_added", "record": "1"}]


@pytest.fixture
def hub(sqlite_url: str) -> Iterator[Hubs]:
    hub = Hubs(sqlite_url, crm=Platform())
    yield hub
    hub.db.close()


@pytest.fixture
def client(hub: Hubs) -> FlaskClient:
    return client_of(hub)


def client_of(hub: Hubs) -> FlaskClient:
    app = Flask(__name__)
    # As hub.web.app has it.
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    parts = SimpleNamespace(
        config=SimpleNamespace(public_url="https://hub.example.jp"),
        database=hub.db,
        cipher=hub.cipher,
        connections=hub.connections,
        bells=hub.bells,
        clock=hub.clock,
        listening=AS_SHIPPED,
    )
    app.register_blueprint(intake.blueprint(parts))  # type: ignore[arg-type]
    return app.test_client()


def test_a_genuine_webhook_is_stored_and_acknowledged(hub: Hubs, client: FlaskClient) -> None:
    answer = client.post("/in/crm/sesame", json=EVENT)
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert hub.count("event") == 1


def test_a_platform_that_wants_its_own_kind_of_answer_gets_it_once_all_is_stored(
    hub: Hubs, client: FlaskClient
) -> None:
    answer = client.post("/in/crm/sesame", json=EVENT, headers={"Accept": "text/xml"})
    assert (answer.data, answer.content_type) == (b"<Ack>true</Ack>", "text/xml")
    assert hub.count("event") == 1
    refused = client.post("/in/crm/guess", json=EVENT, headers={"Accept": "text/xml"})
    assert b"Ack" not in refused.data


def test_unknown_connection_and_wrong_secret_look_alike(hub: Hubs, client: FlaskClient) -> None:
    wrong = client.post("/in/crm/guess", json=EVENT)
    unknown = client.post("/in/nobody/guess", json=EVENT)
    assert (wrong.status_code, unknown.status_code) == (401, 404)
    assert wrong.data == unknown.data
    assert hub.count("event") == 0


@pytest.mark.parametrize("told_length", [True, False])
def test_a_body_over_the_limit_is_refused_and_counted(
    hub: Hubs, client: FlaskClient, told_length: bool
) -> None:
    body = b"x" * (intake.LIMIT + 1)
    if told_length:
        answer = client.post("/in/crm/sesame", data=body)
    else:
        answer = client.post(
            "/in/crm/sesame",
            input_stream=BytesIO(body),
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert answer.status_code == 413
    with hub.db.read() as tx:
        assert event_rows.refused_counts(tx, hub.ids["crm"]) == {"too_large": 1}


def test_a_store_that_is_away_lets_the_platform_repeat(hub: Hubs, client: FlaskClient) -> None:
    away = Database("postgresql://nobody@/nowhere?host=/nonexistent")
    hub.connections._database = away
    answer = client.post("/in/crm/sesame", json=EVENT)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    away.close()


class Listening(Platform):
    """Remembers who called."""

    def __init__(self) -> None:
        super().__init__()
        self.callers: list[str | None] = []

    def receive(self, request: Inbound) -> Sequence[Event]:
        self.callers.append(request.address)
        return super().receive(request)


def test_a_plugin_is_told_the_callers_address_and_never_what_a_caller_says_of_itself(
    sqlite_url: str,
) -> None:
    platform = Listening()
    hub = Hubs(sqlite_url, crm=platform)
    client_of(hub).post(
        "/in/crm/sesame",
        json=EVENT,
        headers={"X-Forwarded-For": "203.0.113.9"},
        environ_overrides={"REMOTE_ADDR": "198.51.100.7"},
    )
    assert platform.callers == ["198.51.100.7"]
    hub.db.close()
