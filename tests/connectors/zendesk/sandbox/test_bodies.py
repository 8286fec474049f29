# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a caller sends, the sandbox answers: with a refusal, not with a crash."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from connectors.zendesk.sandbox import ZendeskSandbox

NAMES = [
    "user",
    "users",
    "ticket",
    "tickets",
    "identity",
    "user_field",
    "ticket_field",
    "webhook",
    "trigger",
    "request",
    "name",
    "email",
    "phone",
    "user_fields",
    "tags",
    "external_id",
    "role",
    "id",
    "comment",
    "custom_fields",
    "requester_id",
    "status",
    "safe_update",
    "updated_stamp",
    "conditions",
    "actions",
    "title",
    "key",
    "type",
    "custom_field_options",
    "value",
    "endpoint",
    "subscriptions",
    "http_method",
    "request_format",
    "authentication",
    "custom_headers",
    "all",
    "any",
    "body",
]
CALLS = [
    ("POST", "users"),
    ("PUT", "users/1900000010001"),
    ("PUT", "users/update_many"),
    ("PUT", "users/update_many?ids=1900000010001,x"),
    ("PUT", "users/1900000010001/merge"),
    ("PUT", "users/1900000010001/tags"),
    ("POST", "users/1900000010001/identities"),
    ("POST", "user_fields"),
    ("POST", "ticket_fields"),
    ("POST", "tickets"),
    ("PUT", "tickets/1"),
    ("PUT", "tickets/update_many"),
    ("POST", "webhooks"),
    ("POST", "triggers"),
]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 10**13) | st.sampled_from(["", "x", "1", "active"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=5)
    ),
    max_leaves=12,
)
bodies = st.dictionaries(st.sampled_from(NAMES[:10]), values, min_size=1, max_size=3)


@pytest.fixture(scope="module")
def call():
    zendesk = ZendeskSandbox(people=5, limits=False)
    given = zendesk.credentials()
    proof = base64.b64encode(f"{given['email']}/token:{given['api_token']}".encode()).decode()
    client = Client(zendesk.application())
    headers = {"Authorization": f"Basic {proof}"}
    yield lambda method, path, body: client.open(
        f"/api/v2/{path}", method=method, json=body, headers=headers
    )
    zendesk.finish()


@settings(max_examples=150)
@given(st.sampled_from(CALLS), bodies)
def test_no_body_breaks_it(call, asked, body):
    method, path = asked
    assert call(method, path, body).status_code < 500


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "%22"])
@pytest.mark.parametrize(
    "path",
    [
        "users?page[size]=",
        "users?page[after]=",
        "users?per_page=3&page=",
        "incremental/users/cursor?start_time=",
        "incremental/users/cursor?cursor=",
        "search?query=x&page=",
        "search?query=tags:",
        "users/",
        "job_statuses/",
    ],
)
def test_no_parameter_breaks_it(call, path, value):
    assert call("GET", path + value, None).status_code < 500
