"""The exclusion list in the console."""

import csv
import io
import re

import pytest
import sqlalchemy as sa

from hub.store.tables.access import audit
from hub.store.tables.consent import exclusion
from hub.testing.leaks import leaked

from .shop import TOLD


@pytest.fixture
def console(shop):
    """Post a form as an administrator, and get pages."""
    token = shop.session()
    client = shop.client(token)

    class Console:
        def get(self, path):
            return client.get(path)

        def post(self, path, **fields):
            return client.post(path, data={"csrf": shop.csrf(token), **fields})

    return Console()


def someone(shop, place=0):
    people = [person for person in shop.people if person.e164 and person.verdict == "consented"]
    number = people[4 + place].e164
    return f"0{number[3:5]}-{number[5:9]}-{number[9:]}"


def file(text, codec="utf-8"):
    return (io.BytesIO(text.encode(codec)), "list.csv")


def rows(shop):
    with shop.hub.database.read() as tx:
        return tx.execute(sa.select(exclusion).order_by(exclusion.c.id)).all()


def actions(shop):
    with shop.hub.database.read() as tx:
        return list(tx.execute(sa.select(audit.c.action).order_by(audit.c.id)).scalars())


def test_a_number_taken_down_on_the_phone_is_stopped_at_once(shop, console):
    answer = console.post(
        "/exclusions/add",
        number=someone(shop),
        scope="promotional",
        channel="phone",
        agent="田中",
        reason="店頭",
    )
    assert answer.status_code == 303
    newest = rows(shop)[-1]
    assert (newest.origin, newest.note) == ("agent", "店頭")
    assert newest.actor.endswith(" agent:田中")
    page = console.get(answer.location).text
    assert "登録しました" in page
    assert "田中" in page
    assert leaked(page, [], [someone(shop), someone(shop).replace("-", "")]) is None
    assert "exclusion.added" in actions(shop)


def test_a_number_is_found_in_any_spelling_and_its_history_shown(shop, console):
    number = someone(shop, 1)
    console.post("/exclusions/add", number=number, channel="writing")
    digits = number.replace("-", "")
    for spelled in (number, digits, f"+81{digits[1:]}", f"81{digits[1:]}", digits[1:]):
        answer = console.post("/exclusions/search", number=spelled)
        assert answer.status_code == 303
        assert not re.search(r"\d{7}", answer.location)
    assert "書面" in console.get(answer.location).text


@pytest.mark.parametrize("number", ["090-9999-0000", "03-1234-5678", "", "<script>"])
def test_a_number_that_is_not_on_the_list_is_told(shop, console, number):
    answer = console.post("/exclusions/search", number=number)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "03-1234-5678"},
        {"number": "090-1234-5678", "said_at": "2999-01-01T10:00"},
        {"number": "090-1234-5678", "said_at": "0001-01-01T00:00"},
        {"number": "090-1234-5678", "said_at": "yesterday"},
        {"number": "090-1234-5678", "scope": "purpose:nope"},
        {"number": "090-1234-5678", "channel": "telepathy"},
    ],
)
def test_what_cannot_be_is_not_added(shop, console, fields):
    before = len(rows(shop))
    assert console.post("/exclusions/add", **fields).status_code == 400
    assert len(rows(shop)) == before


def test_only_a_newer_signed_paper_lifts(shop, console):
    said = {"number": someone(shop, 2), "said_at": "2026-01-10T10:00"}
    where = console.post("/exclusions/add", **said).location.partition("?")[0]
    for signed_at, paper in (
        ("2026-01-10T10:00", "棚3"),
        ("2026-01-12T10:00", ""),
        ("", "棚3"),
        ("2999-01-01T10:00", "棚3"),
    ):
        answer = console.post(f"{where}/lift", signed_at=signed_at, paper=paper)
        assert answer.status_code == 409
        assert "解除できません" in answer.text
    done = console.post(f"{where}/lift", signed_at="2026-01-12T10:00", paper="棚3")
    assert done.status_code == 303
    page = console.get(done.location).text
    assert "解除しました" in page
    assert "棚3" in page


def test_a_file_is_looked_through_and_then_taken(shop, console):
    text = f"電話番号,理由\n{someone(shop, 3)},電話\n03-1234-5678,固定\n"
    before = len(rows(shop))
    looked = console.post(
        "/exclusions/import", file=file(text, "shift_jis"), scope="promotional", act="look"
    )
    assert looked.status_code == 200
    assert "Shift_JIS" in looked.text
    assert "3行目" in looked.text
    assert "固定電話" in looked.text
    assert len(rows(shop)) == before
    taken = console.post("/exclusions/import", file=file(text), scope="promotional", act="take")
    assert taken.status_code == 200
    assert len(rows(shop)) == before + 1
    again = console.post("/exclusions/import", file=file(text), scope="promotional", act="take")
    assert again.status_code == 200
    assert len(rows(shop)) == before + 1
    clean = console.post(
        "/exclusions/import", file=file(f"番号\n{someone(shop, 3)}\n"), scope="all", act="take"
    )
    assert clean.status_code == 303
    assert "取り込みました" in console.get(clean.location).text


def test_a_file_of_several_megabytes_is_taken_and_other_forms_keep_their_bound(shop, console):
    text = "番号,理由\n" + f"03-1234-5678,{'あ' * 100}\n" * 10_000
    answer = console.post("/exclusions/import", file=file(text), scope="all", act="look")
    assert answer.status_code == 200
    assert "10,000" in answer.text
    assert console.post("/exclusions/search", number="9" * 2_000_000).status_code == 413


@pytest.mark.parametrize("fields", [{}, {"file": (io.BytesIO(b"x"), "")}])
def test_without_a_file_nothing_happens(shop, console, fields):
    answer = console.post("/exclusions/import", scope="all", act="take", **fields)
    assert answer.status_code == 400
    assert "CSVファイルを選択してください" in answer.text


def test_a_file_without_numbers_is_told(shop, console):
    answer = console.post("/exclusions/import", file=file("氏名\n佐藤\n"), scope="all", act="look")
    assert answer.status_code == 400
    assert "電話番号の列がありません" in answer.text


def test_an_export_is_masked_and_one_in_clear_is_noted(shop, console):
    number = someone(shop, 5)
    console.post("/exclusions/add", number=number, reason="=1+1")
    masked = console.post("/exclusions/export", encoding="utf-8-bom")
    assert masked.headers["Content-Disposition"] == 'attachment; filename="exclusions.csv"'
    assert leaked(masked.text, [], [number, number.replace("-", "")]) is None
    assert "'=1+1" in masked.text
    clear = console.post("/exclusions/export", encoding="cp932", clear="1")
    listed = list(csv.DictReader(io.StringIO(clear.data.decode("cp932"), newline="")))
    assert number in [row["番号"] for row in listed]
    assert actions(shop)[-2:] == ["exclusion.exported", "exclusion.exported_clear"]


def test_the_list_says_who_is_on_it_and_where_it_came_from(shop, console):
    page = console.get("/exclusions").text
    assert "配信停止ページ" in page
    assert "****" in page
    assert console.get("/exclusions/999999").status_code == 404
    one = next(row for row in rows(shop) if row.contact_id == shop.contact(TOLD))
    assert "有効" in console.get(f"/exclusions/{one.id}").text
