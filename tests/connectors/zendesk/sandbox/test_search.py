# SPDX-License-Identifier: GPL-3.0-or-later
"""Search: for people, not for synchronising."""

import pytest


def found(api, query):
    answer = api("GET", f"search.json?query={query}")[1]
    return [(each["result_type"], each["id"]) for each in answer["results"]]


def test_it_finds_by_kind_role_field_tag_and_word(api, person):
    assert found(api, "type:user role:agent") == [("user", 1900000000002)]
    assert found(api, "customer_code:C0000001") == [("user", person)]
    assert ("user", person) in found(api, "type:user tags:sms_consent_yes")
    assert found(api, "type:user -role:end-user role:admin") == [("user", 1900000000001)]
    assert ("ticket", 1) in found(api, "お届け日")
    assert {kind for kind, _ in found(api, "type:ticket status:pending")} == {"ticket"}
    assert found(api, f"type:ticket requester:{person}") == [("ticket", 1)]
    assert found(api, "type:user created>2026-01-01") == []
    assert api.get("search/count?query=type:user")["count"] == 202


def test_pages_end_at_a_thousand_results(api):
    assert api("GET", "search?query=type:user&page=10")[0] == 200
    status, answer = api("GET", "search?query=type:user&page=11")
    assert (status, answer["error"]) == (422, "invalid")


def test_the_export_goes_on_by_cursor(api):
    page = api.get("search/export?query=role:end-user&filter[type]=user&page[size]=100")
    again = api.get(page["links"]["next"])
    assert len(page["results"]) == len(again["results"]) == 100
    assert page["meta"]["has_more"] is True
    assert again["meta"]["has_more"] is False
    assert api("GET", "search/export?query=x")[0] == 400


@pytest.mark.parametrize("query", ["query=C0000004", "external_id=c0000004"])
def test_users_are_searched_by_word_and_external_id(api, person, query):
    assert [user["id"] for user in api.get(f"users/search?{query}")["users"]] == [person + 3]


def test_a_search_needs_a_query(api):
    assert api("GET", "search")[0] == 400
    assert api("GET", "users/search")[0] == 400
