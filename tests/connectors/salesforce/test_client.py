"""One sign-in again for each call, with its headers; nothing but success is believed."""

import threading
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.refusals import Refusal, Throttled
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.sandbox.tokens import stranger_pem
from connectors.salesforce.transport import ToThisMachine
from hub.sdk import AuthError, ConfigError, TransientError

from .conftest import Connect

QUERY = "SELECT Id FROM Contact ORDER BY Id LIMIT 5"


def sign_ins(salesforce: SalesforceSandbox) -> int:
    return len([call for call in salesforce.calls() if call.path.endswith("/token")])


def test_both_flows_sign_in(salesforce: SalesforceSandbox, connect: Connect) -> None:
    secret = salesforce.credentials()["client_secret"]
    by_secret = connect(auth="client_credentials", client_secret=secret)

    assert len(SalesforceClient(connect()).query(QUERY)) == 5
    assert len(SalesforceClient(by_secret).query(QUERY)) == 5


def test_an_expired_token_costs_one_sign_in_and_no_answer(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    client = SalesforceClient(connect())
    client.query(QUERY)
    salesforce.tokens.expire()

    assert len(client.query(QUERY)) == 5
    assert sign_ins(salesforce) == 2


def test_a_call_repeated_after_a_sign_in_keeps_its_headers(
    salesforce: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    whole = HTTPAdapter.send

    def look(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> Any:
        seen.append(request.headers.get("Sforce-Query-Options"))
        return whole(self, request, **options)

    client = SalesforceClient(connect())
    client.query(QUERY)
    salesforce.tokens.expire()
    monkeypatch.setattr(HTTPAdapter, "send", look)
    client.call("GET", "limits", headers={"Sforce-Query-Options": "batchSize=200"})

    assert seen == ["batchSize=200", None, "batchSize=200"]


def test_many_threads_with_one_expired_token_sign_in_once(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    client = SalesforceClient(connect())
    client.query(QUERY)
    salesforce.tokens.expire()
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(client.query(QUERY)))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [5] * 6
    assert sign_ins(salesforce) <= 3


def test_a_strange_key_is_told_with_advice_and_tried_once(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    client = SalesforceClient(connect(private_key=stranger_pem()))
    with pytest.raises(AuthError) as caught:
        client.query(QUERY)

    assert "connections.crm." in caught.value.words.en
    assert sign_ins(salesforce) == 1


def test_short_pages_are_read_to_the_end(salesforce: SalesforceSandbox, connect: Connect) -> None:
    client = SalesforceClient(connect())
    body, _ = client.get(
        "query/", headers={"Sforce-Query-Options": "batchSize=200"}, q="SELECT Id FROM Individual"
    )
    rows = client.query("SELECT Id FROM Individual")

    assert len(rows) == body["totalSize"]
    assert len({row["Id"] for row in rows}) == len(rows)


def test_an_unknown_field_names_what_is_hidden(connect: Connect) -> None:
    with pytest.raises(ConfigError, match="No_Such__c"):
        SalesforceClient(connect()).query("SELECT Id, No_Such__c FROM Contact")


def test_a_version_the_org_lacks_is_told(connect: Connect) -> None:
    with pytest.raises(ConfigError) as caught:
        SalesforceClient(connect(api_version="99.0")).query(QUERY)

    assert caught.value.key == "api_version"


def test_an_org_without_calls_left_is_left_alone(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    client = SalesforceClient(connect())
    salesforce.org.most_calls = 1
    client.query(QUERY)
    with pytest.raises(Throttled):
        client.query(QUERY)


def test_a_sandbox_elsewhere_gets_no_call() -> None:
    with pytest.raises(ValueError, match="loopback"):
        ToThisMachine("http://sandbox.example.com")


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ([{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "x"}], "UNABLE_TO_LOCK_ROW", ()),
        (
            [{"statusCode": "INVALID_FIELD", "fields": ["A__c", 1, "0" * 200]}],
            "INVALID_FIELD",
            ("A__c",),
        ),
        ([{"errorCode": "090-1111-2222"}], "", ()),
        ([], "", ()),
        (None, "", ()),
        ("<html>", "", ()),
        ([[1]], "", ()),
    ],
)
def test_any_error_body_is_read(body: Any, code: str, fields: tuple[str, ...]) -> None:
    refusal = Refusal.read(400, body)

    assert (refusal.code, refusal.fields) == (code, fields)


def test_a_token_endpoint_that_answers_no_token_is_tried_later(
    salesforce: SalesforceSandbox, connect: Connect
) -> None:
    salesforce.rubbish(times=1, path="/services/oauth2/token")
    with pytest.raises(TransientError):
        SalesforceClient(connect()).query(QUERY)
