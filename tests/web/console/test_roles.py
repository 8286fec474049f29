"""Who reaches what: every route as everybody there is, from where they may and may not come."""

import pytest
import sqlalchemy as sa

from hub.access import allow_list, two_step
from hub.access.by import By
from hub.store.tables.access import user

from .routes import ADMINISTER, CODE, DOOR, GUARDED, LOOK, OPEN, OWN, OWN_WHOLE, of


def ask(client, method, path, **more):
    return client.open(path, method=method, **more)


def by(shop):
    return By(actor="terminal", at=shop.clock())


def ask_as(shop, token, method, path):
    return ask(shop.client(token), method, path, data={"csrf": shop.csrf(token)})


@pytest.fixture
def tokyo(shop):
    return shop.session("tokyo", "operator", site="tokyo")


@pytest.fixture
def osaka(shop):
    return shop.session("osaka", "operator", site="osaka")


@pytest.fixture
def demanded(shop):
    with shop.hub.database.write() as tx:
        two_step.demand(tx, True, by(shop))
    yield
    with shop.hub.database.write() as tx:
        two_step.demand(tx, False, by(shop))


@pytest.fixture
def lists(shop):
    """Set the lists of allowed networks; they are empty again afterwards."""

    def put(*networks, who=("administrator", "operator", "api")):
        with shop.hub.database.write() as tx:
            for each in who:
                allow_list.put(tx, each, networks, by(shop))

    yield put
    put()


# ---- sites -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [each for each in of(LOOK) if each[0] == "GET"])
def test_an_operator_sees_the_pages_of_the_own_site(shop, tokyo, method, path):
    assert ask_as(shop, tokyo, method, path).status_code == 200


@pytest.mark.parametrize("path", ["/people/1", "/messages/1"])
def test_what_belongs_to_another_site_is_not_there(shop, osaka, path):
    assert ask_as(shop, osaka, "GET", path).status_code == 404


@pytest.mark.parametrize("path", ["/people", "/messages", "/optouts", "/"])
def test_lists_and_counts_of_another_site_are_empty(shop, osaka, tokyo, path):
    own = ask_as(shop, tokyo, "GET", path).text
    other = ask_as(shop, osaka, "GET", path).text
    assert "090****" in own or path == "/" or path == "/optouts"
    assert "090****" not in other
    assert "顧客アプリ" not in other
    assert other.count("<tr>") < own.count("<tr>")


def test_a_number_of_another_site_is_not_found(shop, osaka, tokyo):
    number = shop.people[0].typed
    for token, status in ((tokyo, 200), (osaka, 404)):
        data = {"csrf": shop.csrf(token), "number": number}
        assert shop.client(token).post("/people", data=data).status_code == status


def test_an_operator_without_a_site_sees_nobody_and_is_told_why(shop):
    token = shop.session("new", "operator")
    assert "担当する拠点がまだありません" in ask_as(shop, token, "GET", "/").text
    assert "090****" not in ask_as(shop, token, "GET", "/people").text
    assert ask_as(shop, token, "GET", "/people/1").status_code == 404


def test_an_operators_pages_lead_nowhere_they_may_not_go(shop, tokyo):
    page = ask_as(shop, tokyo, "GET", "/").text
    for path in ("/connections", "/users", "/exclusions", "/stock", "/collections"):
        assert f'href="{path}' not in page


@pytest.mark.parametrize(("method", "path"), of(OWN))
def test_an_operator_keeps_the_own_account(shop, tokyo, method, path):
    answer = ask_as(shop, tokyo, method, path)
    assert answer.status_code in (200, 303, 400, 403)
    assert "この操作はできません" not in answer.text


# ---- the second factor -----------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), of(LOOK, ADMINISTER, OWN_WHOLE))
def test_without_the_demanded_second_factor_only_its_set_up_is_reached(
    shop, demanded, method, path
):
    answer = ask_as(shop, shop.session(), method, path)
    assert (answer.status_code, answer.location) == (302, "/account/two-step")


def test_the_set_up_page_is_reached_and_can_be_left(shop, demanded):
    token = shop.session()
    assert ask_as(shop, token, "GET", "/account/two-step").status_code == 200
    assert ask_as(shop, token, "POST", "/signout").location == "/signin"


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_session_that_owes_its_code_reaches_nothing_else(shop, method, path):
    token = shop.session("half", "administrator")
    csrf = shop.csrf(token)
    with shop.hub.database.write() as tx:
        tx.execute(sa.update(user).where(user.c.login == "half").values(totp_at=shop.clock()))
    answer = ask(shop.client(token), method, path, data={"csrf": csrf})
    assert (answer.status_code, answer.location) == (302, "/code")


@pytest.mark.parametrize(("method", "path"), of(CODE))
def test_the_page_for_the_code_is_for_those_who_owe_one(shop, method, path):
    for token in (None, shop.session()):
        answer = ask(shop.client(token), method, path)
        assert (answer.status_code, answer.location) == (302, "/signin")


# ---- addresses -------------------------------------------------------------------------------

ELSEWHERE = "203.0.113.0/24"


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("role", ["administrator", "operator"])
def test_from_a_forbidden_address_no_session_opens_anything(shop, lists, method, path, role):
    token = shop.session(role, role)
    lists(ELSEWHERE)
    assert ask_as(shop, token, method, path).status_code == 403


@pytest.mark.parametrize(("method", "path"), of(DOOR))
def test_from_a_forbidden_address_there_is_no_door(shop, lists, method, path):
    lists(ELSEWHERE)
    assert ask(shop.client(), method, path).status_code == 403


@pytest.mark.parametrize(("method", "path"), of(OPEN))
def test_public_pages_are_answered_as_before_from_everywhere(shop, lists, method, path):
    before = ask(shop.client(), method, path).status_code
    lists(ELSEWHERE)
    assert ask(shop.client(), method, path).status_code == before


def test_lists_are_for_their_role_alone(shop, lists, tokyo):
    lists(ELSEWHERE, who=("operator",))
    assert ask_as(shop, tokyo, "GET", "/").status_code == 403
    assert ask_as(shop, shop.session(), "GET", "/").status_code == 200
    assert shop.client().get("/signin").status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-For": "203.0.113.7, 127.0.0.1"},
        {"X-Real-IP": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
    ],
)
def test_a_forged_address_opens_nothing(shop, lists, forged):
    token = shop.session()
    lists(ELSEWHERE)
    assert shop.client(token).get("/", headers=forged).status_code == 403
    assert shop.client().get("/signin", headers=forged).status_code == 403


@pytest.mark.parametrize("address", ["203.0.113.7", "::ffff:203.0.113.7"])
def test_from_an_allowed_address_in_either_form_everything_is_open(shop, lists, address):
    token = shop.session()
    lists(ELSEWHERE)
    client = shop.client(token)
    assert client.get("/", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_whoever_saves_the_own_list_cannot_be_outside_of_it(shop, lists):
    token = shop.session()
    data = {"csrf": shop.csrf(token), "networks": ELSEWHERE}
    answer = shop.client(token).post("/allow-list/administrator", data=data)
    assert answer.status_code == 409
    assert "締め出され" in answer.text
    assert ELSEWHERE in answer.text
    assert shop.client(token).get("/").status_code == 200
    inside = data | {"networks": f"{ELSEWHERE}\n127.0.0.0/8"}
    assert shop.client(token).post("/allow-list/administrator", data=inside).status_code == 303
    assert shop.client(token).get("/").status_code == 200
