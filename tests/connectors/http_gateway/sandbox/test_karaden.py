import pytest
import requests

from connectors.http_gateway.sandbox import KaradenSandbox
from connectors.http_gateway.sandbox.karaden import VERSION
from connectors.http_gateway.sandbox.server import ACCOUNT, SERVICE, TOKEN

SMS = {"service_id": SERVICE, "to": "09012340010", "body": "x", "tags[]": ["a", "b"]}


@pytest.fixture
def sandbox():
    with KaradenSandbox() as sandbox:
        yield sandbox


def call(sandbox, method, path, tenant=ACCOUNT, token=TOKEN, version=VERSION, **options):
    headers = {"Authorization": f"Bearer {token}", "Karaden-Version": version}
    url = f"{sandbox.base_url}/api/{tenant}{path}"
    return requests.request(method, url, headers=headers, timeout=5, **options)


def test_a_message_is_created_shown_listed_and_canceled(sandbox):
    made = call(sandbox, "POST", "/messages", data=SMS).json()

    assert (made["tags"], made["result"], made["status"]) == (["a", "b"], "processing", "waiting")
    assert call(sandbox, "GET", f"/messages/{made['id']}").json() == made
    listed = call(sandbox, "GET", "/messages", params={"tag": "b"}).json()
    assert (listed["data"], listed["has_more"]) == ([made], False)
    assert call(sandbox, "GET", "/messages", params={"tag": "c"}).json()["data"] == []
    canceled = call(sandbox, "POST", f"/messages/{made['id']}/cancel").json()
    assert (canceled["result"], canceled["status"]) == ("done", "canceled")
    again = call(sandbox, "POST", f"/messages/{made['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (400, "can_not_cancel_message")


def test_a_long_list_comes_in_pages(sandbox):
    for _ in range(3):
        call(sandbox, "POST", "/messages", data=SMS)

    pages = [
        call(sandbox, "GET", "/messages", params={"page": page, "per_page": 2}).json()
        for page in (1, 2)
    ]

    assert [(len(page["data"]), page["has_more"]) for page in pages] == [(2, True), (1, False)]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"token": "x"}, 401, "unauthentication"),
        ({"tenant": "x"}, 404, "invalid_tenant"),
        ({"version": "x"}, 400, "invalid_version"),
    ],
)
def test_who_may_not_is_told_why(sandbox, changes, status, code):
    answer = call(sandbox, "POST", "/messages", data=SMS, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not sandbox.messages


@pytest.mark.parametrize(
    "wrong", [{"to": "+819012345678"}, {"to": "0312345678"}, {"body": "あ" * 661}, {"body": ""}]
)
def test_what_is_wrong_is_named_by_its_field(sandbox, wrong):
    answer = call(sandbox, "POST", "/messages", data=SMS | wrong)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(wrong)
