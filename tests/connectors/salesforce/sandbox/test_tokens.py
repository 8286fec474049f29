"""Who gets a token, and how long it lives."""

import base64
import time

import jwt
import pytest
import requests

from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.sandbox.tokens import JWT_BEARER, stranger_pem


def ask(sandbox, auth=None, **form):
    answer = requests.post(
        f"{sandbox.base_url}/services/oauth2/token", data=form, auth=auth, timeout=5
    )
    return answer.status_code, answer.json()


def by_jwt(sandbox, key=None, **changes):
    app = sandbox.credentials()
    claims = {
        "iss": app["client_id"],
        "sub": app["username"],
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    assertion = jwt.encode(claims | changes, key or app["private_key"], "RS256")
    status, body = ask(sandbox, grant_type=JWT_BEARER, assertion=assertion)
    return status, body.get("error_description", body.get("token_type"))


def test_client_credentials_are_taken_as_basic_or_in_the_body(salesforce):
    app = salesforce.credentials()
    pair = (app["client_id"], app["client_secret"])
    status, token = ask(salesforce, auth=pair, grant_type="client_credentials")
    assert (status, token["token_type"], token["instance_url"]) == (
        200,
        "Bearer",
        salesforce.base_url,
    )
    form = {"client_id": pair[0], "client_secret": pair[1]}
    assert ask(salesforce, grant_type="client_credentials", **form)[0] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"client_id": "other"}, "invalid_client_id"), ({"client_secret": "no"}, "invalid_client")],
)
def test_wrong_client_credentials_are_refused(salesforce, changes, code):
    app = salesforce.credentials()
    form = {"client_id": app["client_id"], "client_secret": app["client_secret"]} | changes
    status, answer = ask(salesforce, grant_type="client_credentials", **form)
    assert (status, answer["error"]) == (400, code)


def test_another_flow_is_refused(salesforce):
    status, answer = ask(salesforce, grant_type="password")
    assert (status, answer["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "audience", ["https://login.salesforce.com", "https://test.salesforce.com", "itself"]
)
def test_a_jwt_is_taken_for_the_login_hosts_and_for_the_org_itself(salesforce, audience):
    aud = salesforce.base_url if audience == "itself" else audience
    assert by_jwt(salesforce, aud=aud) == (200, "Bearer")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"aud": "https://acme.my.example.com"}, "audience is invalid"),
        ({"exp": int(time.time()) - 1}, "expired authorization code"),
        ({"exp": int(time.time()) + 3_600}, "assertion expiry is too far in the future"),
        ({"exp": None}, "invalid assertion"),
        ({"iss": "somebody"}, "client identifier invalid"),
        ({"sub": "nobody@example.com"}, "user hasn't approved this consumer"),
        ({"key": stranger_pem()}, "invalid assertion"),
    ],
)
def test_a_jwt_is_checked_for_signature_and_every_claim(salesforce, changes, told):
    assert by_jwt(salesforce, **changes) == (400, told)


@pytest.mark.parametrize("assertion", ["", "a.b.c", "e30.e30.", "…"])
def test_an_assertion_that_is_none_is_refused(salesforce, assertion):
    status, answer = ask(salesforce, grant_type=JWT_BEARER, assertion=assertion)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_an_unsigned_jwt_is_refused(salesforce):
    app = salesforce.credentials()
    claims = {"iss": app["client_id"], "sub": app["username"], "exp": int(time.time()) + 60}
    assertion = jwt.encode(claims, None, "none")
    assert ask(salesforce, grant_type=JWT_BEARER, assertion=assertion)[0] == 400


def test_a_clock_that_runs_ahead_breaks_assertions(salesforce):
    salesforce.havoc.clock_ahead(600)
    assert by_jwt(salesforce) == (400, "expired authorization code")


def test_a_broken_basic_header_is_refused(salesforce):
    answer = requests.post(
        f"{salesforce.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": "Basic " + base64.b64encode(b"\xff").decode()},
        timeout=5,
    )
    assert answer.json()["error"] == "invalid_client"


def test_no_token_and_a_wrong_token_get_nowhere(api):
    for given in ("", "Bearer no", "Basic abc"):
        api.session.headers["Authorization"] = given
        assert api.code("GET", "limits") == (401, "INVALID_SESSION_ID")


def test_a_session_ends_after_two_hours_without_a_call(api, clock):
    clock.advance(7_000)
    assert api("GET", "limits")[0] == 200
    clock.advance(7_000)
    assert api("GET", "limits")[0] == 200
    clock.advance(7_201)
    assert api.code("GET", "limits") == (401, "INVALID_SESSION_ID")


def test_tokens_can_end_midway(api, salesforce):
    salesforce.havoc.expire_tokens(after=2)
    assert [api("GET", "limits")[0] for _ in range(4)] == [200, 200, 401, 401]


def test_a_revoked_token_is_dead_and_no_other(api, salesforce):
    token = salesforce.tokens.new()
    answer = requests.post(
        f"{salesforce.base_url}/services/oauth2/revoke", data={"token": token}, timeout=5
    )
    assert answer.status_code == 200
    assert api("GET", "limits")[0] == 200
    api.session.headers["Authorization"] = f"Bearer {token}"
    assert api("GET", "limits")[0] == 401


def test_the_user_behind_a_token_is_told_and_not_to_strangers(api, salesforce):
    status, user = api("GET", "/services/oauth2/userinfo")
    assert (status, user["preferred_username"]) == (200, salesforce.credentials()["username"])
    assert user["organization_id"] == salesforce.org.id
    status, same = api("GET", f"/id/{user['organization_id']}/{user['user_id']}")
    assert (status, same["user_id"]) == (200, user["user_id"])
    api.session.headers["Authorization"] = "Bearer no"
    refused = api.send("GET", "/services/oauth2/userinfo")
    assert (refused.status_code, refused.text) == (403, "Bad_OAuth_Token")


def test_the_instance_url_can_be_another(clock):
    with SalesforceSandbox(people=10, clock=clock, instance_url="https://acme.example") as sandbox:
        app = sandbox.credentials()
        pair = (app["client_id"], app["client_secret"])
        _, token = ask(sandbox, auth=pair, grant_type="client_credentials")
        assert token["instance_url"] == "https://acme.example"
