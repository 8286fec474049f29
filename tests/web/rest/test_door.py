"""Who may call the API, from where, how often; and that a key opens nothing else."""

import pytest
from redis.exceptions import RedisError

from hub.access import allow_list
from hub.access.by import By
from hub.web.rest.door import CALLS_A_MINUTE, WRONG_KEYS

from .caller import CONSENT, Caller

OPERATIONS = [("POST", "/consents"), ("GET", "/consents/x"), ("POST", "/withdrawals")]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic aHViOmh1Yg==", "hub_a_b"])
def test_nobody_gets_in_without_a_key(caller: Caller, method: str, path: str, header: str):
    answer = caller.client().open(
        f"/api/v1{path}", method=method, json=CONSENT, headers={"Authorization": header}
    )
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="hub"'


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_key_does_what_its_scopes_say_and_no_more(caller: Caller, method: str, path: str):
    scope = "consents:write" if method == "GET" else "consents:read"
    body = CONSENT if path == "/consents" else {"number": CONSENT["number"], "scope": "all"}
    answer = caller.call(
        method, path, body if method == "POST" else None, key=caller.new_key(scope)
    )
    assert (answer.status_code, answer.json["code"]) == (403, "scope")
    assert caller.entries() == []


def test_a_key_is_used_from_its_addresses_only(caller: Caller):
    key = caller.new_key("consents:write", networks=["198.51.100.0/24"])
    assert caller.post(CONSENT, key=key).json["code"] == "address"
    assert caller.post(CONSENT, key=key, address="198.51.100.4").status_code == 201


def test_no_key_is_used_from_an_address_off_the_list(caller: Caller):
    by = By(actor="terminal", at=caller.clock())
    with caller.hub.database.write() as tx:
        allow_list.put(tx, "api", ["198.51.100.0/24"], by)
    assert caller.post(CONSENT).json["code"] == "address"
    forged = caller.client().post(
        "/api/v1/consents",
        json=CONSENT,
        headers={"Authorization": f"Bearer {caller.key}", "X-Forwarded-For": "198.51.100.4"},
    )
    assert forged.status_code == 403
    assert caller.post(CONSENT, address="::ffff:198.51.100.4").status_code == 201


def test_a_key_ends(caller: Caller):
    caller.clock.advance(91 * 24 * 3600)
    assert caller.post(CONSENT).status_code == 401


def test_a_key_never_opens_the_console(caller: Caller):
    for path in ("/", "/people", "/connections"):
        answer = caller.client().get(path, headers={"Authorization": f"Bearer {caller.key}"})
        assert answer.location == "/signin"


def test_a_session_never_opens_the_api(caller: Caller):
    client = caller.client(caller.session())
    assert client.post("/api/v1/consents", json=CONSENT).status_code == 401


def test_a_key_that_calls_too_often_waits_and_no_other_does(caller: Caller):
    for _ in range(CALLS_A_MINUTE):
        last = caller.call("GET", "/consents/x")
    assert last.status_code == 404
    answer = caller.call("GET", "/consents/x")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert caller.post(CONSENT, key=caller.new_key("consents:write")).status_code == 201
    caller.clock.advance(60)
    assert caller.call("GET", "/consents/x").status_code == 404


def test_whoever_guesses_keys_locks_out_nobody_at_the_same_address(caller: Caller):
    for _ in range(WRONG_KEYS):
        assert caller.post(CONSENT, key="wrong").status_code == 401
    answer = caller.post(CONSENT, key="wrong")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert caller.post(CONSENT).status_code == 201


def test_without_the_broker_calls_are_still_counted(caller: Caller, monkeypatch):
    monkeypatch.setattr(caller.hub.bells.redis, "connection_pool", _Broken())
    assert caller.post(CONSENT).status_code == 201


class _Broken:
    """A broker that is away."""

    def get_connection(self, *args: object, **named: object) -> None:
        raise RedisError

    def get_encoder(self) -> None:
        return None


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/consents", 405)])
def test_an_address_that_is_none_is_a_problem_too(caller: Caller, path: str, status: int):
    answer = caller.call("DELETE", path)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_it_says_of_itself_what_it_takes_and_gives(caller: Caller):
    spec = caller.client().get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]) == {
        "/api/v1/consents",
        "/api/v1/consents/{consent_id}",
        "/api/v1/withdrawals",
    }
    post = spec["paths"]["/api/v1/consents"]["post"]
    assert {"201", "400", "401", "403", "413", "415", "422", "429", "503"} <= set(post["responses"])
    schema = spec["components"]["schemas"]["Consent"]
    assert {"number", "purpose", "method"} == set(schema["required"])
    assert spec["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
