"""Who may see and do what in the console: every route there is, as everybody there is."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.store.tables.access import audit, session, user
from hub.values.words import Words

from .routes import ADMINISTER, CHANGES, GUARDED, ROUTES, SHOWN, of


def ask(client, method, path, **more):
    return client.open(path, method=method, **more)


def turned_away(response):
    return response.status_code == 302 and response.location == "/signin"


def test_every_route_stands_in_the_table(shop):
    there = {
        (rule.endpoint, method)
        for rule in shop.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_is_sent_to_sign_in(shop, method, path):
    assert turned_away(ask(shop.client(), method, path))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_cookie_that_is_no_session_is_sent_to_sign_in(shop, method, path):
    assert turned_away(ask(shop.client("made-up"), method, path))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_an_ended_session_is_sent_to_sign_in(shop, method, path):
    token = shop.session()
    csrf = shop.csrf(token)
    shop.client(token).post("/signout", data={"csrf": csrf})
    assert turned_away(ask(shop.client(token), method, path, data={"csrf": csrf}))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_an_idle_session_is_sent_to_sign_in(shop, method, path):
    token = shop.session()
    csrf = shop.csrf(token)
    shop.clock.advance(60 * 60 + 1)
    assert turned_away(ask(shop.client(token), method, path, data={"csrf": csrf}))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_session_older_than_twelve_hours_is_sent_to_sign_in(shop, method, path):
    token = shop.session()
    csrf = shop.csrf(token)
    shop.clock.advance(12 * 60 * 60 + 1)
    with shop.hub.database.write() as tx:
        tx.execute(sa.update(session).values(seen_at=shop.clock()))
    assert turned_away(ask(shop.client(token), method, path, data={"csrf": csrf}))


@pytest.mark.parametrize(("method", "path"), of(ADMINISTER))
def test_an_operator_may_not(shop, method, path):
    token = shop.session("operator", "operator")
    answer = ask(shop.client(token), method, path, data={"csrf": shop.csrf(token)})
    assert answer.status_code == 403
    assert "この操作はできません" in answer.text


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_disabled_administrator_is_sent_to_sign_in(shop, method, path):
    token = shop.session("former", "administrator")
    with shop.hub.database.write() as tx:
        tx.execute(sa.update(user).where(user.c.login == "former").values(disabled_at=shop.clock()))
    assert turned_away(ask(shop.client(token), method, path))
    with shop.hub.database.write() as tx:
        tx.execute(sa.update(user).where(user.c.login == "former").values(disabled_at=None))


@pytest.mark.parametrize(("method", "path"), SHOWN)
def test_an_administrator_sees_every_page(shop, method, path):
    answer = ask(shop.client(shop.session()), method, path)
    assert answer.status_code == 200
    assert "サインアウト" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/connections/unknown",
        "/people/999999",
        "/people/99999999999999999999999",
        "/people/-1",
        "/messages/999999",
        "/messages/99999999999999999999999",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_404_for_an_administrator(shop, path):
    answer = shop.client(shop.session()).get(path)
    assert answer.status_code == 404
    assert "ページがありません" in answer.text


@pytest.mark.parametrize("act", ["pull", "explode"])
def test_an_act_a_connection_does_not_have_is_404_and_changes_nothing(shop, act):
    token = shop.session()
    answer = shop.client(token).post(f"/connections/sms/{act}", data={"csrf": shop.csrf(token)})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query", ["after=x", "after=-5", "after=99999999999999999999999", "verdict='--", "after="]
)
def test_a_page_asked_for_in_odd_ways_is_still_a_page(shop, query):
    client = shop.client(shop.session())
    assert client.get(f"/people?{query}").status_code == 200
    assert client.get(f"/messages?{query.replace('after', 'before')}").status_code == 200
    assert client.get(f"/optouts?{query.replace('after', 'before')}").status_code == 200


# ---- changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("csrf", [None, "", "wrong", "合言葉"])
def test_a_change_without_the_sessions_own_token_is_refused(shop, method, path, csrf):
    data = {} if csrf is None else {"csrf": csrf}
    assert ask(shop.client(shop.session()), method, path, data=data).status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_the_token_of_another_session_is_refused(shop, method, path):
    other = shop.csrf(shop.session())
    answer = ask(shop.client(shop.session()), method, path, data={"csrf": other})
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_change_that_comes_from_elsewhere_is_refused(shop, method, path, headers):
    token = shop.session()
    answer = ask(shop.client(token), method, path, data={"csrf": shop.csrf(token)}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_change_from_our_own_pages_is_taken(shop, headers):
    token = shop.session()
    answer = shop.client(token).post(
        "/connections/crm/test", data={"csrf": shop.csrf(token)}, headers=headers
    )
    assert answer.status_code == 303


def test_a_refused_change_changes_nothing(shop):
    token = shop.session()
    shop.client(token).post("/connections/crm/disable", data={"csrf": "wrong"})
    assert shop.hub.connections.row("crm").enabled


@pytest.mark.parametrize("path", [path for _, path in CHANGES if ("GET", path) not in SHOWN])
def test_looking_at_an_address_that_changes_something_is_not_how_it_is_called(shop, path):
    answer = shop.client(shop.session()).get(path)
    assert answer.status_code == 405
    assert answer.headers["Allow"]


# ---- signing in ------------------------------------------------------------------------------


def test_the_link_the_terminal_prints_signs_in(shop):
    link = shop.link()
    client = shop.client()
    answer = client.post(f"/signin/{link}")
    # A first administrator has no password yet: the account's page asks for one.
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/").status_code == 200


def test_looking_at_a_link_does_not_use_it_up(shop):
    link = shop.link()
    for _ in range(3):
        assert "このリンクは一度だけ使えます" in shop.client().get(f"/signin/{link}").text
        shop.client().head(f"/signin/{link}")
    assert shop.client().post(f"/signin/{link}").status_code == 303


def test_a_link_works_once(shop):
    link = shop.link()
    shop.client().post(f"/signin/{link}")
    again = shop.client().post(f"/signin/{link}")
    assert again.status_code == 403
    assert "使用済みか、期限切れ" in again.text
    assert "Set-Cookie" not in again.headers


def test_a_link_older_than_fifteen_minutes_is_refused(shop):
    link = shop.link()
    shop.clock.advance(15 * 60)
    assert shop.client().post(f"/signin/{link}").status_code == 403


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(shop):
    cookie = shop.client().post(f"/signin/{shop.link()}").headers["Set-Cookie"]
    assert cookie.startswith("hub=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_signing_out_ends_the_session_and_takes_the_cookie_away(shop):
    client = shop.client()
    client.post(f"/signin/{shop.link()}")
    token = client.get_cookie("hub").value
    answer = client.post("/signout", data={"csrf": shop.csrf(token)})
    assert answer.location == "/signin"
    assert client.get_cookie("hub") is None
    assert turned_away(shop.client(token).get("/"))


# ---- the audit trail -------------------------------------------------------------------------


def trail(shop):
    with shop.hub.database.read() as tx:
        rows = tx.execute(sa.select(audit.c.actor, audit.c.action, audit.c.object))
        return [tuple(row) for row in rows]


def test_who_looked_at_a_person_and_who_changed_a_connection_is_written_down(shop):
    token = shop.session()
    client = shop.client(token)
    data = {"csrf": shop.csrf(token)}
    client.get("/people/2")
    client.post("/people", data=data | {"number": shop.people[0].typed})
    client.post("/connections/crm/disable", data=data)
    client.post("/connections/crm/enable", data=data)
    who = next(row.id for row in users(shop) if row.login == "administrator")
    assert trail(shop)[-4:] == [
        (f"user:{who}", "person.seen", "contact:2"),
        (f"user:{who}", "person.searched", "people"),
        (f"user:{who}", "connection.disable", "connection:crm"),
        (f"user:{who}", "connection.enable", "connection:crm"),
    ]


def test_the_trail_holds_no_number(shop):
    token = shop.session()
    shop.client(token).post("/people", data={"csrf": shop.csrf(token), "number": "090-1234-5678"})
    assert "5678" not in repr(trail(shop))


def users(shop):
    with shop.hub.database.read() as tx:
        return tx.execute(sa.select(user)).all()


def test_a_session_in_use_stays_open(shop):
    client = shop.client(shop.session())
    for _ in range(3):
        shop.clock.advance(timedelta(minutes=50).total_seconds())
        assert client.get("/").status_code == 200


def test_a_parked_connection_can_be_used_again_from_its_page(shop):
    token = shop.session()
    crm = shop.hub.connections.row("crm").id
    shop.hub.connections.park(crm, Words("認証エラー", "The token is refused."))
    page = shop.client(token).get("/connections/crm?lang=en").text
    assert "The token is refused." in page
    assert "Use it again" in page
    shop.client(token).post("/connections/crm/enable", data={"csrf": shop.csrf(token)})
    assert shop.hub.connections.usable(crm)
    assert "Use it again" not in shop.client(token).get("/connections/crm?lang=en").text
