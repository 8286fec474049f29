# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: made in two kinds, signed, tried again, told of twice."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from connectors.zendesk.sandbox import WEBHOOK_SECRET
from connectors.zendesk.sandbox.signing import TEST_SECRET, sign
from connectors.zendesk.sandbox.webhooks import BY_TRIGGER
from connectors.zendesk.sandbox.wiring import USER_EVENTS

ROW = {
    "name": "試験",
    "endpoint": "http://localhost:9/",
    "http_method": "POST",
    "request_format": "json",
    "status": "active",
    "subscriptions": ["zen:event-type:user.deleted"],
}


def make(api, **changes):
    return api("POST", "webhooks", {"webhook": ROW | changes})


def signed(headers, body, secret):
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode() == headers["x-zendesk-webhook-signature"]


@pytest.fixture
def courier(zendesk):
    courier = zendesk.webhooks.courier
    courier.retry_wait = 0.01
    return courier


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"ticket_id":"42","event":"sms.send"}', "t/DMe+41BeJgvsvw+2kSvt3rUyNHCTCoMnUA964PQMA="),
        (b"", "XI57mUNSpbUd41j7b2EzhYl7zp9dD2xQ2Y2ESyeXasg="),
    ],
)
def test_the_signature_is_over_time_and_body_with_the_undecoded_secret(body, signature):
    assert sign(TEST_SECRET, "2024-01-02T03:04:05Z", body) == signature


def test_a_webhook_is_made_changed_and_deleted(api):
    status, answer = make(api)
    number = answer["webhook"]["id"]
    assert status == 201
    assert api.last.headers["Location"].endswith(number)
    assert api("PATCH", f"webhooks/{number}", {"webhook": {"name": "新"}}) == (204, None)
    assert api.get(f"webhooks/{number}")["webhook"]["name"] == "新"
    assert api.get("webhooks") == {
        "webhooks": [api.get(f"webhooks/{number}")["webhook"]],
        "meta": {"has_more": False},
    }
    assert api("DELETE", f"webhooks/{number}")[0] == 204
    assert api("GET", f"webhooks/{number}")[0] == 404


def test_its_secrets_are_never_shown_again(api):
    proof = {
        "type": "basic_auth",
        "add_position": "header",
        "data": {"username": "hub", "password": "open-sesame"},
    }
    number = make(api, authentication=proof)[1]["webhook"]["id"]
    assert "open-sesame" not in str(api.get(f"webhooks/{number}"))


def test_the_signing_secret_can_be_made_anew(api):
    path = f"webhooks/{make(api)[1]['webhook']['id']}/signing_secret"
    first = api.get(path)["signing_secret"]
    assert first["algorithm"] == "SHA256"
    status, answer = api("POST", path)
    assert status == 201
    assert answer["signing_secret"]["secret"] != first["secret"]
    assert api.get(path) == answer


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"endpoint": "hub"},
        {"subscriptions": [BY_TRIGGER, "zen:event-type:user.deleted"]},
        {"http_method": "PUT"},
    ],
)
def test_what_cannot_be_is_refused(api, changes):
    assert make(api, **changes)[0] == 400


def test_the_kind_cannot_be_changed(api):
    number = make(api)[1]["webhook"]["id"]
    change = {"webhook": {"subscriptions": [BY_TRIGGER]}}
    assert api("PUT", f"webhooks/{number}", change)[0] == 400


def test_a_webhook_that_a_trigger_calls_cannot_be_deleted(zendesk, api, hub):
    made = zendesk.listen(hub.url)
    assert api("DELETE", f"webhooks/{made['tickets']}")[0] == 400
    assert api("DELETE", f"webhooks/{made['users']}")[0] == 204


def test_a_change_of_a_user_is_told_signed_and_without_number(zendesk, hub, courier, person):
    zendesk.webhook_to(hub.url)
    zendesk.edit(person, sms_opt_out=True)
    assert courier.settle()
    told = [json.loads(body) for _, body in hub.got]
    assert [each["type"] for each in told] == [
        "zen:event-type:user.custom_field_changed",
        "zen:event-type:user.tags_changed",
    ]
    assert told[0]["subject"] == f"zen:user:{person}"
    assert told[0]["detail"]["id"] == str(person)
    assert told[0]["detail"]["organization_id"] == "0"
    assert "phone" not in told[0]["detail"]
    assert told[0]["event"]["current"] is True
    for headers, body in hub.got:
        assert headers["user-agent"] == "Zendesk Webhook"
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert headers["x-zendesk-webhook-signature-timestamp"] == "2026-01-13T01:00:00Z"
        assert signed(headers, body, WEBHOOK_SECRET)


def test_what_an_api_client_changes_is_told_too(zendesk, api, hub, courier, person):
    zendesk.webhook_to(hub.url)
    api("DELETE", f"users/{person}")
    api("POST", f"users/{person + 1}/identities", {"identity": {"type": "email", "value": "a@b.c"}})
    assert courier.settle()
    types = [json.loads(body)["type"] for _, body in hub.got]
    assert types == [
        "zen:event-type:user.deleted",
        "zen:event-type:user.active_changed",
        "zen:event-type/user.identity_created",
    ]


def test_a_refused_change_tells_nothing(zendesk, api, hub, courier, person):
    zendesk.webhook_to(hub.url)
    assert api("PUT", f"users/{person}", {"user": {"notes": "x", "role": "king"}})[0] == 422
    assert courier.settle()
    assert hub.got == []


