import base64
from datetime import UTC, datetime

import pytest
import requests

from connectors.mediasms.sandbox import MediaSandbox

ORDER = {"mobilenumber": "09012345678", "smstext": "x", "smsid": "a1", "status": "1"}


def post(sandbox, password=None, **changes):
    auth = (sandbox.username, password or sandbox.password)
    return requests.post(
        f"{sandbox.base_url}/api/", json=ORDER | changes, auth=auth, timeout=5
    ).json()["result"]


def steer(sandbox, name, **arguments):
    answer = requests.post(f"{sandbox.base_url}/_sandbox/switch/{name}", json=arguments, timeout=5)
    answer.raise_for_status()
    return answer.json()["result"]


def test_json_is_answered_in_json_and_a_form_with_the_bare_code(sandbox):
    user = {"username": sandbox.username, "password": sandbox.password}
    answer = requests.post(f"{sandbox.base_url}/api/", data=ORDER | user, timeout=5)

    assert (answer.status_code, answer.text) == (200, "200")
    assert post(sandbox, smsid="a2", smstext="y") == "200"


def test_user_and_password_may_stand_among_the_parameters(sandbox):
    user = {"username": sandbox.username, "password": sandbox.password}
    answer = requests.post(f"{sandbox.base_url}/api/", json=ORDER | user, timeout=5)

    assert answer.json() == {"result": "200"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000])
def test_what_is_no_json_object_is_615(sandbox, body):
    token = base64.b64encode(f"{sandbox.username}:{sandbox.password}".encode()).decode()
    answer = requests.post(
        f"{sandbox.base_url}/api/",
        data=body,
        headers={"Content-Type": "application/json", "Authorization": f"Basic {token}"},
        timeout=5,
    )

    assert answer.json() == {"result": "615"}
    assert sandbox.messages == []


def test_five_refused_sign_ins_in_a_row_block_the_address_until_support_lifts_it(sandbox):
    said = [post(sandbox, password="wrong") for _ in range(5)]

    assert said == ["401", "401", "401", "666", "555"]
    assert post(sandbox) == "555"
    steer(sandbox, "unblock")
    assert post(sandbox) == "200"


def test_a_right_password_in_between_begins_the_count_anew(sandbox):
    for _ in range(2):
        assert [post(sandbox, password="wrong") for _ in range(3)] == ["401"] * 3
        assert post(sandbox) in ("200", "587")


def test_an_smsid_is_taken_once_whatever_else_is_asked(sandbox):
    assert [post(sandbox), post(sandbox, smstext="another")] == ["200", "587"]
    assert [message.text for message in sandbox.messages] == ["x"]


def test_without_limits_nobody_is_too_fast(sandbox):
    sandbox.clock.stop()
    steer(sandbox, "set", rate=1)
    assert [post(sandbox), post(sandbox, smsid="a2")] == ["200", "503"]

    with MediaSandbox(limits=False) as free:
        free.clock.stop()
        steer(free, "set", rate=1)
        assert [post(free, smsid=f"a{turn}") for turn in range(5)] == ["200"] * 5


def test_hours_are_those_of_japan(sandbox):
    steer(sandbox, "set", hours=[8, 20])
    sandbox.clock.stop(datetime(2026, 1, 13, 11, 0, tzinfo=UTC))
    assert post(sandbox) == "592"

    sandbox.clock.stop(datetime(2026, 1, 13, 10, 59, tzinfo=UTC))
    assert post(sandbox) == "200"
    steer(sandbox, "set", hours=[])
    assert sandbox.hours is None


def test_messages_and_posts_can_be_read_from_another_process(sandbox, wait_until):
    post(sandbox)
    post(sandbox)
    wait_until(lambda: len(sandbox.messages[0].results) == 2)

    (message,) = steer(sandbox, "messages")

    assert (message["smsid"], message["text"], message["result"]) == ("a1", "x", 1)
    assert [each["code"] for each in steer(sandbox, "posts")] == ["200", "587"]


def test_a_number_without_two_way_sms_cannot_answer(sandbox):
    post(sandbox)

    with pytest.raises(LookupError):
        sandbox.reply("09012345678", "もしもし")


def test_a_stopped_sandbox_can_start_again_with_what_it_holds(sandbox):
    post(sandbox)
    sandbox.stop()
    sandbox.start()

    assert post(sandbox) == "587"
