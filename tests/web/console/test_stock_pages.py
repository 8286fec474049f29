"""Taking stock in the console."""

import csv
import io

import pytest
import sqlalchemy as sa

from hub.store.tables.access import audit
from hub.testing.leaks import leaked


@pytest.fixture
def post(shop):
    token = shop.session()
    client = shop.client(token)
    return lambda path, **fields: client.post(path, data={"csrf": shop.csrf(token), **fields})


def table(answer, codec="utf-8-sig"):
    return list(csv.DictReader(io.StringIO(answer.data.decode(codec), newline="")))


def test_it_says_how_many_may_be_texted_and_why_not_the_others(shop):
    page = shop.client(shop.session()).get("/stock").text
    assert "送信できます" in page
    assert "送信除外リストにあります" in page
    assert "SMSで尋ねることはできません" in page
    assert "固定電話" in page


def test_the_sheets_are_masked_unless_asked_otherwise_which_is_noted(shop, post):
    counts = table(post("/stock/counts.csv"))
    assert {row["接続"] for row in counts} == {"crm"}
    records = post("/stock/records.csv", connection="crm")
    numbers = [n for person in shop.people for n in (person.e164, person.typed) if n]
    assert leaked(records.data.decode("utf-8-sig"), [], numbers) is None
    campaign = [row for row in table(records) if row["利用目的"] == "campaign"]
    assert len(campaign) == len({row["レコード"] for row in campaign})
    clear = table(post("/stock/records.csv", clear="1", encoding="cp932"), "cp932")
    assert any(row["番号"].startswith("0") and "****" not in row["番号"] for row in clear)
    with shop.hub.database.read() as tx:
        acts = list(tx.execute(sa.select(audit.c.action).order_by(audit.c.id)).scalars())
    assert acts[-2:] == ["stock.exported", "stock.exported_clear"]


def test_a_connection_or_an_encoding_that_is_none_does_no_harm(shop, post):
    assert shop.client(shop.session()).get("/stock?connection=<script>").status_code == 200
    assert post("/stock/records.csv", connection="nope", encoding="nope").status_code == 200
