"""The stand-in by Twilio's documents, asked without the plugin."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connectors.twilio.sandbox import TwilioSandbox
from connectors.twilio.sandbox.server import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    AUTH_TOKEN,
    SENDER,
    SERVICE_SID,
)

# The properties of a Message in Twilio's API definition (api v2010, api.v2010.account.message).
MESSAGE = {
    "account_sid",
    "api_version",
    "body",
    "date_created",
    "date_sent",
    "date_updated",
    "direction",
    "error_code",
    "error_message",
    "from",
    "messaging_service_sid",
    "num_media",
    "num_segments",
    "price",
    "price_unit",
    "sid",
    "status",
    "subresource_uris",
    "to",
    "uri",
}
PAGE = {
    "end",
    "first_page_uri",
    "messages",
    "next_page_uri",
    "page",
    "page_size",
    "previous_page_uri",
    "start",
    "uri",
}
SMS = {"To": "+819012345678", "From": SENDER, "Body": "こんにちは"}
TOKEN, KEY = (ACCOUNT_SID, AUTH_TOKEN), (API_KEY_SID, API_KEY_SECRET)


@pytest.fixture
def sandbox() -> Iterator[TwilioSandbox]:
    with TwilioSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def call(sandbox: TwilioSandbox) -> Callable[..., requests.Response]:
    def call(method: str, path: str, auth: Any = KEY, **options: Any) -> requests.Response:
        url = f"{sandbox.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}{path}"
        return requests.request(method, url, auth=auth, timeout=5, **options)

    return call


def test_a_post_gives_the_message_as_the_api_definition_has_it(call):
    answer = call("POST", "/Messages.json", data=SMS)

    assert answer.status_code == 201
    assert set(answer.json()) == MESSAGE
    assert answer.json()["num_segments"] == "1"
    assert answer.json()["date_created"].endswith("+0000")
    assert (answer.json()["status"], answer.json()["date_sent"]) == ("queued", None)


def test_with_a_service_the_segments_are_counted_later(call):
    order = SMS | {"From": "", "MessagingServiceSid": SERVICE_SID}
    answer = call("POST", "/Messages.json", data=order).json()

    assert (answer["status"], answer["num_segments"]) == ("accepted", "0")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
        ({"From": ""}, 21603),
        ({"To": ""}, 21604),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"ValidityPeriod": "36001"}, 21623),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"From": "", "MessagingServiceSid": "MG1"}, 21705),
    ],
)
def test_a_refusal_has_twilios_code_and_shape(call, sandbox, change, code):
    answer = call("POST", "/Messages.json", data=SMS | change)

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert (answer.json()["code"], answer.json()["status"]) == (code, 400)
    assert sandbox.messages == []


@pytest.mark.parametrize("auth", [None, (ACCOUNT_SID, "x"), (API_KEY_SID, AUTH_TOKEN)])
def test_wrong_credentials_are_401_and_20003(call, auth):
    answer = call("POST", "/Messages.json", auth=auth, data=SMS)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_an_api_key_may_not_read_the_account(call):
    assert call("GET", ".json", auth=TOKEN).json()["status"] == "active"
    assert call("GET", ".json", auth=KEY).status_code == 401


def test_a_list_is_paged_newest_first_and_filtered_by_number(call):
    for body in "abcde":
        call("POST", "/Messages.json", data=SMS | {"Body": body})
    call("POST", "/Messages.json", data=SMS | {"To": "+819000000000"})

    seen = []
    uri = "/Messages.json"
    options = {"params": {"To": SMS["To"], "PageSize": 2}}
    while uri:
        page = call("GET", uri, **options).json()
        assert set(page) == PAGE
        seen += [message["body"] for message in page["messages"]]
        uri = (page["next_page_uri"] or "").removeprefix(f"/2010-04-01/Accounts/{ACCOUNT_SID}")
        options = {}
    assert seen == ["e", "d", "c", "b", "a"]


def test_a_message_is_read_by_its_sid(call):
    sid = call("POST", "/Messages.json", data=SMS).json()["sid"]

    assert call("GET", f"/Messages/{sid}.json").json()["sid"] == sid
    assert call("GET", "/Messages/SM0.json").json()["code"] == 20404


def test_too_fast_is_429_and_20429(call, sandbox):
    sandbox.set(rate=0.05)
    call("POST", "/Messages.json", data=SMS)
    answer = call("POST", "/Messages.json", data=SMS)

    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_callback_nobody_takes_is_given_up_as_the_address_says(call, sandbox):
    sandbox.set(report_delay=0.0, back_off=0.0)
    url = f"{sandbox.base_url}/nowhere#rc=2&rp=4xx"
    call("POST", "/Messages.json", data=SMS | {"StatusCallback": url})
    for _ in range(500):
        if sandbox.courier.given_up == 2:
            break
        requests.get(sandbox.base_url, timeout=5)
    # Two statuses, each posted once and repeated twice.
    assert len([each for each in sandbox.calls() if each.path == "/nowhere"]) == 6


def test_nobody_answers_where_no_sms_came(sandbox):
    with pytest.raises(LookupError):
        sandbox.reply("+819000000000", "hello")


def test_it_can_be_steered_over_http(call, sandbox):
    call("POST", "/Messages.json", data=SMS)
    url = f"{sandbox.base_url}/_sandbox/switch"
    requests.post(f"{url}/set", json={"report_delay": 0.5, "advanced": False}, timeout=5)
    told = requests.post(f"{url}/messages", json={}, timeout=5).json()

    assert (sandbox.report_delay, sandbox.advanced) == (0.5, False)
    assert SMS["Body"] in str(told)
