# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom fields: made, listed, changed, lost."""

import pytest


def make(api, **field):
    order = {"key": "memo", "type": "text", "title": "メモ", **field}
    return api("POST", "user_fields", {"user_field": order})


def test_a_field_is_made_and_every_user_has_it(api, person):
    status, answer = make(api)
    field = answer["user_field"]
    assert (status, field["key"], field["position"], field["system"]) == (201, "memo", 9999, False)
    assert api.last.headers["Location"] == field["url"]
    assert api.get(f"users/{person}")["user"]["user_fields"]["memo"] is None
    api("PUT", f"users/{person}", {"user": {"user_fields": {"memo": "x"}}})
    assert api.get(f"users/{person}")["user"]["user_fields"]["memo"] == "x"
    assert api("DELETE", f"user_fields/{field['id']}")[0] == 204
    assert "memo" not in api.get(f"users/{person}")["user"]["user_fields"]


@pytest.mark.parametrize(
    "wrong", [{"key": "12"}, {"key": "a b"}, {"key": "store"}, {"type": "song"}, {"title": ""}]
)
def test_a_field_that_cannot_be_is_refused(api, wrong):
    assert make(api, **wrong)[0] == 422


@pytest.mark.parametrize(
    ("kind", "given", "held"),
    [
        ("text", 12, "12"),
        ("integer", "12", 12),
        ("decimal", "1.50", "1.5"),
        ("date", "2026-01-13", "2026-01-13T00:00:00+00:00"),
        ("checkbox", "true", True),
        ("checkbox", None, False),
        ("dropdown", "one", "one"),
        ("dropdown", "", None),
        ("multiselect", ["one"], ["one"]),
    ],
)
def test_a_value_is_held_by_its_type(api, person, kind, given, held):
    make(api, type=kind, custom_field_options=[{"name": "一", "value": "one"}])
    status, answer = api("PUT", f"users/{person}", {"user": {"user_fields": {"memo": given}}})
    assert (status, answer["user"]["user_fields"]["memo"]) == (200, held)


def test_options_are_shown_by_name_and_value(api):
    fields = {each["key"]: each for each in api.get("user_fields?page[size]=100")["user_fields"]}
    options = fields["sms_consent"]["custom_field_options"]
    assert [(each["name"], each["value"]) for each in options] == [
        ("許諾する", "sms_consent_yes"),
        ("許諾しない", "sms_consent_no"),
    ]
    assert fields["sms_opt_out"]["tag"] == "sms_stop"


def test_a_field_can_be_lost(zendesk, api, person):
    zendesk.lose_field("sms_opt_out")
    assert "sms_opt_out" not in api.get(f"users/{person}")["user"]["user_fields"]
    with pytest.raises(ValueError, match="sms_opt_out"):
        zendesk.lose_field("sms_opt_out")


def test_ticket_fields_have_ids_for_keys(api):
    order = {"ticket_field": {"type": "text", "title": "SMSの状態"}}
    status, answer = api("POST", "ticket_fields", order)
    assert status == 201
    number = answer["ticket_field"]["id"]
    value = [{"id": number, "value": "届きました"}]
    ticket = api("PUT", "tickets/1", {"ticket": {"custom_fields": value}})[1]["ticket"]
    assert value[0] in ticket["custom_fields"]