def test_a_merge_tells_of_both(zendesk, hub, courier, person):
    zendesk.webhook_to(hub.url)
    zendesk.merge(person, person + 3)
    assert courier.settle()
    told = [json.loads(body) for _, body in hub.got]
    assert told[0]["detail"]["id"] == str(person)
    assert told[-1]["type"] == "zen:event-type/user.merged"
    assert told[-1]["event"]["user"]["id"] == str(person)


def test_tickets_are_told_to_those_who_asked(zendesk, api, hub, courier):
    zendesk.webhook_to(hub.url, ["zen:event-type:ticket.comment_added"])
    api("PUT", "tickets/1", {"ticket": {"status": "hold", "comment": {"body": "メモ"}}})
    assert courier.settle()
    ((_, body),) = hub.got
    assert json.loads(body)["event"]["comment"]["body"] == "メモ"
    assert json.loads(body)["event"]["meta"]["sequence"]["position"] == 1


@pytest.mark.parametrize(
    ("answers", "tries", "end"),
    [
        ([(409, {})] * 9, 4, "terminated"),
        ([(503, {"Retry-After": "0"}), (429, {"Retry-After": "0"})], 3, "success"),
        ([(503, {})], 1, "terminated"),
        ([(503, {"Retry-After": "60"})], 1, "terminated"),
        ([(500, {})], 1, "terminated"),
        ([(401, {})], 1, "terminated"),
    ],
)
def test_some_answers_are_tried_again(zendesk, api, hub, courier, person, answers, tries, end):
    number = zendesk.webhook_to(hub.url, ["zen:event-type:user.notes_changed"])
    hub.answers = list(answers)
    zendesk.edit(person, notes="x")
    assert courier.settle()
    ids = {headers["x-zendesk-webhook-invocation-id"] for headers, _ in hub.got}
    assert (len(hub.got), len(ids)) == (tries, 1)
    (call,) = api.get(f"webhooks/{number}/invocations?page[size]=10")["invocations"]
    assert call["status"] == end
    attempts = api.get(f"webhooks/{number}/invocations/{call['id']}/attempts")["attempts"]
    assert len(attempts) == tries


def test_nobody_at_home_is_tried_five_times(zendesk, courier, person):
    zendesk.webhook_to("http://127.0.0.1:9/", ["zen:event-type:user.notes_changed"])
    zendesk.edit(person, notes="x")
    assert courier.settle()
    (call,) = zendesk.webhooks.invocations()
    assert (call.status, len(call.attempts)) == ("terminated", 5)


def test_a_repeat_is_signed_at_its_own_time(zendesk, hub, courier, clock, person):
    courier.retry_wait = 0.2
    hub.answers = [(409, {})]
    zendesk.webhook_to(hub.url, ["zen:event-type:user.notes_changed"])
    zendesk.edit(person, notes="x")
    while not hub.got:
        time.sleep(0.01)
    clock.advance(240)
    assert courier.settle()
    stamps = [headers["x-zendesk-webhook-signature-timestamp"] for headers, _ in hub.got]
    assert stamps == ["2026-01-13T01:00:00Z", "2026-01-13T01:04:00Z"]
    assert hub.got[0][1] == hub.got[1][1]


def test_too_many_failures_pause_a_webhook(zendesk, hub, courier, person):
    zendesk.webhook_to(hub.url, ["zen:event-type:user.notes_changed"])
    hub.answers = [(500, {})] * 20
    for number in range(12):
        zendesk.edit(person, notes=str(number))
    assert courier.settle()
    states = [each.status for each in zendesk.webhooks.invocations()]
    assert states == ["terminated"] * 10 + ["circuit broken"] * 2


def test_a_call_may_come_twice(zendesk, hub, courier, person):
    zendesk.courier(duplicate=1)
    zendesk.webhook_to(hub.url, ["zen:event-type:user.notes_changed"])
    zendesk.edit(person, notes="x")
    assert courier.settle()
    ids = [headers["x-zendesk-webhook-invocation-id"] for headers, _ in hub.got]
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_a_test_call_tells_what_was_answered(zendesk, api, hub):
    number = make(api, endpoint=hub.url)[1]["webhook"]["id"]
    secret = api.get(f"webhooks/{number}/signing_secret")["signing_secret"]["secret"]
    body = {"request": {"payload": '{"a": 1}'}}
    status, answer = api("POST", f"webhooks/test?webhook_id={number}", body)
    assert (status, answer["response"]["status_code"]) == (200, 200)
    assert signed(*hub.got[0], secret)
    free = {"request": {"endpoint": hub.url, "payload": "{}"}}
    api("POST", "webhooks/test", free)
    assert signed(*hub.got[1], TEST_SECRET)


def test_proof_and_headers_of_ones_own_are_sent(zendesk, api, hub, courier, person):
    proof = {"type": "bearer_token", "add_position": "header", "data": {"token": "abc"}}
    make(api, endpoint=hub.url, authentication=proof, custom_headers={"X-Desk": "1"})
    zendesk.delete(person)
    assert courier.settle()
    headers = hub.got[0][0]
    assert (headers["authorization"], headers["x-desk"]) == ("Bearer abc", "1")


def test_calls_of_webhooks_have_limits_of_their_own(api):
    answers = [api("GET", "webhooks")[0] for _ in range(101)]
    assert answers == [200] * 100 + [429]
    assert api("GET", "users")[0] == 200


def test_a_subscription_is_known_with_a_colon_and_with_a_slash(zendesk, hub, courier, person):
    for separator in ":/":
        zendesk.webhook_to(hub.url, [f"zen:event-type{separator}user.notes_changed"])
    zendesk.edit(person, notes="x")
    assert courier.settle()
    assert len(hub.got) == 2
    assert len(USER_EVENTS) == len(set(USER_EVENTS))
