import re
from collections.abc import Callable

import pytest
import requests

from hub.sdk import Outgoing, Reply

NUMBER = "+819012345678"


@pytest.fixture
def get(sandbox) -> Callable[..., requests.Response]:
    return lambda path, **more: requests.get(sandbox.base_url + path, timeout=5, **more)


def send(gateway, text: str = "こんにちは", number: str = NUMBER) -> None:
    gateway.send(Outgoing(id=f"{number}{text}", number=number, text=text))


def test_the_list_is_empty_before_the_first_sms(get):
    assert "まだSMSは届いていません" in get("/").text
    assert "No SMS yet" in get("/?lang=en").text


def test_the_phone_on_which_something_happened_last_comes_first(gateway, get):
    for number in ("+818011112222", "+817033334444", "+818011112222"):
        send(gateway, f"{number}へ", number)
    send(gateway, "もう一通", "+818011112222")

    page = get("/").text

    assert re.findall(r"<b>(0\d\d-\d{4}-\d{4})</b>", page) == ["080-1111-2222", "070-3333-4444"]
    assert "もう一通" in page


def test_a_phone_shows_its_messages_with_the_newest_at_the_bottom(gateway, get):
    send(gateway, "一通目")
    send(gateway, "二通目")

    page = get(f"/phone/{NUMBER}").text

    assert page.index("一通目") < page.index("二通目")
    assert "3 単位" in page


def test_a_phone_is_found_by_its_number_as_one_dials_it(gateway, get):
    send(gateway, "一通目")

    assert "一通目" in get("/phone/09012345678").text


def test_an_address_in_an_sms_can_be_tapped(gateway, get):
    send(gateway, "配信停止:http://localhost:8000/u/Ab3dEf6hJk9Lまで")

    assert '<a href="http://localhost:8000/u/Ab3dEf6hJk9L"' in get(f"/phone/{NUMBER}").text


@pytest.mark.parametrize("path", ["/", f"/phone/{NUMBER}"])
def test_an_sms_is_shown_as_text_whatever_it_holds(gateway, get, path):
    send(gateway, "<script>alert(1)</script>")

    answer = get(path)

    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_pages_refresh_themselves_except_while_a_reply_is_written(gateway, get):
    send(gateway)

    assert 'content="3"' in get("/").text
    assert 'content="3"' in get(f"/phone/{NUMBER}").text
    assert 'content="3"' not in get(f"/phone/{NUMBER}?write=1").text


def test_english_is_kept_from_page_to_page(gateway, get):
    send(gateway)

    page = get(f"/phone/{NUMBER}?lang=en").text

    assert "Write a reply" in page
    assert 'href="/?lang=en"' in page
    assert "返信" not in page


def test_what_became_of_an_sms_stands_below_it(gateway, sandbox, get, wait_until):
    send(gateway, number="+819012340002")
    wait_until(lambda: sandbox.messages[0].state == "undelivered")

    assert "届きませんでした" in get("/phone/+819012340002").text


def test_a_number_without_sms_has_no_phone(get, sandbox):
    assert get("/phone/+818000000000").status_code == 404
    answer = requests.post(
        f"{sandbox.base_url}/phone/+818000000000/reply", data={"text": "x"}, timeout=5
    )
    assert answer.status_code == 404


def test_a_refused_sms_is_on_no_phone(gateway, get):
    send(gateway, number="+819012340004")

    assert "+819012340004" not in get("/").text


def test_a_reply_typed_in_the_browser_reaches_the_hub(
    gateway, sandbox, hub, outgoing, browser_page, wait_until
):
    gateway.send(outgoing(text="<b>ご案内</b> https://h.example/u/x"))
    browser_page.goto(sandbox.base_url)
    browser_page.get_by_text("090-1234-5678").click()
    assert browser_page.get_by_role("link", name="https://h.example/u/x").is_visible()
    browser_page.get_by_text("返信を書く").click()
    browser_page.get_by_role("textbox").fill("停止")
    browser_page.get_by_role("button", name="送信").click()

    assert browser_page.locator(".mine .bubble").inner_text() == "停止"
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 390
    wait_until(lambda: any(isinstance(item, Reply) for item in hub.told()))


def test_one_tap_answers_with_stop(gateway, sandbox, hub, outgoing, browser_page, wait_until):
    gateway.send(outgoing())
    browser_page.goto(f"{sandbox.base_url}/phone/{NUMBER}")
    browser_page.get_by_role("button", name="STOP").click()

    wait_until(lambda: [item.text for item in hub.told() if isinstance(item, Reply)] == ["STOP"])


def test_the_newest_sms_is_in_view_on_a_full_phone(gateway, sandbox, browser_page):
    for number in range(30):
        send(gateway, f"{number}通目")
    browser_page.goto(f"{sandbox.base_url}/phone/{NUMBER}")

    box = browser_page.get_by_text("29通目").bounding_box()

    assert 0 < box["y"] < 844
