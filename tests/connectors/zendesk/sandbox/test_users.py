# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing users one by one."""

import pytest

from hub.testing.roster import Verdict, roster

USER_KEYS = {
    "id", "url", "name", "email", "created_at", "updated_at", "time_zone", "iana_time_zone",
    "phone", "shared_phone_number", "photo", "locale_id", "locale", "organization_id", "role",
    "verified", "external_id", "tags", "alias", "active", "shared", "shared_agent",
    "last_login_at", "two_factor_auth_enabled", "signature", "details", "notes", "role_type",
    "custom_role_id", "moderator", "ticket_restriction", "only_private_comments",
    "restricted_agent", "suspended", "default_group_id", "report_csv", "user_fields",
}  # fmt: skip


def put(api, person, **user):
    return api("PUT", f"users/{person}.json", {"user": user})


def test_the_people_are_those_of_the_roster(zendesk, api):
    users = api.get("users?role=end-user&page[size]=100")
    users = users["users"] + api.get(users["links"]["next"])["users"]
    assert [user["name"] for user in users] == [each.name for each in roster(200)]
    phones = [user["phone"] for user in users]
    assert phones == [(each.typed or None) if each.zendesk else None for each in roster(200)]
    agreed = [user["user_fields"]["sms_consent"] == "sms_consent_yes" for user in users]
    assert agreed == [
        each.zendesk and each.verdict is not Verdict.NOT_CONSENTED for each in roster(200)
    ]
    records = zendesk.records()
    assert records["people"]["count"] == len(users)
    for verdict in (Verdict.CONSENTED, Verdict.NOT_CONSENTED, Verdict.WITHDRAWN):
        known = [each for each in roster(200) if each.zendesk and each.verdict is verdict]
        assert records[verdict]["count"] == len(known)


def test_a_user_has_every_key_of_zendesks(api, person):
    user = api.get(f"users/{person}")["user"]
    assert set(user) == USER_KEYS
    assert user["id"] > 2**40


def test_with_and_without_json_at_the_end_is_the_same(api, person):
    assert api.get(f"users/{person}.json") == api.get(f"users/{person}")


def test_a_user_who_is_not_there_and_a_path_that_is_not_there_differ(api):
    assert api("GET", "users/5") == (404, {"error": "RecordNotFound", "description": "Not found"})
    assert api("GET", "userz") == (404, {"error": "InvalidEndpoint", "description": "Not found"})


def test_many_are_read_at_once_with_their_identities(api, person):
    answer = api.get(f"users/show_many.json?ids={person},5,{person + 1}&include=identities")
    assert [user["id"] for user in answer["users"]] == [person, person + 1]
    assert [each["type"] for each in answer["identities"]] == ["email", "phone_number", "email"]
    assert api.get("users/show_many?external_ids=c0000004")["users"][0]["id"] == person + 3


def test_more_than_a_hundred_are_refused(api):
    ids = ",".join(map(str, range(101)))
    status, answer = api("GET", f"users/show_many?ids={ids}")
    assert (status, answer["error"], answer["max_count"]) == (400, "TooManyValues", 100)


def test_a_change_keeps_the_fields_it_does_not_name(api, person):
    before = api.get(f"users/{person}")["user"]
    status, answer = put(api, person, user_fields={"sms_opt_out": True})
    assert status == 200
    changed = before["user_fields"] | {"sms_opt_out": True}
    assert answer["user"]["user_fields"] == changed
    assert answer["user"]["name"] == before["name"]
    assert answer["user"]["updated_at"] == "2026-01-13T01:00:00Z"


def test_a_ticked_box_and_a_chosen_option_are_tags_too(api, person):
    values = {"sms_opt_out": True, "sms_consent": "sms_consent_no"}
    tags = put(api, person, user_fields=values)[1]["user"]["tags"]
    assert "sms_stop" in tags
    assert "sms_consent_no" in tags
    assert "sms_consent_yes" not in tags


