"""The opt-in form: what people see, what they must do themselves, and what is kept of it."""

import re

import pytest
import sqlalchemy as sa

from hub.consent import codes, forms, ledger, purposes
from hub.store.tables.forms import consent_request
from hub.store.tables.messages import message

from .counter import E164, NUMBER, Counter

AGREE = re.compile(r"登録しました")


# ---- what it shows ---------------------------------------------------------------------------


def test_the_form_shows_what_is_agreed_to_who_sends_and_how_to_stop(counter: Counter):
    page = counter.page()
    for words in (
        "サンプル商店が次のSMSを送ることに同意します。",
        "セールのご案内をお送りします。",
        "月に2回まで",
        "サンプル商店",
        "東京都千代田区見本町1-1-1",
        "info@example.com",
        "https://shop.example.jp/privacy",
        "版: 2026-01",
        "いつでも停止できます",
    ):
        assert words in page


def test_no_box_comes_ticked(counter: Counter):
    assert counter.page().count('type="checkbox"') == 2
    assert "checked" not in counter.page()


def test_it_can_be_read_in_english(counter: Counter):
    page = counter.page(language="en")
    assert "I agree to get these SMS" in page
    assert "Choose the SMS you want to get" in page


def test_a_form_in_one_language_offers_no_other(counter: Counter):
    counter.open(texts={"ja": forms.FormTexts(title="お知らせ", wording="同意", frequency="")})
    page = counter.page(language="en")
    assert '<html lang="ja">' in page
    assert "hreflang" not in page


def test_the_version_of_the_text_is_shown_by_its_hash(counter: Counter):
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', counter.page())
    assert seen
    assert f"文言の版: 1 · {seen[1][:16]}" in counter.page()


@pytest.mark.parametrize("path", ["/f/other", "/f/%F0%9F%92%A9", "/f/news/never-given", "/f/N%00"])
def test_a_form_that_is_not_there_says_so(counter: Counter, path: str):
    assert counter.client().get(path).status_code == 404
    assert counter.client().post(path).status_code == 404


def test_a_retired_form_takes_nothing(counter: Counter):
    with counter.hub.database.write() as tx:
        forms.retire(tx, "news", "test", counter.clock())
    answer = counter.client().post("/f/news", data={"number": NUMBER, "purpose": "campaign"})
    assert answer.status_code == 404
    assert "受け付けていません" in answer.text


def test_script_in_a_purpose_is_shown_harmless(counter: Counter):
    with counter.hub.database.write() as tx:
        purposes.ensure(
            tx, "campaign", "promotional", "<script>alert(1)</script>", "x", counter.clock()
        )
    assert "<script" not in counter.page()


def test_the_page_sets_no_cookie_and_runs_nothing(counter: Counter):
    answer = counter.client().get("/f/news")
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_only_the_pages_an_administrator_names_may_frame_it(counter: Counter):
    counter.open(origins=("https://www.shop.example.jp",))
    for answer in (counter.client().get("/f/news"), counter.client().get(counter.sent())):
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors https://www.shop.example.jp;" in policy
        assert "X-Frame-Options" not in answer.headers


# ---- what it refuses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["", "03-1234-5678", "050-1234-5678", "090-XXXX-1234", "1", "+1 202 555 0143", "\0"]
)
def test_a_number_that_gets_no_sms_is_told_and_what_was_typed_stays(counter: Counter, typed: str):
    answer = counter.send(typed)
    assert answer.status_code == 422
    assert "SMSを受け取れる携帯電話番号を入力してください" in answer.text
    assert "checked" in answer.text
    assert counter.gateway.messages == []


def test_without_a_tick_nothing_is_agreed_to(counter: Counter):
    answer = counter.send(NUMBER, "no-such-purpose")
    assert answer.status_code == 422
    assert "1つ以上選んでください" in answer.text
    assert NUMBER in answer.text
    assert counter.entries() == []


def test_words_that_changed_while_they_were_read_have_to_be_read_again(counter: Counter):
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', counter.page())
    with counter.hub.database.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "毎日", counter.clock())
    answer = counter.client().post(
        "/f/news", data={"seen": seen[1], "number": NUMBER, "purpose": "campaign"}
    )
    assert answer.status_code == 422
    assert "文言が変わりました" in answer.text
    assert "checked" not in answer.text
    assert counter.entries() == []


def test_a_body_of_a_megabyte_is_refused(counter: Counter):
    answer = counter.client().post("/f/news", data={"number": "9" * 1_000_000})
    assert answer.status_code == 413


# ---- double opt-in ---------------------------------------------------------------------------


def test_a_code_goes_to_the_number_and_until_it_comes_back_nothing_is_agreed_to(counter: Counter):
    path = counter.sent()
    assert counter.verdict() == "no_evidence"
    (text,) = counter.texts()
    assert text.startswith("サンプル商店\n確認コード ")
    assert text.splitlines()[-1] == f"@localhost #{counter.code()}"
    assert "確認コードの入力" in counter.page(path)
    assert [row.event_type for row in counter.entries()] == ["requested"]


