"""Signing in by password and code, invitations, one's account, as pages."""

import re
from base64 import b32decode

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hub.access import users
from hub.access.by import By
from hub.access.users import Newcomer
from hub.store import access

PASSWORD = "correct horse battery"


def invited(shop, login, role="operator"):
    with shop.hub.database.write() as tx:
        known = access.find_user(tx, login)
        by = By(actor="terminal", at=shop.clock())
        if known is not None:
            return f"/invitation/{users.new_link(tx, known.id, by).token}"
        newcomer = Newcomer(login=login, label=login, role=role, language="ja")
        return f"/invitation/{users.invite(tx, newcomer, by).token}"


def joined(shop, login, role="operator"):
    """Somebody who has just set a password, as their browser."""
    client = shop.client()
    answer = client.post(invited(shop, login, role), data={"password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account/two-step")
    return client


def csrf(page):
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


def code(shop, secret):
    totp = TOTP(b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(shop.clock().timestamp())).decode()


def set_up(shop, client):
    """Turn two-step on in the browser; give its secret and the recovery codes shown."""
    page = client.get("/account/two-step")
    found = re.search(r"<pre>([A-Z2-7 ]+)</pre>", page.text)
    assert found
    secret = found[1].replace(" ", "")
    done = client.post("/account/two-step", data={"csrf": csrf(page), "code": code(shop, secret)})
    shop.clock.advance(30)
    return secret, re.findall(r"<code>([a-z0-9-]+)</code>", done.text)


def sign_in(client, login, password=PASSWORD, **more):
    return client.post("/signin", data={"login": login, "password": password}, **more)


def test_an_invitation_leads_to_a_password_and_on_to_two_step(shop):
    path = invited(shop, "new")
    client = shop.client()
    assert "new さんのアカウントです" in client.get(path).text
    short = client.post(path, data={"password": "short", "again": "short"})
    assert short.status_code == 400
    assert "12文字以上" in short.text
    differ = client.post(path, data={"password": PASSWORD, "again": PASSWORD + "x"})
    assert "一致しません" in differ.text
    assert client.post(path, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert client.get("/account").status_code == 200
    assert client.get(path).status_code == 403


def test_a_wrong_password_and_an_unknown_login_look_the_same(shop):
    joined(shop, "same")
    answers = [
        sign_in(shop.client(), login, "wrong").text.replace(login, "")
        for login in ("same", "nobody-of-that-name")
    ]
    assert answers[0] == answers[1]
    assert "正しくありません" in answers[0]


def test_a_form_keeps_the_login_and_never_the_password(shop):
    page = sign_in(shop.client(), "<b>x</b>", "a secret that is wrong").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "a secret that is wrong" not in page


def test_many_failures_are_told_to_wait_and_for_how_long(shop):
    for _ in range(6):
        answer = sign_in(shop.client(), "guessed", "wrong")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "もう一度お試しください" in answer.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_site_cannot_sign_anybody_in(shop, headers):
    joined(shop, "target")
    assert sign_in(shop.client(), "target", headers=headers).status_code == 403
    path = invited(shop, "target")
    data = {"password": PASSWORD, "again": PASSWORD}
    assert shop.client().post(path, data=data, headers=headers).status_code == 403
    assert shop.client().post(f"/signin/{shop.link()}", headers=headers).status_code == 403


def test_signing_in_replaces_the_session_the_browser_came_with(shop):
    client = joined(shop, "again")
    old = client.get_cookie("hub").value
    sign_in(client, "again")
    new = client.get_cookie("hub").value
    assert new != old
    assert shop.client(old).get("/account").location == "/signin"
    assert shop.client(new).get("/account").status_code == 200


def test_from_set_up_to_signing_in_with_a_code(shop):
    client = joined(shop, "twostep")
    before = client.get_cookie("hub").value
    secret, shown = set_up(shop, client)
    assert len(shown) == 10
    assert client.get_cookie("hub").value != before
    client = shop.client()
    assert sign_in(client, "twostep").location == "/"
    half = client.get_cookie("hub").value
    assert client.get("/").location == "/code"
    page = client.get("/code")
    wrong = client.post("/code", data={"csrf": csrf(page), "code": "000000"})
    assert wrong.status_code == 403
    done = client.post("/code", data={"csrf": csrf(page), "code": code(shop, secret)})
    assert (done.status_code, done.location) == (303, "/")
    assert client.get("/").status_code == 200
    assert client.get_cookie("hub").value != half
    assert shop.client(half).get("/").location == "/signin"


def test_the_codes_are_shown_once_and_the_secret_never_again(shop):
    client = joined(shop, "once")
    secret, shown = set_up(shop, client)
    again = client.get("/account/two-step")
    assert again.location == "/account"
    page = client.get("/account").text
    assert secret not in page
    assert shown[0] not in page
    assert "残りのリカバリーコード: 10" in page


def test_the_qr_code_is_part_of_the_page(shop):
    page = joined(shop, "picture").get("/account/two-step")
    assert 'src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


def test_ones_sessions_are_listed_and_ended(shop):
    client, other = joined(shop, "many"), shop.client()
    sign_in(other, "many", headers={"User-Agent": "<i>Phone</i>"})
    page = client.get("/account")
    assert "&lt;i&gt;Phone&lt;/i&gt;" in page.text
    (name,) = re.findall(r"/account/sessions/([0-9a-f]{16})/end", page.text)
    client.post(f"/account/sessions/{name}/end", data={"csrf": csrf(page)})
    assert other.get("/account").location == "/signin"
    assert client.get("/account").status_code == 200


def test_another_users_session_is_not_ended_by_its_name(shop):
    mine, theirs = joined(shop, "mallory"), joined(shop, "victim")
    sign_in(shop.client(), "victim")
    (name,) = re.findall(r"/account/sessions/([0-9a-f]{16})/end", theirs.get("/account").text)
    token = csrf(mine.get("/account"))
    mine.post(f"/account/sessions/{name}/end", data={"csrf": token})
    assert name in theirs.get("/account").text


def test_a_key_is_made_only_in_a_session_with_a_code_and_shown_once(shop):
    client = joined(shop, "keys", "administrator")
    data = {"label": "shop", "scope": "consents:read", "networks": "192.0.2.0/24"}
    page = client.get("/api-keys")
    refused = client.post("/api-keys", data=data | {"csrf": csrf(page)})
    assert refused.status_code == 403
    assert "2段階認証が必要です" in refused.text
    set_up(shop, client)
    made = client.post("/api-keys", data=data | {"csrf": csrf(client.get("/api-keys"))})
    (key,) = re.findall(r"hub_[a-z0-9]{8}_[\w-]{43}", made.text)
    page = client.get("/api-keys")
    assert key not in page.text
    prefix = key.split("_")[1]
    assert prefix in page.text
    client.post(f"/api-keys/{prefix}/revoke", data={"csrf": csrf(page)})
    assert "取り消し済み" in client.get("/api-keys").text


def test_a_user_is_invited_changed_and_disabled_from_the_page(shop):
    admin = shop.session(whole=True)
    client, data = shop.client(admin), {"csrf": shop.csrf(admin)}
    made = client.post(
        "/users/invite", data=data | {"login": "page-user", "role": "operator", "site": "tokyo"}
    )
    (path,) = re.findall(r"http://localhost:8000(/invitation/[\w-]{43})", made.text)
    assert path not in client.get("/users").text
    user = shop.client()
    user.post(path, data={"password": PASSWORD, "again": PASSWORD})
    assert user.get("/people/1").status_code == 200
    (id_,) = re.findall(r'/users/(\d+)">page-user<', client.get("/users").text)
    client.post(f"/users/{id_}/may", data=data | {"right": "export"})
    assert user.get("/people/1").status_code == 404
    client.post(f"/users/{id_}/disable", data=data)
    assert user.get("/account").location == "/signin"
    twice = client.post("/users/invite", data=data | {"login": "page-user", "role": "operator"})
    assert twice.status_code == 400
    assert "すでに使われています" in twice.text


def test_nobody_disables_themselves_or_demands_what_they_do_not_have(shop):
    admin = shop.session("boss", "administrator")
    client, data = shop.client(admin), {"csrf": shop.csrf(admin)}
    with shop.hub.database.read() as tx:
        me = access.find_user(tx, "boss")
    for act in ("disable", "role"):
        assert client.post(f"/users/{me.id}/{act}", data=data).status_code == 409
    demanded = client.post("/users/two-step", data=data | {"demand": "on"})
    assert demanded.status_code == 409
    assert "先に自分の2段階認証" in demanded.text
