"""Who gets in, and to what."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connectors.kintone.sandbox import KintoneSandbox


def password(login, secret):
    return base64.b64encode(f"{login}:{secret}".encode()).decode()


def read(api, app=1):
    status, answer = api("GET", "records", app=app, query="limit 1")
    return status, answer.get("code")


def test_without_credentials_nobody_gets_in(api_with):
    assert read(api_with()) == (401, "CB_AU01")


def test_an_unknown_token_is_refused(api_with):
    assert read(api_with(X_Cybozu_API_Token="no")) == (400, "GAIA_IA02")


def test_a_token_of_another_app_is_refused(api):
    assert read(api, app=2) == (400, "GAIA_IA02")


def test_a_token_works_only_once_the_app_was_updated(api_with, kintone):
    token = kintone.add_token(1, deployed=False)
    assert read(api_with(X_Cybozu_API_Token=token)) == (400, "GAIA_IA02")


def test_two_tokens_of_one_app_are_refused(api_with, kintone):
    tokens = f"{kintone.add_token(1)}, {kintone.add_token(1)}"
    assert read(api_with(X_Cybozu_API_Token=tokens)) == (400, "GAIA_DA03")


@pytest.mark.parametrize(
    ("method", "path", "params", "right"),
    [
        ("GET", "records", {}, "view"),
        ("POST", "record", {}, "add"),
        ("PUT", "record", {"id": 1, "record": {}}, "edit"),
        ("DELETE", "records", {"ids": [1]}, "delete"),
    ],
)
def test_a_token_does_only_what_it_has_the_right_to(api_with, kintone, method, path, params, right):
    others = {"view", "add", "edit", "delete"} - {right}
    without = api_with(X_Cybozu_API_Token=kintone.add_token(1, others))
    assert without.code(method, path, app=1, **params) == (403, "GAIA_NO01")
    with_it = api_with(X_Cybozu_API_Token=kintone.add_token(1, [right]))
    assert with_it(method, path, app=1, **params)[0] == 200


def test_fields_need_view_or_add(api_with, kintone):
    adder = api_with(X_Cybozu_API_Token=kintone.add_token(1, ["add"]))
    assert adder("GET", "app/form/fields", app=1)[0] == 200
    deleter = api_with(X_Cybozu_API_Token=kintone.add_token(1, ["delete"]))
    assert deleter.code("GET", "app/form/fields", app=1) == (403, "GAIA_NO01")


def test_a_password_opens_every_app(api_with, kintone):
    user = kintone.credentials()
    api = api_with(X_Cybozu_Authorization=password(user["login"], user["password"]))
    assert read(api) == read(api, app=2) == (200, None)


@pytest.mark.parametrize("given", [password("sandbox", "wrong"), password("nobody", ""), "%%%"])
def test_a_wrong_password_is_refused_even_beside_a_good_token(api, given):
    api.session.headers["X-Cybozu-Authorization"] = given
    assert read(api) == (401, "CB_WA01")


def test_basic_authentication_stands_in_front(api, kintone):
    kintone.require_basic("gate", "open")
    url = f"{api.base_url}/k/v1/records.json?app=1"
    assert api.session.get(url, timeout=5).status_code == 401
    assert api.session.get(url, auth=("gate", "open"), timeout=5).status_code == 200


def test_guest_spaces_have_paths_of_their_own(api_with, kintone):
    guest = kintone.credentials()["guest_space"]
    api = api_with(X_Cybozu_API_Token=guest["apps"]["3"])
    assert read(api, app=3) == (400, "GAIA_IL23")
    url = f"{kintone.base_url}/k/guest/{guest['id']}/v1/records.json"
    assert api.session.get(url, params={"app": 3}, timeout=5).status_code == 200
    answer = api.session.get(url, params={"app": 1}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "CB_NO02")


def test_every_answer_says_how_busy_the_domain_is(api):
    answer = api.session.get(f"{api.base_url}/k/v1/records.json?app=9", timeout=5)
    assert answer.headers["X-ConcurrencyLimit-Limit"] == "100"
    assert answer.headers["X-ConcurrencyLimit-Running"] == "1"


def test_throttling_looks_like_kintones(api, kintone):
    kintone.throttle(retry_after=5)
    answer = api.session.get(f"{api.base_url}/k/v1/records.json?app=1", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (429, "GAIA_TO04")
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["X-Cybozu-Error"] == "GAIA_TO04"
    assert answer.headers["X-ConcurrencyLimit-Running"] == "101"


def test_the_hundred_and_first_call_at_once_is_refused(api, kintone):
    kintone.stall(seconds=1.5, times=100)
    with ThreadPoolExecutor(100) as pool:
        url = f"{api.base_url}/k/v1/records.json?app=1"
        waiting = [
            pool.submit(requests.get, url, headers=api.session.headers, timeout=20)
            for _ in range(100)
        ]
        while kintone.in_flight < 100:
            time.sleep(0.01)
        assert read(api) == (429, "GAIA_TO04")
        assert {each.result().status_code for each in waiting} == {200}


def test_calls_are_counted_by_day_and_fail_none(api, kintone):
    for _ in range(3):
        read(api)
    assert kintone.calls_today() == 3
    kintone.clock.advance(86_400)
    assert kintone.calls_today() == 0


def test_the_settings_it_gives_hold_and_its_bad_ones_do_not(api_with, kintone):
    good = kintone.connection_settings()
    bad = good | kintone.bad_credentials()
    assert read(api_with(X_Cybozu_API_Token=good["api_token"]), app=good["app"])[0] == 200
    assert read(api_with(X_Cybozu_API_Token=bad["api_token"]), app=good["app"])[0] == 400


def test_the_records_it_names_are_what_it_says(kintone):
    told = kintone.records()
    assert kintone.value(told["consented"]["id"], "SMS許諾") == ["許諾する"]
    assert kintone.value(told["consented"]["id"], "配信停止") == []
    assert kintone.value(told["not_consented"]["id"], "SMS許諾") == []
    assert kintone.value(told["withdrawn"]["id"], "配信停止") == ["停止"]


def test_a_bad_record_lies_in_the_middle(api, kintone):
    spoilt = int(kintone.bad_record())
    assert spoilt == 100
    record = api("GET", "record", app=1, id=spoilt)[1]["record"]
    assert not isinstance(record["携帯番号"]["value"], str)


def test_one_person_is_enough():
    with KintoneSandbox(people=1) as kintone:
        assert kintone.records()["people"] == {"count": 1, "id": "1"}
        assert kintone.records()["withdrawn"] == {"count": 0, "id": None}