def test_the_code_makes_it_the_strongest_consent_there_is(counter: Counter):
    path = counter.sent(NUMBER, "campaign", "points")
    answer = counter.type_code(path, counter.code())
    assert "登録しました" in answer.text
    assert "セールのご案内" in answer.text
    assert counter.verdict("campaign") == "allow"
    assert counter.verdict("points") == "allow"


def test_what_is_kept_is_what_the_person_saw_and_did(counter: Counter):
    counter.type_code(counter.sent(), counter.code())
    asked, given = counter.entries()
    assert (given.event_type, given.ground, given.method) == (
        "given",
        "consent",
        "double_opt_in_sms",
    )
    assert (given.strength, given.default_ticked, given.actor) == (5, False, "person")
    assert given.purpose_key == "campaign"
    assert given.source_ref in ("form:news", None)
    assert given.form_url == "http://localhost:8000/f/news?lang=ja"
    assert given.privacy_notice_version == "2026-01"
    assert given.occurred_at == counter.clock()
    wording = counter.kept(given.wording_sha256)
    assert wording == (
        "サンプル商店が次のSMSを送ることに同意します。\nセールのご案内\n"
        "セールのご案内をお送りします。\n月に2回まで"
    )
    form = counter.kept(given.form_sha256)
    assert "[ ] セールのご案内" in form
    assert "[確認コードを受け取る]" in form
    assert "9876" not in form
    assert asked.form_sha256 == given.form_sha256
    with counter.hub.database.read() as tx:
        assert ledger.verify(tx, counter.hub.cipher).whole


def test_the_box_that_was_not_ticked_is_not_agreed_to(counter: Counter):
    counter.type_code(counter.sent(NUMBER, "points"), counter.code())
    assert counter.verdict("points") == "allow"
    assert counter.verdict("campaign") == "wrong_purpose"


def test_full_width_digits_and_spaces_in_a_code_make_no_difference(counter: Counter):
    path = counter.sent()
    wide = counter.code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert AGREE.search(counter.type_code(path, f" {wide[:3]} {wide[3:]} ").text)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_wrong_code_says_how_many_tries_are_left(counter: Counter):
    path = counter.sent()
    wrong = other(counter.code())
    assert "あと4回" in counter.type_code(path, wrong).text
    assert AGREE.search(counter.type_code(path, counter.code()).text)


def test_after_five_wrong_codes_the_right_one_is_worth_nothing(counter: Counter):
    path = counter.sent()
    wrong = other(counter.code())
    for _ in range(codes.TRIES):
        answer = counter.type_code(path, wrong)
    assert "このコードは使えません" in answer.text
    assert "このコードは使えません" in counter.type_code(path, counter.code()).text
    assert counter.verdict() == "no_evidence"


def test_after_ten_minutes_a_code_is_worth_nothing(counter: Counter):
    path = counter.sent()
    code = counter.code()
    counter.clock.advance(codes.LIFE.total_seconds())
    assert "このコードは使えません" in counter.type_code(path, code).text
    assert counter.verdict() == "no_evidence"


def test_a_code_holds_for_its_own_request_only(counter: Counter):
    mine = counter.sent()
    code = counter.code()
    yours = counter.sent("080-1111-2222")
    assert not AGREE.search(counter.type_code(yours, code).text) or code == counter.code(
        "+818011112222"
    )
    assert AGREE.search(counter.type_code(mine, code).text)


def test_a_confirmed_page_goes_on_saying_so_and_adds_nothing(counter: Counter):
    path = counter.sent()
    code = counter.code()
    counter.type_code(path, code)
    before = len(counter.entries())
    assert AGREE.search(counter.type_code(path, code).text)
    assert AGREE.search(counter.type_code(path, "000000").text)
    assert len(counter.entries()) == before


def test_a_code_that_was_not_sent_within_ten_minutes_is_not_sent_at_all(counter: Counter):
    counter.sent()
    counter.clock.advance(codes.LIFE.total_seconds() + 1)
    assert counter.texts() == []


def test_the_code_is_kept_as_a_keyed_hash_and_the_address_too(counter: Counter):
    counter.sent()
    code = counter.code()
    with counter.hub.database.read() as tx:
        row = repr(tx.execute(sa.select(consent_request)).one())
    assert code not in row
    assert "192.0.2.7" not in row


# ---- numbers that said stop ------------------------------------------------------------------


def test_who_stopped_advertising_gets_the_code_and_the_code_re_opens(counter: Counter):
    counter.type_code(counter.sent(), counter.code())
    counter.clock.advance(60)
    counter.stop("promotional")
    assert counter.verdict() == "suppressed_promotional"
    counter.clock.advance(60)
    path = counter.sent()
    assert counter.verdict() == "suppressed_promotional"
    counter.type_code(path, counter.code())
    assert counter.exclusions() == []
    assert counter.verdict("campaign") == "allow"
    assert counter.verdict("points") != "allow"


