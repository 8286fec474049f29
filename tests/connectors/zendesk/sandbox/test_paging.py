# SPDX-License-Identifier: GPL-3.0-or-later
"""Both kinds of paging, as Zendesk ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from connectors.zendesk.sandbox.account import Account
from connectors.zendesk.sandbox.asked import Asked, Caller
from connectors.zendesk.sandbox.errors import ZendeskError
from connectors.zendesk.sandbox.paging import by_cursor, decode, encode
from hub.testing.clock import SandboxClock

ACCOUNT = Account(1, True, SandboxClock())


def asked(**args):
    named = {f"page[{key}]": str(value) for key, value in args.items()}
    caller = Caller(user={"id": 1, "role": "admin"})
    return Asked(
        account=ACCOUNT, caller=caller, base="http://x", path="things", args=MultiDict(named)
    )


@given(st.sets(st.integers(1, 10**13), max_size=40), st.integers(1, 10))
def test_pages_by_cursor_give_everything_once_forwards_and_backwards(ids, size):
    ids, there, back = sorted(ids), [], []
    args = {"size": size}
    while True:
        page = by_cursor(asked(**args), "things", ids, lambda id_: {"id": id_})
        there += [each["id"] for each in page["things"]]
        if not page["meta"]["has_more"]:
            break
        args["after"] = page["meta"]["after_cursor"]
    args = {"size": size, "before": encode(10**14)}
    while True:
        page = by_cursor(asked(**args), "things", ids, lambda id_: {"id": id_})
        back = [each["id"] for each in page["things"]] + back
        if not page["meta"]["has_more"]:
            break
        args["before"] = page["meta"]["before_cursor"]
    assert there == back == ids


@given(st.text(max_size=30))
def test_a_strange_cursor_is_refused_and_breaks_nothing(text):
    with pytest.raises(ZendeskError) as caught:
        decode(text, [1])
    assert caught.value.status == 400


def test_a_finished_page_keeps_its_link_and_the_page_behind_it_has_none(api):
    page = api.get("users?page[size]=100")
    while page["meta"]["has_more"]:
        page = api.get(page["links"]["next"])
    assert page["users"]
    assert page["meta"]["after_cursor"]
    behind = api.get(page["links"]["next"])
    assert behind == {
        "users": [],
        "meta": {"has_more": False, "after_cursor": None, "before_cursor": None},
        "links": {"prev": None, "next": None},
    }


def test_parameters_are_read_raw_and_encoded_and_stay_in_the_links(api):
    for path in ("users?page[size]=7&role[]=end-user", "users.json?page%5Bsize%5D=7&role=end-user"):
        page = api.get(path)
        assert len(page["users"]) == 7
        assert {user["role"] for user in api.get(page["links"]["next"])["users"]} == {"end-user"}


def test_links_have_the_host_that_the_caller_used(zendesk, api):
    other = zendesk.base_url.replace("localhost", "127.0.0.1")
    assert api.get(f"{other}/api/v2/users?page[size]=2")["links"]["next"].startswith(other)


def test_without_a_size_pages_have_numbers(api):
    page = api.get("users?per_page=90&page=2")
    assert len(page["users"]) == 90
    assert page["count"] == 202
    assert "page=3" in page["next_page"]
    assert "page=1" in page["previous_page"]
    assert api.get(page["next_page"])["next_page"] is None


def test_offsets_end_at_ten_thousand_records(api):
    assert api("GET", "users?page=100")[0] == 200
    assert api("GET", "users?page=101")[0] == 400


@pytest.mark.parametrize(
    "path", ["users?page[size]=101", "users?page[size]=x", "users?page[after]=x"]
)
def test_a_page_that_cannot_be_is_refused(api, path):
    status, answer = api("GET", path)
    assert (status, answer["error"]) == (400, "InvalidPaginationParameter")


def test_an_empty_page_may_come_before_the_end(zendesk, api):
    zendesk.empty_pages(1)
    page = api.get("users?page[size]=100")
    assert page["users"] == []
    assert page["meta"]["has_more"]
    assert len(api.get(page["links"]["next"])["users"]) == 100
