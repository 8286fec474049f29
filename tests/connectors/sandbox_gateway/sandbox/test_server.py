import json

import pytest
import requests

from hub.sdk import Outgoing

SMS = Outgoing(id="key-1", number="+819012345678", text="x")


def post(sandbox, body: object) -> requests.Response:
    return requests.post(
        f"{sandbox.base_url}/v1/messages",
        data=body if isinstance(body, bytes) else json.dumps(body),
        headers={"Authorization": f"Bearer {sandbox.api_key}"},
        timeout=5,
    )


def steer(sandbox, name: str, **arguments: object) -> object:
    answer = requests.post(f"{sandbox.base_url}/_sandbox/switch/{name}", json=arguments, timeout=5)
    answer.raise_for_status()
    return answer.json()["result"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        {"to": "+819012345678", "text": "x"},
        {"key": "", "to": "+819012345678", "text": "x"},
        {"key": "k", "to": 9012345678, "text": "x"},
        {"key": "k", "to": "+819012345678", "text": "\ud842"},
        {"key": "k", "to": "+819012345678", "text": "x", "callback_url": "file:///etc/passwd"},
        {"key": "k", "to": "+819012345678", "text": "x", "not_after": "tomorrow"},
        {"key": "k", "to": "+819012345678", "text": "x", "not_after": "2030-01-01T00:00:00"},
    ],
)
def test_a_malformed_order_is_refused_and_leaves_nothing(sandbox, body):
    answer = post(sandbox, body)

    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    assert sandbox.messages == []


def test_every_call_of_the_api_needs_the_key(sandbox):
    for path in ("account", "messages/key-1"):
        answer = requests.get(f"{sandbox.base_url}/v1/{path}", timeout=5)
        assert answer.status_code == 401


def test_a_known_key_with_another_text_is_logged_as_the_senders_mistake(gateway, sandbox):
    gateway.send(SMS)
    gateway.send(Outgoing(id=SMS.id, number=SMS.number, text="another"))

    assert [post.differs for post in sandbox.posts] == [False, True]
    assert [message.text for message in sandbox.messages] == ["x"]


def test_messages_and_posts_can_be_read_from_another_process(gateway, sandbox, wait_until):
    gateway.send(SMS)
    gateway.send(SMS)
    wait_until(lambda: sandbox.messages[0].state == "delivered")

    (message,) = steer(sandbox, "messages")

    assert (message["key"], message["text"], message["state"]) == ("key-1", "x", "delivered")
    assert [post["repeat"] for post in steer(sandbox, "posts")] == [False, True]


def test_an_answer_can_be_typed_from_another_process(gateway, sandbox):
    gateway.send(SMS)

    steer(sandbox, "reply", number=SMS.number, text="停止")

    assert sandbox.phone(SMS.number)[-1].text == "停止"


def test_delays_and_magic_can_be_set_from_another_process(sandbox):
    steer(sandbox, "set", report_delay=2, latency=0.001, magic=False, back_off=3)

    assert (sandbox.report_delay, sandbox.latency, sandbox.magic) == (2, 0.001, False)
    assert sandbox.courier.back_off == 3


def test_latency_slows_each_post_down(gateway, sandbox):
    sandbox.set(latency=0.05)

    assert gateway._client.post(SMS).elapsed.total_seconds() >= 0.05


def test_a_stopped_sandbox_can_start_again_with_what_it_holds(gateway, sandbox):
    gateway.send(SMS)
    sandbox.stop()
    sandbox.start()

    assert requests.get(f"{sandbox.base_url}/phone/{SMS.number}", timeout=5).status_code == 200