def test_who_stopped_every_sms_gets_no_code_and_the_page_looks_the_same(counter: Counter):
    ordinary = counter.page(counter.sent("080-1111-2222"))
    counter.stop("all")
    path = counter.sent()
    page = counter.page(path)
    assert page.replace(path, "") == ordinary.replace(
        ordinary.split('action="')[1].split("?")[0], ""
    )
    assert counter.texts() == []
    assert "以前にすべてのSMSを停止した番号には、コードを送りません" in page
    for _ in range(codes.TRIES):
        assert not AGREE.search(counter.type_code(path, "123456").text)
    assert counter.exclusions() == ["all"]


def test_an_opt_out_after_the_code_was_ordered_stops_the_code_too(counter: Counter):
    counter.sent()
    counter.stop("all")
    assert counter.texts() == []
    with counter.hub.database.read() as tx:
        states = tx.execute(sa.select(message.c.state, message.c.reason)).all()
    assert [tuple(row) for row in states] == [("refused", "suppressed_all")]


# ---- nobody can make the hub text a stranger again and again ----------------------------------


def test_a_number_gets_five_codes_a_day_and_the_page_does_not_tell(counter: Counter):
    for turn in range(codes.CODES_A_DAY + 3):
        path = counter.sent(address=f"192.0.2.{turn}")
        assert "確認コードの入力" in counter.page(path)
    assert len(counter.texts()) == codes.CODES_A_DAY
    counter.clock.advance(24 * 3600 + 1)
    counter.sent()
    assert len(counter.texts()) == codes.CODES_A_DAY + 1


def numbers(count: int) -> list[str]:
    return [f"080-2000-{turn:04d}" for turn in range(count)]


def test_an_address_that_confirms_nothing_is_asked_to_wait_and_no_other_is(counter: Counter):
    for number in numbers(codes.FORMS_AN_HOUR):
        counter.sent(number)
    answer = counter.send()
    assert answer.status_code == 429
    assert "しばらくお待ちください" in answer.text
    assert counter.send(address="198.51.100.1").status_code == 303
    counter.clock.advance(3601)
    assert counter.send().status_code == 303


def test_customers_who_share_a_shops_address_do_not_lock_each_other_out(counter: Counter):
    for number in numbers(codes.FORMS_AN_HOUR + 2):
        path = counter.sent(number)
        counter.type_code(path, counter.code(f"+81{number.replace('-', '')[1:]}"))
    assert counter.send().status_code == 303


# ---- without double opt-in -------------------------------------------------------------------


def test_a_form_without_a_code_records_an_unticked_box(counter: Counter):
    counter.open(double_opt_in=False, gateway_id=None)
    page = counter.page(counter.sent())
    assert "登録しました" in page
    (given,) = counter.entries()
    assert (given.method, given.strength, given.default_ticked) == ("checkbox", 4, False)
    assert counter.verdict() == "allow"
    assert counter.texts() == []


def test_a_form_without_a_code_never_re_opens_a_number_that_said_stop(counter: Counter):
    counter.open(double_opt_in=False, gateway_id=None)
    counter.stop("promotional")
    counter.clock.advance(60)
    counter.sent()
    assert counter.verdict() == "suppressed_promotional"


# ---- what stays ------------------------------------------------------------------------------


def test_a_number_nobody_confirmed_is_forgotten(counter: Counter):
    counter.sent()
    counter.drain()
    with counter.hub.database.write() as tx:
        tx.execute(sa.update(message).values(state="delivered"))
    counter.hub.sign_ups.tidy()
    assert counter.has_number()
    counter.clock.advance(codes.LIFE.total_seconds())
    counter.hub.sign_ups.tidy()
    assert not counter.has_number()


def test_a_number_that_was_confirmed_stays_whatever_a_platform_says_of_it(counter: Counter):
    person = next(each for each in counter.people if each.e164)
    counter.type_code(counter.sent(person.e164), counter.code(person.e164))
    counter.pull()
    with counter.hub.database.write() as tx:
        tx.execute(sa.update(message).values(state="delivered"))
    counter.clock.advance(3600)
    counter.hub.sign_ups.tidy()
    assert counter.has_number(person.e164)


def test_requests_are_forgotten_two_days_later(counter: Counter):
    counter.type_code(counter.sent(), counter.code())
    counter.clock.advance(3 * 24 * 3600)
    counter.hub.sign_ups.tidy()
    with counter.hub.database.read() as tx:
        assert tx.execute(sa.select(consent_request)).all() == []
    assert counter.verdict() == "allow"


def test_no_number_stands_in_an_address_or_in_an_answer(counter: Counter):
    answer = counter.send()
    assert "9876" not in answer.location
    assert "9876" not in counter.page(answer.location.partition("?")[0])
    assert E164 not in answer.text
