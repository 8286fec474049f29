"""Declaring how people agreed, in the console."""

import pytest

from hub.contacts.pull import pull

FORM = {
    "purpose": "campaign",
    "from": "2020-01-01",
    "method": "checkbox",
    "ticked": "no",
    "wording": "お得な情報をSMSで受け取ります。",
    "statement": "会員登録フォームで取得しました。",
    "signed_by": "店長 佐藤",
}


@pytest.fixture
def console(shop):
    token = shop.session()
    client = shop.client(token)

    class Console:
        def get(self, path):
            return client.get(path)

        def post(self, path, **fields):
            return client.post(path, data={"csrf": shop.csrf(token), **fields})

    return Console()


def read_anew(shop):
    hub = shop.hub
    pull(hub.database, hub.cipher, hub.connections, hub.bells, shop.clock, shop.crm)


def test_it_shows_what_would_be_covered_before_anybody_signs(shop, console):
    page = console.post("/collections/declare/crm", **FORM, act="preview").text
    assert "件がこの申告を証拠にできます" in page
    assert "「はい」と記録されていません" in page
    assert "お得な情報をSMSで受け取ります。" in page
    assert "/collections/2" not in console.get("/collections").text


def test_a_declaration_is_signed_shown_and_taken_back_by_the_typed_name(shop, console):
    done = console.post("/collections/declare/crm", **FORM, act="declare")
    assert done.status_code == 303
    where = done.location.partition("?")[0]
    page = console.get(done.location).text
    for text in (
        "お得な情報をSMSで受け取ります。",
        "会員登録フォームで取得しました。",
        "店長 佐藤",
    ):
        assert text in page
    read_anew(shop)
    wrong = console.post(f"{where}/revoke", name="CRM")
    assert wrong.status_code == 409
    assert "接続の名前が一致しません" in wrong.text
    assert "件の許諾がただちに無効になります" in wrong.text
    right = console.post(f"{where}/revoke", name="crm")
    assert right.status_code == 303
    assert "取り消しました" in console.get(right.location).text
    assert "取り消し" in console.get("/collections").text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"from": ""}, "期間の日付"),
        ({"from": "2999-01-01"}, "開始日は過去"),
        ({"until": "soon"}, "期間の日付"),
        ({"purpose": "nope"}, "利用目的を選択"),
        ({"wording": " "}, "証拠になりません"),
        ({"signed_by": ""}, "証拠になりません"),
        ({"method": "import"}, "method"),
    ],
)
def test_a_declaration_that_proves_nothing_is_refused_and_the_form_kept(shop, console, wrong, told):
    answer = console.post("/collections/declare/crm", **{**FORM, **wrong}, act="declare")
    assert answer.status_code == 400
    assert told in answer.text
    assert "会員登録フォームで取得しました。" in answer.text


@pytest.mark.parametrize("path", ["/collections/99", "/collections/new/sms", "/collections/new/x"])
def test_what_is_not_there_is_told(console, path):
    assert console.get(path).status_code == 404
