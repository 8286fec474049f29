"""The sender page: what an advertising SMS may leave to a linked page stands there."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import redis
from flask import Flask

from hub.config import read_config
from hub.store.connections import site_for
from hub.store.database import Database
from hub.store.upgrade import upgrade
from hub.testing.serving import Loopback
from hub.web.public import blueprint
from hub.web.public.style import CONTENT_POLICY

SENDER = {
    "HUB_SENDER_NAME": "株式会社サンプル商店",
    "HUB_SENDER_CONTACT": "0120-000-000",
    "HUB_SENDER_ADDRESS": "東京都千代田区見本町1-1-1",
    "HUB_PRIVACY_URL": "https://www.example.jp/privacy",
}
Serve = Callable[..., Flask]


@pytest.fixture
def serve(ready_sqlite_url: str, clock) -> Iterator[Serve]:
    db = Database(ready_sqlite_url)
    upgrade(db)
    with db.write() as tx:
        site_for(tx, "tokyo", clock())

    def app(**settings: str) -> Flask:
        hub = SimpleNamespace(
            config=read_config(SENDER | settings),
            database=db,
            clock=clock,
            bells=SimpleNamespace(redis=redis.Redis()),
        )
        app = Flask("test")
        app.register_blueprint(blueprint(hub))
        return app

    yield app
    db.close()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ja",
            [
                "送信者情報",
                "名称",
                "苦情・問合せ窓口",
                "SMSの配信を停止するには",
                "個人情報の扱い",
            ],
        ),
        ("en", ["Who sends these SMS", "Complaints and questions", "How to stop these SMS"]),
    ],
)
def test_it_shows_name_address_contact_and_how_to_stop(serve, language, words):
    answer = serve().test_client().get(f"/s?lang={language}")
    assert answer.status_code == 200
    for text in (*words, *SENDER.values()):
        assert text in answer.text
    assert f'<html lang="{language}">' in answer.text


def test_a_site_is_named_beside_the_company(serve):
    page = serve().test_client().get("/s/tokyo").text
    assert "tokyo" in page
    assert "株式会社サンプル商店" in page


@pytest.mark.parametrize("path", ["/s/nowhere", "/s/<script>", "/s/" + "x" * 500])
def test_a_site_that_is_not_there_is_told(serve, path):
    answer = serve().test_client().get(path)
    assert answer.status_code == 404
    assert "送信者情報がありません" in answer.text
    assert "<script" not in answer.text


def test_without_a_sender_there_is_no_page_that_names_one(serve):
    assert serve(HUB_SENDER_NAME="").test_client().get("/s").status_code == 404


def test_it_runs_nothing_loads_nothing_and_sets_nothing(serve):
    answer = serve().test_client().get("/s")
    assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "<form" not in answer.text


def test_what_the_settings_hold_is_shown_as_text(serve):
    page = serve(HUB_SENDER_ADDRESS="<b>x</b>", HUB_PRIVACY_URL="https://a.test/'\"><b>")
    assert "<b>" not in page.test_client().get("/s").text


@pytest.mark.parametrize(
    "browser_page", [{"width": 390, "height": 844}, {"width": 1280, "height": 800}], indirect=True
)
def test_it_fits_a_phone_and_a_desk(browser_page, serve):
    wrong = []
    browser_page.on("console", lambda said: wrong.append(said.text))
    server = Loopback(serve())
    server.start()
    browser_page.goto(f"http://localhost:{server.port}/s/tokyo")
    browser_page.get_by_role("link", name="SMSの配信を停止するには").click()
    beyond = browser_page.evaluate("document.documentElement.scrollWidth - innerWidth")
    server.stop()
    assert beyond <= 0
    assert wrong == []
