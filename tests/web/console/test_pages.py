"""What the console's pages say, in both languages, and what they never show."""

import re

import pytest

from hub.consent.entry import EventType, Ground, Method
from hub.consent.exclusions import Origin
from hub.consent.reasons import REASONS as GATE
from hub.contacts import pull, vanish
from hub.contacts.verdict import Verdict
from hub.messages.reasons import REASONS as GATEWAY
from hub.messages.states import State
from hub.plugins.registry import ADDED, ROLES
from hub.store import message_views
from hub.testing.leaks import leaked
from hub.values import labels
from hub.web.app import CONTENT_POLICY
from hub.web.console import terms

from .shop import BODY, TOLD

PAGES = [
    "/",
    "/connections",
    "/connections/crm",
    "/connections/sms",
    "/connections/spare",
    "/people",
    "/people?verdict=consented",
    "/people/1",
    "/people/2",
    "/messages",
    "/messages?state=refused",
    "/messages/1",
    "/messages/2",
    "/optouts",
    "/exclusions",
    "/exclusions/1",
    "/stock",
    "/collections",
    "/collections/1",
    "/collections/new/crm",
]
THEIRS = re.compile(
    "顧客アプリ|予備|SMSゲートウェイ|SMS許諾|許諾する|配信停止|<blockquote>.*?</blockquote>"
)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@pytest.fixture(scope="module")
def look(shop):
    client = shop.client(shop.session())
    return lambda path, lang="ja": client.get(path, headers={"Accept-Language": lang})


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_a_whole_number_a_name_or_a_text(shop, look, path):
    page = look(path).text
    numbers = [number for person in shop.people for number in (person.e164, person.typed) if number]
    assert leaked(page, [], numbers) is None
    assert not [person.name for person in shop.people if person.name in page]
    assert BODY[-20:] not in page
    assert not re.search(r"(?:\+?81|0)[6-9]0\d{8}", page)


@pytest.mark.parametrize("path", PAGES)
def test_no_address_on_a_page_holds_a_number(look, path):
    addresses = re.findall(r'(?:href|action)="([^"]*)"', look(path).text)
    assert addresses
    assert not [address for address in addresses if re.search(r"\d{7}", address)]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_japanese_and_in_english(look, path):
    ja, en = look(path, "ja").text, look(path, "en-GB").text
    assert '<html lang="ja">' in ja
    assert '<html lang="en">' in en
    assert "サインアウト" in ja
    assert "Sign out" in en
    # What is left in Japanese on an English page comes from the records, never from us.
    theirs = re.compile(
        "顧客アプリ|予備|ゲートウェイ|許諾する|SMS許諾|配信停止|停止|お得な.*|当店.*|お知らせ|"
        "新店のご案内.*|店頭の申込書.*|店長"
    )
    assert not JAPANESE.search(theirs.sub("", en.replace("SMSゲートウェイ", "")))


@pytest.mark.parametrize("path", [*PAGES, "/signin", "/signin/abc", "/nowhere", "/healthz"])
def test_every_answer_has_the_headers_that_keep_browsers_careful(look, path):
    headers = look(path).headers
    assert headers["Content-Security-Policy"] == CONTENT_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_the_policy_lets_no_script_and_nothing_from_elsewhere_in():
    assert "default-src 'none'" in CONTENT_POLICY
    assert "script-src" not in CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own(look, path):
    page = look(path).text
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_what_others_wrote_is_shown_as_text(look):
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in look("/connections").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in look("/connections/crm").text


@pytest.mark.parametrize(
    "path",
    [
        "/connections/crm?told=<script>",
        "/people?verdict=<script>",
        "/messages?state=<script>",
        "/signin/<script>",
        "/<script>",
    ],
)
def test_what_stands_in_the_address_is_never_put_into_a_page_as_it_is(look, path):
    assert "<script" not in look(path).text


def test_home_tells_what_needs_somebody(look):
    page = look("/").text
    assert "予備" in page
    assert "まだ反映されていないレコード: 1" in page
    assert "許諾あり" in page


def test_a_broken_connection_says_what_to_write(look):
    page = look("/connections/spare").text
    assert "設定エラー" in page
    assert "domain" in page


def test_a_person_is_found_by_any_notation_of_the_number(shop):
    token = shop.session()
    someone = next(p for p in shop.people if p.e164 and p.verdict == "consented")
    for number in (someone.typed, someone.e164, "0" + someone.e164[3:]):
        answer = shop.client(token).post(
            "/people", data={"csrf": shop.csrf(token), "number": number}
        )
        assert answer.status_code == 200
        assert f"****{someone.e164[-4:]}" in answer.text


@pytest.mark.parametrize("number", ["090-0000-0000", "", "no number", "0" * 500, "<script>"])
def test_a_number_nobody_has_is_told(shop, number):
    token = shop.session()
    answer = shop.client(token).post("/people", data={"csrf": shop.csrf(token), "number": number})
    assert answer.status_code == 404
    assert "その番号の連絡先はありません" in answer.text
    assert "<script" not in answer.text


def test_a_message_shows_the_ground_it_rests_on(shop, look):
    with shop.hub.database.read() as tx:
        sent = [m for m in message_views.messages_page(tx, before=None) if m.state == "submitted"]
    page = look(f"/messages/{sent[0].id}").text
    assert "同意" in page
    assert "強さ" in page
    assert "<blockquote>" in page


def test_a_refusal_says_why_in_a_sentence(shop, look):
    with shop.hub.database.read() as tx:
        refused = message_views.messages_page(tx, before=None, state="refused")
    (ended, *_) = [message for message in refused if message.reason == "consent_expired"]
    assert "同意の有効期限が切れています" in look(f"/messages/{ended.id}").text


def test_no_reason_code_means_one_thing_to_the_gate_and_another_to_a_gateway():
    assert not set(GATE) & set(GATEWAY)


def test_a_record_that_says_yes_is_not_green_while_its_number_is_excluded(shop, look):
    page = look(f"/people/{shop.contact(TOLD)}").text
    assert "送信除外" in page
    assert "許諾あり" in page
    assert "送信できます" not in page


def test_an_opt_out_shows_which_record_was_told_and_which_waits(look):
    page = look("/optouts").text
    assert "反映済み" in page
    assert "反映待ち" in page
    assert "配信停止ページ" in page


def test_a_connection_that_cannot_sign_in_says_why_on_its_page(shop):
    token = shop.session()
    shop.kintone.rubbish(times=20)
    answer = shop.client(token).post("/connections/crm/test", data={"csrf": shop.csrf(token)})
    shop.kintone.faults.clear()
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert "接続できました" not in answer.text


def test_pages_of_many_people_lead_on_to_the_rest(look):
    first = look("/people").text
    (onward,) = re.findall(r'class="more" href="([^"]+)"', first)
    second = look(onward).text
    refs = re.compile(r">(\d+:\d+)<")
    assert len(refs.findall(first)) == 50
    assert refs.findall(second)
    assert not set(refs.findall(first)) & set(refs.findall(second))


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (Verdict, labels.VERDICTS),
        (State, labels.MESSAGE_STATES),
        (EventType, terms.EVENT_TYPES),
        (Ground, terms.GROUNDS),
        (Method, terms.METHODS),
        (Origin, terms.ORIGINS),
        ((*ROLES, *ADDED), terms.ROLES),
        ((*pull.KINDS, vanish.KIND), terms.RUN_KINDS),
    ],
)
def test_every_code_has_words(codes, table):
    assert {str(code) for code in codes} <= set(table)
    assert all(words.ja and words.en for words in table.values())
