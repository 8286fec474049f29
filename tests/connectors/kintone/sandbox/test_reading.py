"""Reading records."""

from operator import eq, ge, gt, le, lt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.sandbox import KintoneSandbox
from connectors.kintone.sandbox.match import id_bounds, id_list
from connectors.kintone.sandbox.people import customer
from connectors.kintone.sandbox.query import parse
from connectors.kintone.sandbox.records import Records
from hub.testing.roster import Verdict, roster


def agreed():
    return [each.index for each in roster() if each.verdict is not Verdict.NOT_CONSENTED]


def test_records_come_newest_id_first_a_hundred_at_a_time(api):
    assert api.ids("") == list(range(200, 100, -1))


def test_seeking_by_id_reads_everybody_once(api):
    found, last = [], 0
    while page := api.ids(f"$id > {last} order by $id asc limit 30"):
        found += page
        last = page[-1]
    assert found == list(range(1, 201))


def test_those_who_ticked_are_found_by_the_option(api):
    assert api.ids('SMS許諾 in ("許諾する") order by $id asc limit 500') == agreed()
    silent = api.ids('SMS許諾 not in ("許諾する") limit 500')
    assert len(silent) == 200 - len(agreed())
    assert api.ids('SMS許諾 in ("") limit 500') == silent


def test_totals_are_counted_only_when_asked_and_travel_as_strings(api):
    assert api("GET", "records", app=1)[1]["totalCount"] is None
    assert api("GET", "records", app=1, query="limit 0", totalCount=True)[1] == {
        "records": [],
        "totalCount": "200",
    }


def test_a_record_shows_types_and_strings(api):
    record = api("GET", "record", app=1, id="1")[1]["record"]
    assert record["$id"] == {"type": "__ID__", "value": "1"}
    assert record["$revision"] == {"type": "__REVISION__", "value": "1"}
    assert record["携帯番号"]["type"] == "LINK"
    assert record["来店回数"] == {"type": "NUMBER", "value": "1"}
    assert record["更新日時"]["value"] == "2026-01-05T01:00:00Z"
    assert record["許諾期限"]["value"] is None
    assert record["作成者"]["value"] == {"code": "Administrator", "name": "Administrator"}


def test_parameters_come_by_address_as_well(api):
    answer = api.session.get(
        f"{api.base_url}/k/v1/records.json",
        params={"app": 1, "fields[0]": "氏名", "fields[1]": "$id", "query": "limit 1"},
        timeout=5,
    ).json()
    assert set(answer["records"][0]) == {"氏名", "$id"}


def test_a_post_can_override_itself_to_a_read(api):
    api.session.headers["X-HTTP-Method-Override"] = "GET"
    assert len(api("POST", "records", app=1)[1]["records"]) == 100


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ('顧客コード = "C0000007"', [7]),
        ('顧客コード in ("C0000007", "C0000009") order by $id asc', [7, 9]),
        ("$id > 3 and $id <= 6 order by $id asc", [4, 5, 6]),
        ("レコード番号 = 12", [12]),
        ("$id = 5 or $id = 8 order by $id desc", [8, 5]),
        ("$id < 5 and not_a_field_free = 1", None),
        ('配信停止 in ("停止") and $id < 30 order by $id asc', [4, 14, 24]),
        ("来店回数 >= 11 and $id < 40 order by $id asc", [11, 23, 35]),
        ('許諾期限 < "2026-01-01" and $id < 30 order by $id asc', [9, 19, 29]),
        ("許諾期限 is not empty and $id < 10 order by $id asc", [3, 9]),
        ('許諾日時 >= "2025-02-12T00:00:00+09:00" and $id = 1', [1]),
        ('来店日 = "2025-06-15" limit 3', None),
        ('来店日 > "2025-11-30" and $id < 60 order by $id asc', [35]),
        ("$id in (3,1,2) order by 顧客コード desc", [3, 2, 1]),
        ('店舗 in ("東京") and $id <= 10 order by 店舗 asc, $id asc', [5, 10]),
        ("作成者 in (LOGINUSER()) and $id < 3 order by $id asc", [1, 2]),
    ],
)
def test_queries_find_what_they_say(api, query, ids):
    if ids is None:
        status, _ = api("GET", "records", app=1, query=query)
        assert status == 400
    else:
        assert api.ids(query) == ids


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('SMS許諾 in ("はい")', "GAIA_IQ10"),
        ('電話 = "x"', "GAIA_IQ11"),
        ('SMS許諾 = "許諾する"', "GAIA_IQ03"),
        ("氏名 > 5", "GAIA_IQ03"),
        ('内容 = "カット"', "GAIA_IQ07"),
        ("来店回数 = TODAY()", "CB_VA01"),
        ('許諾日時 < "昨日"', "CB_VA01"),
        ("許諾日時 < SOMEDAY()", "CB_VA01"),
        ("order by メモ無し asc", "GAIA_IQ11"),
    ],
)
def test_a_query_that_does_not_suit_the_form_is_refused(api, query, code):
    assert api.code("GET", "records", app=1, query=query) == (400, code)