def test_unknown_keys_are_ignored_and_named_in_a_header(api, person):
    status, _ = put(api, person, nickname="x", user_fields={"nothing": 1})
    assert status == 200
    assert "nickname" in api.last.headers["x-zendesk-api-warn"]
    assert "nothing" in api.last.headers["x-zendesk-api-warn"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"role": "king"},
        {"user_fields": {"sms_consent": "maybe"}},
        {"user_fields": {"sms_consent_at": "soon"}},
        {"user_fields": {"sms_opt_out": "perhaps"}},
        {"external_id": "C0000002"},
        {"email": "customer0000002@example.com"},
    ],
)
def test_what_cannot_be_is_refused_with_details(api, person, change):
    status, answer = put(api, person, **change)
    assert (status, answer["error"]) == (422, "RecordInvalid")
    (reasons,) = answer["details"].values()
    assert reasons[0]["description"]


def test_a_number_for_somebody_with_a_direct_line_is_a_second_identity(api, person):
    before = api.get(f"users/{person}")["user"]["phone"]
    assert put(api, person, phone="+815000000000")[1]["user"]["phone"] == before
    rows = api.get(f"users/{person}/identities?type[]=phone_number")["identities"]
    assert [row["value"] for row in rows][1:] == ["+815000000000"]
    assert [row["primary"] for row in rows] == [True, False]


def test_a_shared_number_is_no_identity(api):
    shared = [user for user in api.get("users")["users"] if user["shared_phone_number"]]
    assert shared
    for user in shared:
        rows = api.get(f"users/{user['id']}/identities")["identities"]
        assert [row["type"] for row in rows] == ["email"]


def test_one_user_takes_one_change_a_second_and_five_a_minute(api, clock, person):
    assert put(api, person, notes="0")[0] == 200
    assert put(api, person + 1, notes="0")[0] == 429
    for text in "1234":
        clock.advance(1)
        assert put(api, person, notes=text)[0] == 200
    clock.advance(1)
    assert put(api, person, notes="5")[0] == 429
    assert api.last.headers["Retry-After"] == "55"


def test_a_deleted_user_is_not_listed_but_read_as_inactive(api, person):
    assert api("DELETE", f"users/{person}")[1]["user"]["active"] is False
    assert api.get(f"users/{person}")["user"]["active"] is False
    assert person not in [user["id"] for user in api.get("users")["users"]]
    assert [user["id"] for user in api.get("deleted_users")["deleted_users"]] == [person]
    assert api("DELETE", f"deleted_users/{person}")[0] == 200
    assert api("GET", f"users/{person}")[0] == 404


def test_a_merge_ends_the_loser_and_gives_its_lines_to_the_winner(api, person):
    winner, loser = person + 3, person
    status, answer = api("PUT", f"users/{loser}/merge", {"user": {"id": winner}})
    assert (status, answer["user"]["id"]) == (200, winner)
    assert api.get(f"users/{loser}")["user"]["active"] is False
    rows = api.get(f"users/{winner}/identities?type[]=phone_number")["identities"]
    assert len(rows) == 2
    assert len(api.get(f"users/{winner}/tickets/requested")["tickets"]) == 2


def test_create_or_update_finds_by_external_id_in_any_case(api, person):
    order = {"user": {"external_id": "c0000001", "name": "別名"}}
    status, answer = api("POST", "users/create_or_update", order)
    assert (status, answer["user"]["id"]) == (200, person)
    assert api.last.headers["Location"].endswith(f"/users/{person}.json")
    order = {"user": {"email": "new@example.com", "name": "新規"}}
    assert api("POST", "users/create_or_update", order)[0] == 201


def test_tags_are_added_removed_and_replaced(api, person):
    path = f"users/{person}/tags"
    before = set(api.get(path)["tags"])
    assert set(api("PUT", path, {"tags": ["a", "b"]})[1]["tags"]) == before | {"a", "b"}
    assert set(api("DELETE", path, {"tags": ["a"]})[1]["tags"]) == before | {"b"}
    assert api("POST", path, {"tags": ["c"]}) == (201, {"tags": ["c"]})


def test_a_safe_update_of_tags_needs_the_right_stamp(api, person):
    path, stamp = f"users/{person}/tags", api.get(f"users/{person}")["user"]["updated_at"]
    safe = {"tags": ["a"], "safe_update": True}
    assert api("PUT", path, safe)[0] == 400
    assert api("PUT", path, safe | {"updated_stamp": stamp})[0] == 200
    status, answer = api("PUT", path, safe | {"updated_stamp": stamp})
    assert (status, answer["error"]) == (409, "UpdateConflict")
