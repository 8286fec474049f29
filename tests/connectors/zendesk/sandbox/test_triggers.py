# SPDX-License-Identifier: GPL-3.0-or-later
"""Triggers: what happens after a ticket changed."""

import json

import pytest

from connectors.zendesk.sandbox.webhooks import BY_TRIGGER


def hook(api, url, *subscriptions):
    row = {
        "name": "試験",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": list(subscriptions) or [BY_TRIGGER],
    }
    return api("POST", "webhooks", {"webhook": row})[1]["webhook"]["id"]


def trigger(api, conditions, actions, **more):
    row = {"title": "試験", "conditions": conditions, "actions": actions, **more}
    return api("POST", "triggers", {"trigger": row})


def condition(field, operator, value=None):
    return {"field": field, "operator": operator, "value": value}


TAGGED = {"all": [condition("current_tags", "includes", "go")]}
UNTAG = {"field": "remove_tags", "value": "go"}


def tag(api, number=1):
    return api("PUT", f"tickets/{number}", {"ticket": {"additional_tags": ["go"]}})


def test_a_trigger_calls_its_webhook_with_the_places_filled(zendesk, api, hub):
    text = '{"ticket": "{{ticket.id}}", "who": "{{ current_user.id }}", "no": "{{ticket.x}}"}'
    call = {"field": "notification_webhook", "value": [hook(api, hub.url), text]}
    status, answer = trigger(api, TAGGED, [call, UNTAG])
    assert (status, answer["trigger"]["active"]) == (201, True)
    tag(api)
    assert zendesk.webhooks.courier.settle()
    ((_, body),) = hub.got
    assert json.loads(body) == {"ticket": "1", "who": "1900000000001", "no": ""}
    assert api.get("tickets/1/tags")["tags"] == []


def test_a_quotation_mark_in_a_value_breaks_hand_made_json(zendesk, api, hub):
    call = {"field": "notification_webhook", "value": [hook(api, hub.url), '"{{ticket.title}}"']}
    trigger(api, TAGGED, [call])
    api("PUT", "tickets/1", {"ticket": {"subject": 'a "b"', "additional_tags": ["go"]}})
    zendesk.webhooks.courier.settle()
    assert hub.got[0][1] == b'"a "b""'


def test_each_trigger_runs_once_for_a_change_and_sees_those_before(api):
    trigger(api, TAGGED, [{"field": "current_tags", "value": "second"}])
    second = {"all": [condition("current_tags", "includes", "second")]}
    trigger(api, second, [{"field": "status", "value": "hold"}])
    tag(api)
    assert api.get("tickets/1")["ticket"]["status"] == "hold"


@pytest.mark.parametrize(
    ("one", "fires"),
    [
        (condition("update_type", "is", "Change"), True),
        (condition("update_type", "is", "Create"), False),
        (condition("status", "less_than", "closed"), True),
        (condition("status", "greater_than", "solved"), False),
        (condition("status", "is", "pending"), True),
        (condition("status", "is_not", "pending"), False),
        (condition("priority", "changed"), True),
        (condition("status", "changed"), False),
        (condition("comment_is_public", "is", "false"), True),
        (condition("current_tags", "not_includes", "go"), True),
        (condition("moon_phase", "is", "full"), False),
        (condition("priority", "sings"), False),
    ],
)
def test_conditions_hold_or_not(api, one, fires):
    trigger(api, {"all": [one], "any": []}, [{"field": "current_tags", "value": "fired"}])
    change = {"priority": "high", "comment": {"body": "x", "public": False}}
    api("PUT", "tickets/1", {"ticket": change})
    assert ("fired" in api.get("tickets/1/tags")["tags"]) is fires


def test_of_any_one_is_enough(api):
    one = [condition("status", "is", "hold"), condition("status", "is", "pending")]
    trigger(api, {"any": one}, [{"field": "current_tags", "value": "fired"}])
    tag(api)
    assert "fired" in api.get("tickets/1/tags")["tags"]


@pytest.mark.parametrize("gap", ["title", "conditions", "actions"])
def test_a_trigger_without_title_conditions_or_actions_is_refused(api, gap):
    row = {"title": "試験", "conditions": TAGGED, "actions": [UNTAG]} | {gap: None}
    assert api("POST", "triggers", {"trigger": row})[0] == 422


def test_a_trigger_cannot_call_a_webhook_for_events(api, hub):
    events = hook(api, hub.url, "zen:event-type:user.deleted")
    call = {"field": "notification_webhook", "value": [events, "{}"]}
    assert trigger(api, TAGGED, [call])[0] == 422


def test_triggers_are_listed_changed_switched_off_and_deleted(api):
    number = trigger(api, TAGGED, [UNTAG])[1]["trigger"]["id"]
    assert [each["id"] for each in api.get("triggers")["triggers"]] == [number]
    assert api("PUT", f"triggers/{number}", {"trigger": {"active": False}})[0] == 200
    tag(api)
    assert api.get("tickets/1/tags")["tags"] == ["go"]
    assert api("DELETE", f"triggers/{number}")[0] == 204
    assert api("GET", f"triggers/{number}")[0] == 404