def test_word_search_finds_words_and_not_their_parts(api, kintone):
    kintone.edit(1, {"メモ": "keyword 来店希望"})
    assert api.ids('メモ like "keyword"') == [1]
    assert api.ids('メモ like "key"') == []
    assert api.ids('メモ like "希望"') == [1]


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("TODAY()", True),
        ("YESTERDAY()", False),
        ("FROM_TODAY(0, DAYS)", True),
        ("THIS_WEEK()", True),
        ("LAST_WEEK()", False),
        ("THIS_MONTH()", True),
        ("THIS_MONTH(13)", True),
        ("LAST_MONTH()", False),
        ("THIS_YEAR()", True),
        ("NEXT_YEAR()", False),
    ],
)
def test_functions_count_in_the_users_zone(api, kintone, function, found):
    # 23:30 UTC on the 12th is the morning of the 13th in Japan, where the clock stands.
    kintone.edit(1, {"許諾日時": "2026-01-12T23:30:00Z"})
    assert api.ids(f"許諾日時 = {function} and $id = 1") == ([1] if found else [])


def test_negative_conditions_on_a_table_need_a_row(api, kintone):
    kintone.edit(1, {"来店履歴": [{"value": {"内容": {"value": "カット"}}}]})
    assert api.ids('内容 not in ("カット") and $id in (1, 2, 5)') == [5]


def test_two_conditions_on_a_table_bind_to_one_row(api, kintone):
    rows = [("カット", "2026-01-01"), ("カラー", "2026-01-02")]
    cells = [{"内容": {"value": menu}, "来店日": {"value": day}} for menu, day in rows]
    kintone.edit(1, {"来店履歴": [{"value": each} for each in cells]})
    assert api.ids('内容 in ("カット") and 来店日 < "2026-01-02" and $id = 1') == [1]
    assert api.ids('内容 in ("カット") and 来店日 > "2026-01-01" and $id = 1') == []


def test_errors_speak_the_callers_language(api):
    ja = api("GET", "record", app=1, id=999)[1]
    api.session.headers["Accept-Language"] = "en"
    en = api("GET", "record", app=1, id=999)[1]
    assert ja["message"] == "指定したレコード(id: 999)が見つかりません。"
    assert en["message"] == "The specified record (ID: 999) is not found."
    assert ja["id"] != en["id"]


@pytest.mark.parametrize(
    ("path", "params", "error"),
    [
        ("record", {"app": 1}, (400, "CB_VA01")),
        ("record", {"app": "x", "id": 1}, (400, "CB_VA01")),
        ("record", {"app": 99, "id": 1}, (404, "GAIA_AP01")),
        ("record", {"app": 1, "id": 2**53}, (404, "GAIA_RE01")),
        ("records", {"app": 1, "query": 5}, (400, "CB_VA01")),
        ("records", {"app": 1, "totalCount": "maybe"}, (400, "CB_VA01")),
    ],
)
def test_wrong_input_is_told(api, path, params, error):
    assert api.code("GET", path, **params) == error


def test_null_counts_as_absent(api):
    status, answer = api("GET", "records", app=1, query=None, fields=None)
    assert (status, len(answer["records"])) == (200, 100)


def test_broken_json_is_told(api):
    headers = {"Content-Type": "application/json"}
    url = f"{api.base_url}/k/v1/record.json"
    answer = api.session.post(url, data=b'{"app": 1', headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, "CB_IJ01")


def test_fields_and_layout_describe_the_form(api):
    form = api("GET", "app/form/fields", app=1)[1]
    phone, consent = form["properties"]["携帯番号"], form["properties"]["SMS許諾"]
    assert (phone["type"], phone["protocol"]) == ("LINK", "CALL")
    assert consent["options"] == {"許諾する": {"label": "許諾する", "index": "0"}}
    assert consent["defaultValue"] == []
    assert form["properties"]["会員区分"]["defaultValue"] == "一般"
    assert set(form["properties"]["来店履歴"]["fields"]) == {"来店日", "内容"}
    layout = api("GET", "app/form/layout", app=1)[1]["layout"]
    codes = [row.get("code") or row["fields"][0]["code"] for row in layout]
    assert codes == list(form["properties"])


OPERATORS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


@given(
    st.lists(st.tuples(st.sampled_from(list(OPERATORS)), st.integers(-20, 80)), max_size=3),
    st.sampled_from(["", ".0", ".5"]),
)
def test_bounds_on_the_id_change_nothing_but_the_speed(tests, fraction):
    text = " and ".join(f"$id {operator} {number}{fraction}" for operator, number in tests)
    condition = parse(text).condition
    low, high = id_bounds(condition)
    listed = id_list(condition)
    fits = {
        each
        for each in range(1, 61)
        if all(
            OPERATORS[operator](each, float(f"{number}{fraction}")) for operator, number in tests
        )
    }
    within = {each for each in range(1, 61) if low <= each <= high}
    assert fits <= within
    assert listed is None or fits <= listed


@pytest.mark.parametrize(
    ("query", "looked_at"),
    [
        ("$id > 99000 order by $id asc limit 2", [99_001, 99_002]),
        ('(店舗 in ("東京")) and $id > 99000 order by $id asc limit 1', [99_001]),
        ("$id in (70000, 3, 999999)", [70_000, 3]),
        ("limit 1", [100_000]),
        ('更新日時 > "2026-02-01T00:00:00Z" and $id > 0 order by $id asc', []),
    ],
)
def test_of_a_hundred_thousand_people_only_those_asked_for_are_made(api_with, query, looked_at):
    made = []

    def note(number):
        made.append(number)
        return customer(number) | {"店舗": "東京"}

    with KintoneSandbox(people=100_000) as kintone:
        app = kintone.domain.apps[1]
        stamp = next(app.records.scan(1, 1)).stamp
        app.records = Records(100_000, note, stamp)
        api = api_with(X_Cybozu_API_Token=kintone.credentials()["apps"]["1"])
        api.base_url = kintone.base_url
        api.ids(query)
    assert made == looked_at
