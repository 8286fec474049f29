# SPDX-License-Identifier: GPL-3.0-or-later
"""The incremental export: everything that changed, the newest minute left out."""

from connectors.zendesk.sandbox import ZendeskSandbox
from connectors.zendesk.sandbox.export import decode

from .conftest import client

START = "incremental/users/cursor?start_time=0"


def walk(api, path):
    users = []
    while True:
        page = api.get(path)
        users += page["users"]
        if page["end_of_stream"]:
            return users, page["after_cursor"]
        path = f"incremental/users/cursor?cursor={page['after_cursor']}&per_page=60"


def test_it_gives_everybody_once_in_order_of_time(api):
    users, _ = walk(api, f"{START}&per_page=60")
    assert len(users) == len({user["id"] for user in users}) == 202
    times = [(user["updated_at"], user["id"]) for user in users]
    assert times == sorted(times)


def test_the_end_keeps_a_cursor_and_later_gives_only_what_changed(zendesk, api, clock, person):
    _, cursor = walk(api, START)
    assert api.get(f"incremental/users/cursor?cursor={cursor}")["users"] == []
    zendesk.edit(person, notes="x")
    page = api.get(f"incremental/users/cursor?cursor={cursor}")
    assert (page["users"], page["end_of_stream"], page["after_cursor"]) == ([], True, cursor)
    assert page["after_url"]
    clock.advance(60)
    page = api.get(f"incremental/users/cursor?cursor={cursor}")
    assert [user["id"] for user in page["users"]] == [person]


def test_deleted_users_come_as_inactive(zendesk, api, clock, person):
    zendesk.delete(person)
    zendesk.delete(person + 3, for_good=True)
    clock.advance(60)
    found = {user["id"]: user for user in walk(api, START)[0]}
    assert found[person]["active"] is False
    assert found[person]["permanently_deleted"] is False
    assert found[person + 3]["permanently_deleted"] is True
    assert found[person + 3]["phone"] is None


def test_the_cursor_says_when_and_whose(api):
    page = api.get(f"{START}&per_page=3")
    at, last = decode(page["after_cursor"])
    assert last == page["users"][-1]["id"]
    assert at == 1766188800


def test_ten_calls_a_minute_are_allowed_over_both_exports(api, clock):
    for _ in range(5):
        assert api("GET", START)[0] == 200
        assert api("GET", "incremental/tickets/cursor?start_time=0")[0] == 200
    status, answer = api("GET", START)
    assert (status, answer["error"]) == (429, "APIRateLimitExceeded")
    assert "incremental export API requests" in answer["description"]
    assert api.last.headers["Retry-After"] == "60"
    clock.advance(60)
    assert api("GET", START)[0] == 200


def test_a_start_within_the_last_minute_is_refused(api, clock):
    now = int(clock().timestamp())
    status, answer = api("GET", f"incremental/users/cursor?start_time={now - 59}")
    assert (status, answer["error"]) == (422, "InvalidValue")
    assert answer["description"].startswith("Too recent start_time.")
    assert api("GET", f"incremental/users/cursor?start_time={now - 60}")[0] == 200
    assert api("GET", "incremental/users/cursor")[0] == 400
    assert api("GET", "incremental/users/cursor?cursor=x")[0] == 400


def test_an_agent_may_not_export(zendesk):
    api = client(zendesk)
    zendesk.account.users.put(zendesk.user(1900000000001) | {"role": "agent"})
    assert api("GET", START)[0] == 403


def test_an_empty_page_does_not_end_the_stream(zendesk, api):
    zendesk.empty_pages(1)
    page = api.get(START)
    assert (page["users"], page["end_of_stream"]) == ([], False)
    assert len(api.get(page["after_url"])["users"]) == 202


def test_a_hundred_thousand_people_need_no_memory_until_somebody_looks(clock):
    with ZendeskSandbox(people=100_000, clock=clock) as zendesk:
        page = client(zendesk).get("incremental/users/cursor?start_time=1766217600")
    assert len(page["users"]) == 1_000
    assert page["users"][0]["updated_at"] == "2025-12-20T08:00:00Z"


def test_the_older_kind_gives_its_last_second_again(api):
    page = api.get("incremental/users.json?start_time=0&per_page=50")
    again = api.get(f"incremental/users.json?start_time={page['end_time']}&per_page=50")
    assert page["users"][-1] in again["users"]


def test_deleted_tickets_come_with_their_status(api, clock):
    assert api("DELETE", "tickets/1")[0] == 204
    clock.advance(60)
    tickets = api.get("incremental/tickets/cursor?start_time=0")["tickets"]
    assert [each["status"] for each in tickets if each["id"] == 1] == ["deleted"]
    assert all(each["generated_timestamp"] for each in tickets)
