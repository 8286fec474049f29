# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's limits, their headers, and how they are switched off."""

import pytest
import requests

from connectors.zendesk.sandbox import ZendeskSandbox

from .conftest import client


def test_every_answer_tells_what_is_left(api):
    api("GET", "users/me")
    headers = api.last.headers
    assert (headers["x-rate-limit"], headers["x-rate-limit-remaining"]) == ("700", "699")
    assert (headers["ratelimit-remaining"], headers["ratelimit-reset"]) == ("699", "60")
    assert headers["x-request-id"]
    assert headers["ETag"].startswith('W/"')


def test_above_the_minute_calls_are_refused_until_it_is_over(api, clock):
    for _ in range(700):
        api("GET", "users/me")
    clock.advance(20)
    status, answer = api("GET", "users/me")
    assert (status, answer["error"]) == (429, "APIRateLimitExceeded")
    assert api.last.headers["Retry-After"] == "40"
    clock.advance(40)
    assert api("GET", "users/me")[0] == 200


def test_without_limits_nothing_is_counted(clock):
    with ZendeskSandbox(people=20, limits=False, clock=clock) as zendesk:
        api = client(zendesk)
        for _ in range(12):
            assert api("GET", "incremental/users/cursor?start_time=0")[0] == 200
            assert api("PUT", "users/1900000010001", {"user": {"notes": "x"}})[0] == 200


def test_a_throttle_on_request_looks_like_zendesks(zendesk, api):
    zendesk.throttle(retry_after=12)
    status, answer = api("GET", "users/me")
    assert (status, answer["error"]) == (429, "APIRateLimitExceeded")
    assert api.last.headers["Retry-After"] == "12"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(api, body):
    answer = api.session.post(f"{api.base_url}/api/v2/users", data=body, timeout=10)
    assert answer.status_code == 400


def test_another_process_can_do_what_people_do(zendesk, api, person):
    steer = f"{zendesk.base_url}/_sandbox/switch"
    edit = requests.post(f"{steer}/edit", json={"record": person, "notes": "x"}, timeout=10)
    assert edit.status_code == 200
    assert api.get(f"users/{person}")["user"]["notes"] == "x"
    wrong = requests.post(f"{steer}/edit", json={"record": 5, "notes": "x"}, timeout=10)
    assert (wrong.status_code, "404" in wrong.json()["error"]) == (400, True)
    assert requests.post(f"{steer}/courier", json={"x": 1}, timeout=10).status_code == 400


def test_the_scene_asks_for_an_sms_from_a_ticket(zendesk, hub):
    scene = zendesk.scene()
    scene.listen({"zendesk-desk": hub.url})
    ref = scene.happening.make()
    assert zendesk.webhooks.courier.settle()
    assert b'"type":"ticket_sms_requested"' in hub.got[0][1]
    assert f'"ticket_id":"{ref.id}"'.encode() in hub.got[0][1]
    assert zendesk.ticket(ref.id)["tags"] == []
