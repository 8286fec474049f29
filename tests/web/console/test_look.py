"""The console in a browser: on a phone and on a desk, without a word that does not fit."""

import pytest

from hub.testing.serving import Loopback

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}
PAGES = ["/", "/connections", "/connections/crm", "/people", "/people/1", "/messages", "/optouts"]
PAGES += ["/exclusions", "/exclusions/1", "/stock", "/collections", "/collections/1"]
PAGES += ["/collections/new/crm", "/account", "/account/two-step", "/users", "/users/1"]
PAGES += ["/allow-list", "/api-keys"]


@pytest.fixture
def address(shop):
    server = Loopback(shop.app)
    server.start()
    yield f"http://localhost:{server.port}"
    server.stop()


@pytest.mark.parametrize("browser_page", [PHONE, WIDE], indirect=True)
def test_an_administrator_signs_in_looks_around_and_signs_out(browser_page, shop, address):
    wrong = []
    browser_page.on("console", lambda said: wrong.append(said.text))
    browser_page.on("pageerror", lambda error: wrong.append(str(error)))
    browser_page.goto(f"{address}/signin/{shop.link()}")
    browser_page.get_by_role("button", name="管理者としてサインイン").click()
    # The first administrator has no password yet.
    browser_page.get_by_text("パスワードがまだありません").wait_for()
    for path in PAGES:
        browser_page.goto(address + path)
        beyond = browser_page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{path} is wider than the screen"
    browser_page.get_by_role("link", name="連絡先").click()
    browser_page.get_by_label("電話番号で探す").fill("090-0000-0000")
    browser_page.get_by_role("button", name="検索").click()
    browser_page.get_by_text("その番号の連絡先はありません").wait_for()
    browser_page.get_by_role("link", name="接続", exact=True).click()
    browser_page.get_by_role("link", name="顧客アプリ").click()
    browser_page.get_by_role("button", name="接続テスト").click()
    browser_page.get_by_text("接続できました").wait_for()
    browser_page.get_by_role("button", name="サインアウト").click()
    browser_page.get_by_role("heading", name="サインイン").wait_for()
    # The search was answered with 404, which a browser notes; nothing else may go wrong.
    assert [line for line in wrong if "404" not in line] == []
    assert browser_page.context.cookies() == []


def test_a_keyboard_reaches_the_content_first(browser_page, address):
    browser_page.goto(f"{address}/signin")
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.getAttribute('href')") == "#main"
