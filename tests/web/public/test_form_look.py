"""The opt-in form in a browser: filled in on a phone, on a desk, and inside another page."""

import os
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from hub.testing.serving import Loopback

from .counter import NUMBER, Counter

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def address(counter: Counter):
    server = Loopback(counter.app)
    server.start()
    yield f"http://localhost:{server.port}"
    server.stop()


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def keep(page, name: str) -> None:
    """Keep a picture where somebody asked for one."""
    if "PICTURES" in os.environ:
        page.screenshot(path=str(Path(os.environ["PICTURES"]) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("browser_page", [PHONE, WIDE], indirect=True, ids=["phone", "wide"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_somebody_signs_up(browser_page, counter: Counter, address: str, language: str):
    name = f"form-{language}-{browser_page.viewport_size['width']}"
    wrong = []
    browser_page.on("console", lambda said: wrong.append(said.text))
    browser_page.on("pageerror", lambda error: wrong.append(str(error)))
    browser_page.goto(f"{address}/f/news?lang={language}")
    assert fits(browser_page)
    keep(browser_page, name)
    boxes = browser_page.get_by_role("checkbox")
    assert [boxes.nth(turn).is_checked() for turn in range(boxes.count())] == [False, False]
    browser_page.locator("#number").fill("03-1234-5678")
    boxes.first.check()
    browser_page.locator("input[type=submit]").click()
    browser_page.get_by_role("alert").wait_for()
    assert fits(browser_page)
    keep(browser_page, f"{name}-wrong")
    browser_page.locator("#number").fill(NUMBER)
    browser_page.locator("input[type=submit]").click()
    browser_page.locator("#code").wait_for()
    assert fits(browser_page)
    keep(browser_page, f"{name}-code")
    browser_page.locator("#code").fill(counter.code())
    browser_page.locator("input[type=submit]").click()
    browser_page.get_by_role("status").wait_for()
    assert fits(browser_page)
    keep(browser_page, f"{name}-done")
    assert counter.verdict() == "allow"
    # The number of a landline was answered with 422, which a browser notes; nothing else is wrong.
    assert [line for line in wrong if "422" not in line] == []
    assert browser_page.context.cookies() == []


@pytest.fixture
def host():
    """A page on another origin that shows the form in a frame."""
    shown = {"url": ""}

    def page(environ, start):
        html = f'<!doctype html><iframe src="{shown["url"]}" width="390" height="900"></iframe>'
        return Response(html, mimetype="text/html")(environ, start)

    server = Loopback(page)
    server.start()
    yield shown, f"http://127.0.0.1:{server.port}"
    server.stop()


def test_the_form_works_inside_a_page_that_may_frame_it(browser_page, counter, address, host):
    shown, origin = host
    counter.open(origins=(origin,))
    shown["url"] = f"{address}/f/news"
    browser_page.goto(origin)
    frame = browser_page.frame_locator("iframe")
    frame.get_by_role("checkbox").first.check()
    frame.locator("#number").fill(NUMBER)
    frame.locator("input[type=submit]").click()
    frame.locator("#code").wait_for()
    frame.locator("#code").fill(counter.code())
    frame.locator("input[type=submit]").click()
    frame.get_by_role("status").wait_for()
    assert counter.verdict() == "allow"


def test_a_page_that_was_not_named_cannot_frame_it(browser_page, counter, address, host):
    shown, origin = host
    counter.open(origins=("https://www.shop.example.jp",))
    shown["url"] = f"{address}/f/news"
    browser_page.goto(origin)
    assert browser_page.frame_locator("iframe").locator("#number").count() == 0
