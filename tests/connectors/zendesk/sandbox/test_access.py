# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may sign in, by what, and for how long."""

from datetime import UTC, datetime

import pytest
import requests

from .conftest import Api, client


def basic(zendesk, name, secret):
    api = Api(zendesk.base_url)
    api.session.auth = (name, secret)
    return api


def grant(zendesk, **order):
    given = {k: zendesk.credentials()[k] for k in ("client_id", "client_secret")}
    url = f"{zendesk.base_url}/oauth/tokens"
    return requests.post(url, json=given | order, timeout=10)


def test_an_api_token_signs_in_with_the_email_and_the_word_token(zendesk):
    given = zendesk.credentials()
    api = basic(zendesk, f"{given['email']}/token", given["api_token"])
    assert api.get("users/me.json")["user"]["role"] == "admin"


@pytest.mark.parametrize("name", ["admin@example.com", "nobody@example.com/token", "admin/pass"])
def test_a_password_or_a_stranger_is_refused(zendesk, name):
    api = basic(zendesk, name, zendesk.credentials()["api_token"])
    assert api("GET", "users/me") == (401, {"error": "Couldn't authenticate you"})


def test_api_tokens_end_on_30_april_2027(zendesk, clock):
    given = zendesk.credentials()
    api = basic(zendesk, f"{given['email']}/token", given["api_token"])
    clock.stop(datetime(2027, 4, 29, 23, 59, tzinfo=UTC))
    assert api("GET", "users/me")[0] == 200
    clock.stop(datetime(2027, 4, 30, tzinfo=UTC))
    assert api("GET", "users/me")[0] == 401


def test_without_credentials_only_me_answers_and_names_nobody(zendesk):
    api = Api(zendesk.base_url)
    assert api.get("users/me")["user"]["id"] is None
    assert api("GET", "users")[0] == 401


def test_a_token_ends_when_it_said(zendesk, clock):
    api = client(zendesk, expires_in=300)
    assert api.get("oauth/tokens/current")["token"]["expires_at"] == "2026-01-13T01:05:00Z"
    clock.advance(299)
    assert api("GET", "users/me")[0] == 200
    clock.advance(1)
    status, answer = api("GET", "users/me")
    assert (status, answer["error"]) == (401, "invalid_token")


def test_a_token_without_a_wish_has_no_end(zendesk):
    order = {"grant_type": "client_credentials", "scope": "read"}
    assert grant(zendesk, **order).json()["expires_in"] is None
    assert client(zendesk).get("oauth/tokens/current.json")["token"]["expires_at"] is None


def test_a_wrong_client_secret_is_refused(zendesk):
    order = zendesk.bad_credentials() | {"grant_type": "client_credentials"}
    answer = grant(zendesk, **order)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("seconds", [299, 172_801])
def test_a_lifetime_out_of_range_is_refused(zendesk, seconds):
    order = {"grant_type": "client_credentials", "scope": "read", "expires_in": seconds}
    assert grant(zendesk, **order).status_code == 400


def test_a_refresh_ends_the_old_pair_at_once(zendesk):
    order = {"grant_type": "authorization_code", "scope": "read"}
    first = grant(zendesk, code=zendesk.account.oauth.code(), **order).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = grant(zendesk, **refresh).json()
    assert grant(zendesk, **refresh).json()["error"] == "invalid_grant"
    old = Api(zendesk.base_url, Authorization=f"Bearer {first['access_token']}")
    new = Api(zendesk.base_url, Authorization=f"Bearer {second['access_token']}")
    assert (old("GET", "users")[0], new("GET", "users")[0]) == (401, 200)


def test_a_code_is_good_for_one_token(zendesk):
    order = {"grant_type": "authorization_code", "code": zendesk.account.oauth.code()}
    assert grant(zendesk, **order).status_code == 201
    assert grant(zendesk, **order).status_code == 400


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("users:read", "GET", "users", 200),
        ("users:read", "GET", "user_fields", 200),
        ("users:read", "GET", "incremental/users/cursor?start_time=0", 200),
        ("users:read", "GET", "tickets", 403),
        ("users:read", "DELETE", "users/1900000010001", 403),
        ("users:write", "GET", "users", 403),
        ("tickets:read", "GET", "tickets", 200),
        ("read", "GET", "webhooks", 200),
        ("users:read dance", "GET", "users", 403),
        (["users:read"], "GET", "users", 403),
    ],
)
def test_a_scope_opens_its_own_resource(zendesk, scope, method, path, status):
    assert client(zendesk, scope=scope)(method, path)[0] == status
