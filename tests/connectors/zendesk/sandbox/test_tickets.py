# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets: made, changed, commented, protected against two writers."""

import pytest


def put(api, number, **ticket):
    return api("PUT", f"tickets/{number}", {"ticket": ticket})


def new(api, **more):
    ticket = {"subject": "件名", "comment": {"body": "本文"}, **more}
    return api("POST", "tickets", {"ticket": ticket})


def test_a_ticket_is_made_once_for_a_key(api):
    body = {"ticket": {"subject": "件名", "comment": {"body": "本文"}}}
    status, first = api("POST", "tickets.json", body, Idempotency_Key="k1")
    assert (status, api.last.headers["x-idempotency-lookup"]) == (201, "miss")
    assert api.last.headers["Location"] == first["ticket"]["url"]
    status, again = api("POST", "tickets.json", body, Idempotency_Key="k1")
    assert (api.last.headers["x-idempotency-lookup"], again) == ("hit", first)
    body["ticket"]["subject"] = "別"
    assert api("POST", "tickets.json", body, Idempotency_Key="k1")[0] == 400


def test_an_internal_note_is_a_comment_that_is_not_public(zendesk, api):
    status, answer = put(api, 1, comment={"body": "内部メモ", "public": False})
    assert status == 200
    assert answer["audit"]["events"][0]["public"] is False
    comments = api.get("tickets/1/comments?page[size]=100")["comments"]
    assert [(each["body"], each["public"]) for each in comments][-1] == ("内部メモ", False)
    assert zendesk.comments_of(1)[-1] == "内部メモ"


def test_only_the_custom_fields_that_are_named_change(api):
    field, other = (each["id"] for each in api.get("ticket_fields")["ticket_fields"])
    put(api, 1, custom_fields=[{"id": field, "value": "sms_booking"}])
    ticket = put(api, 1, status="pending")[1]["ticket"]
    assert ticket["custom_fields"] == ticket["fields"]
    assert ticket["fields"] == [
        {"id": field, "value": "sms_booking"},
        {"id": other, "value": None},
    ]
    assert "sms_booking" in ticket["tags"]


def test_a_closed_ticket_refuses_changes(api):
    assert put(api, 1, status="closed")[0] == 200
    status, answer = put(api, 1, comment={"body": "x"})
    assert (status, list(answer["details"])) == (422, ["status"])


def test_a_safe_update_of_an_outdated_ticket_is_a_conflict(api, clock):
    stamp = api.get("tickets/1")["ticket"]["updated_at"]
    safe = {"safe_update": True, "updated_stamp": stamp}
    assert put(api, 1, subject="a", **safe)[0] == 200
    status, answer = put(api, 1, subject="b", **safe)
    assert (status, answer["error"]) == (409, "UpdateConflict")
    assert put(api, 1, subject="b")[0] == 200
    assert put(api, 1, subject="c", safe_update=True)[0] == 400


@pytest.mark.parametrize("change", [{"status": "lost"}, {"requester_id": 5}, {"comment": {}}])
def test_what_cannot_be_is_refused(api, change):
    assert put(api, 1, **change)[0] == 422
    assert new(api, **change)[0] == 422


def test_a_ticket_takes_thirty_changes_in_ten_minutes(api, clock):
    for _ in range(30):
        assert put(api, 1, comment={"body": "x", "public": False})[0] == 200
    assert put(api, 1, comment={"body": "x"})[0] == 429
    assert api.last.headers["Content-Type"].startswith("text/plain")
    assert api.last.headers["Retry-After"] == "600"
    clock.advance(600)
    assert put(api, 1, comment={"body": "x"})[0] == 200


def test_all_tickets_together_take_a_hundred_changes_a_minute(api):
    for number in range(1, 101):
        assert put(api, number, priority="low")[0] == 200
    assert put(api, 101, priority="low")[0] == 429


def test_a_deleted_ticket_is_gone(api):
    assert api("DELETE", "tickets/1")[0] == 204
    assert api("GET", "tickets/1")[0] == 404
    assert api("GET", "tickets/99999")[0] == 404
    assert 1 not in [each["id"] for each in api.get("tickets")["tickets"]]


def test_tags_of_a_ticket_are_protected_by_its_stamp(api):
    stamp = api.get("tickets/1")["ticket"]["updated_at"]
    safe = {"tags": ["a"], "safe_update": True, "updated_stamp": stamp}
    assert api("PUT", "tickets/1/tags", safe) == (200, {"tags": ["a"]})
    assert api("PUT", "tickets/1/tags", safe)[0] == 409
    assert api("DELETE", "tickets/1/tags", {"tags": ["a"]}) == (200, {"tags": []})


def test_somebodys_tickets_are_listed(api, person):
    status, answer = new(api, requester_id=person)
    assert status == 201
    mine = api.get(f"users/{person}/tickets/requested?page[size]=10")["tickets"]
    assert answer["ticket"]["id"] in [each["id"] for each in mine]
