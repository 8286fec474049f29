"""A connection's page tells of the platform's limit, and of everything that does not fit."""

import pytest

from hub.errors import SettingsError
from hub.store import connections as queries
from hub.testing.serving import Loopback
from hub.values.connection import Account, Usage
from hub.values.problem import Problem
from hub.values.words import Words

CALLS = Words("24時間のAPI呼び出し", "API calls in 24 hours")
ADVICE = Words("項目がありません。追加してください。", "A field is missing. Add it.")
PAGE = "/connections/crm"


@pytest.fixture
def told(shop):
    """Let the platform have told so many of 1,000 calls."""

    def tell(used: int, *advice: Words) -> None:
        account = Account(
            id="crm", label="CRM", usage=Usage(what=CALLS, used=used, limit=1_000), advice=advice
        )
        with shop.hub.database.write() as tx:
            row = shop.hub.connections.row("crm")
            queries.set_account(tx, row.id, account, shop.clock())

    return tell


@pytest.fixture
def look(shop):
    client = shop.client(shop.session())
    return lambda lang, page=PAGE: client.get(page, headers={"Accept-Language": lang}).text


def test_the_limit_is_shown_with_its_time(look, told):
    told(123)
    assert "24時間のAPI呼び出し: 1,000のうち123を使用(12%) · 2026-01-13 10:00" in look("ja")
    assert "API calls in 24 hours: 123 of 1,000 used (12 %)" in look("en")
    assert "Near the limit" not in look("en")


def test_four_fifths_of_the_limit_are_a_warning(look, told):
    told(799)
    assert "Near the limit" not in look("en")
    told(800)
    assert "Near the limit its reading waits" in look("en")
    assert "上限に達すると" in look("ja")
    assert "800 of 1,000 used" in look("en", "/connections")


def test_advice_is_shown_until_it_is_followed(look, told):
    told(0, ADVICE)
    assert ADVICE.ja in look("ja")
    told(0)
    assert ADVICE.ja not in look("ja")


@pytest.mark.parametrize(
    "browser_page", [{"width": 390, "height": 844}, {"width": 1280, "height": 800}], indirect=True
)
def test_all_problems_stand_one_below_the_other(shop, told, browser_page):
    told(870, ADVICE)
    problems = [
        Problem(
            key=f"mapping.{key}", words=Words("項目がありません。選び直してください。", "Gone.")
        )
        for key in ("phone", "consent", "objects.Lead.consent_until")
    ]
    error = SettingsError("connections.crm", problems)
    with shop.hub.database.write() as tx:
        queries.suspend_grounds(tx, shop.hub.connections.row("crm").id, error.words, shop.clock())
    server = Loopback(shop.app)
    server.start()
    try:
        browser_page.goto(f"http://localhost:{server.port}/signin/{shop.link()}")
        browser_page.get_by_role("button", name="管理者としてサインイン").click()
        browser_page.goto(f"http://localhost:{server.port}{PAGE}")
        alert = browser_page.get_by_text("connections.crm.mapping.phone")
        lines = alert.evaluate("node => node.innerText.split('\\n').length")
        assert lines == len(error.lines) == 3
        assert browser_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        server.stop()
