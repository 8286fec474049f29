"""Writing records: whole or not at all, and checked as kintone checks."""

import pytest

STOP = {"配信停止": {"value": ["停止"]}}


def stopped(kintone, record):
    return kintone.value(record, "配信停止")


def test_an_update_raises_the_revision_and_the_time(api, kintone):
    assert api("PUT", "record", app=1, id=1, record=STOP) == (200, {"revision": "2"})
    assert stopped(kintone, 1) == ["停止"]
    assert kintone.value(1, "更新日時") == "2026-01-13T01:00:00Z"
    assert kintone.value(1, "作成日時") == "2026-01-05T01:00:00Z"


def test_times_lose_their_seconds(api, kintone):
    kintone.clock.advance(59)
    api("PUT", "record", app=1, id=1, record={"許諾日時": {"value": "2026-01-05T10:20:59+09:00"}})
    assert kintone.value(1, "許諾日時") == "2026-01-05T01:20:00Z"
    assert kintone.value(1, "更新日時") == "2026-01-13T01:00:00Z"


@pytest.mark.parametrize("revision", [1, "1", -1, None])
def test_a_fitting_revision_lets_the_update_through(api, revision):
    assert api("PUT", "record", app=1, id=1, record=STOP, revision=revision)[0] == 200


def test_a_stale_revision_is_a_conflict(api, kintone):
    kintone.edit(1, {"メモ": "先"})
    assert api.code("PUT", "record", app=1, id=1, record=STOP, revision=1) == (409, "GAIA_CO02")
    assert stopped(kintone, 1) == []


def test_an_unknown_option_is_refused_with_its_place(api):
    record = {"配信停止": {"value": ["やめる"]}}
    status, answer = api("PUT", "record", app=1, id=1, record=record)
    assert (status, answer["code"]) == (400, "CB_VA01")
    assert list(answer["errors"]) == ["record.配信停止.values[0].value"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("来店回数", "many"),
        ("来店回数", True),
        ("許諾期限", "tomorrow"),
        ("許諾日時", "2026-01-05 10:00"),
        ("許諾日時", "2026-01-05T10:00:00"),
        ("店舗", "京都"),
        ("氏名", {"family": "x"}),
        ("氏名", "あ" * 101),
        ("配信停止", "停止"),
        ("来店履歴", "カット"),
        ("来店履歴", [{"value": {"来店日": {"value": "x"}}}]),
        ("担当者", "sato"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(api, code, value):
    answer = api("PUT", "record", app=1, id=1, record={code: {"value": value}})[1]
    assert answer["code"] == "CB_VA01"
    assert next(iter(answer["errors"])).startswith(f"record.{code}.value")


def test_a_field_made_required_later_blocks_the_update_of_another(api, kintone):
    kintone.require_field("担当部署")
    status, answer = api("PUT", "record", app=1, id=1, record=STOP)
    assert (status, answer["code"]) == (400, "CB_VA01")
    assert list(answer["errors"]) == ["record.担当部署.value"]
    assert stopped(kintone, 1) == []


def test_fields_of_kintone_itself_cannot_be_written(api):
    record = {"更新日時": {"value": "2026-01-01T00:00:00Z"}}
    assert api.code("PUT", "record", app=1, id=1, record=record) == (400, "GAIA_UN10")


def test_a_code_the_form_does_not_know_changes_nothing(api, kintone):
    kintone.lose_field("配信停止")
    assert api("PUT", "record", app=1, id=1, record=STOP)[0] == 200


def test_a_field_without_the_right_to_edit_is_refused(api, kintone):
    kintone.lock_field("配信停止")
    assert api.code("PUT", "record", app=1, id=1, record=STOP) == (403, "GAIA_FU01")


def test_one_record_can_be_made_to_fail(api, kintone):
    kintone.fail_record(1)
    assert api.code("PUT", "record", app=1, id=1, record=STOP) == (403, "GAIA_FU01")
    assert api("PUT", "record", app=1, id=2, record=STOP)[0] == 200
    kintone.fail_record(1, None)
    assert api("PUT", "record", app=1, id=1, record=STOP)[0] == 200


def test_the_next_calls_can_be_refused(api, kintone):
    kintone.refuse("GAIA_DA02")
    assert api.code("PUT", "record", app=1, id=1, record=STOP) == (503, "GAIA_DA02")
    assert api("PUT", "record", app=1, id=1, record=STOP)[0] == 200


def test_one_bad_record_of_a_batch_rolls_back_all(api, kintone):
    records = [{"id": 1, "record": STOP}, {"id": 999, "record": STOP}]
    assert api.code("PUT", "records", app=1, records=records) == (404, "GAIA_RE01")
    assert stopped(kintone, 1) == []
    bad = [{"id": 1, "record": STOP}, {"id": 2, "record": {"店舗": {"value": "京都"}}}]
    answer = api("PUT", "records", app=1, records=bad)[1]
    assert list(answer["errors"]) == ["records[1].record.店舗.value"]
    assert stopped(kintone, 1) == []


def test_a_batch_has_at_most_a_hundred(api):
    records = [{"id": number, "record": STOP} for number in range(1, 102)]
    answer = api("PUT", "records", app=1, records=records)[1]
    assert list(answer["errors"]) == ["records"]


def test_new_records_get_defaults_and_new_ids(api, kintone):
    status, answer = api("POST", "record", app=1, record={"氏名": {"value": "新"}})
    assert (status, answer) == (200, {"id": "201", "revision": "1"})
    assert kintone.value(201, "会員区分") == "一般"
    assert kintone.value(201, "作成者") == {"code": "Administrator", "name": "Administrator"}


def test_a_unique_value_is_not_taken_twice(api):
    record = {"顧客コード": {"value": "C0000001"}}
    answer = api("POST", "record", app=1, record=record)[1]
    assert list(answer["errors"]) == ["record.顧客コード.value"]


def test_an_update_key_finds_its_record(api, kintone):
    key = {"field": "顧客コード", "value": "C0000005"}
    assert api("PUT", "record", app=1, updateKey=key, record=STOP)[0] == 200
    assert stopped(kintone, 5) == ["停止"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({"field": "携帯番号", "value": "090"}, "GAIA_IQ27"),
        ({"field": "氏名", "value": "x"}, "GAIA_IQ27"),
        ({"field": "顧客コード", "value": "none"}, "GAIA_RE20"),
        ({"field": "無い", "value": "x"}, "GAIA_IQ11"),
        ("C0000005", "CB_VA01"),
    ],
)
def test_an_update_key_that_cannot_be_one_is_refused(api, key, code):
    assert api("PUT", "record", app=1, updateKey=key, record=STOP)[1]["code"] == code


def test_an_upsert_inserts_what_it_does_not_find(api):
    records = [
        {"updateKey": {"field": "顧客コード", "value": "C0000001"}, "record": STOP},
        {"updateKey": {"field": "顧客コード", "value": "X1"}, "record": STOP},
        {"id": 2**53 - 1, "record": STOP},
    ]
    answer = api("PUT", "records", app=1, upsert=True, records=records)[1]["records"]
    assert [(each["id"], each["operation"]) for each in answer] == [
        ("1", "UPDATE"),
        ("201", "INSERT"),
        ("202", "INSERT"),
    ]


def test_deleting_an_unknown_record_deletes_none(api):
    assert api.code("DELETE", "records", app=1, ids=[1, 999]) == (404, "GAIA_RE01")
    assert api("GET", "record", app=1, id=1)[0] == 200
    assert api("DELETE", "records", app=1, ids=["1", 2]) == (200, {})
    assert api.code("GET", "record", app=1, id=1) == (404, "GAIA_RE01")
    assert api.ids("order by $id asc limit 1") == [3]


def test_a_table_keeps_the_rows_that_are_named(api, kintone):
    rows = [{"value": {"内容": {"value": text}}} for text in ("一", "二")]
    api("PUT", "record", app=1, id=1, record={"来店履歴": {"value": rows}})
    first, _ = kintone.value(1, "来店履歴")
    kept = [{"id": first["id"], "value": {"来店日": {"value": "2026-01-02"}}}]
    api("PUT", "record", app=1, id=1, record={"来店履歴": {"value": kept}})
    (row,) = kintone.value(1, "来店履歴")
    assert row["id"] == first["id"]
    assert row["value"]["内容"]["value"] == "一"
    assert row["value"]["来店日"]["value"] == "2026-01-02"


def test_renaming_an_option_renames_it_in_all_records(api, kintone):
    kintone.rename_option("SMS許諾", "許諾する", "同意する")
    assert kintone.value(1, "SMS許諾") == ["同意する"]
    assert api.code("GET", "records", app=1, query='SMS許諾 in ("許諾する")') == (400, "GAIA_IQ10")
    assert 1 in api.ids('SMS許諾 in ("同意する") order by $id asc')
    api("PUT", "record", app=1, id=2, record={"SMS許諾": {"value": ["同意する"]}})
    assert kintone.value(2, "SMS許諾") == ["同意する"]


def test_renaming_a_field_keeps_its_values(api, kintone):
    before = kintone.value(1, "携帯番号")
    revision = api("GET", "app/form/fields", app=1)[1]["revision"]
    kintone.rename_field("携帯番号", "電話番号")
    assert kintone.value(1, "電話番号") == before
    assert api.code("GET", "records", app=1, query="携帯番号 is empty") == (400, "GAIA_IQ11")
    assert int(api("GET", "app/form/fields", app=1)[1]["revision"]) > int(revision)


def test_several_requests_are_one(api_with, kintone):
    tokens = ",".join(kintone.credentials()["apps"].values())
    api = api_with(X_Cybozu_API_Token=tokens)
    good = {"method": "PUT", "api": "/k/v1/record.json"}
    good |= {"payload": {"app": 1, "id": 1, "record": STOP}}
    missing = {"method": "DELETE", "api": "/k/v1/records.json", "payload": {"app": 2, "ids": [99]}}
    status, answer = api("POST", "bulkRequest", requests=[good, missing, good])
    assert status == 404
    assert [each.get("code") for each in answer["results"]] == [None, "GAIA_RE01", None]
    assert stopped(kintone, 1) == []
    assert api("POST", "bulkRequest", requests=[good])[1] == {"results": [{"revision": "2"}]}


@pytest.mark.parametrize("api_path", ["/k/v1/records/cursor.json", "/k/v1/nothing.json", None])
def test_only_writes_go_together(api, api_path):
    order = {"method": "POST", "api": api_path, "payload": {"app": 1}}
    status, answer = api("POST", "bulkRequest", requests=[order])
    assert (status, answer["results"][0]["code"]) == (400, "CB_VA01")
    assert api.code("POST", "bulkRequest", requests=[order] * 21) == (400, "CB_VA01")


def test_a_comment_is_stored_with_the_space_kintone_adds(api, kintone):
    assert api("POST", "record/comment", app=1, record=1, comment={"text": "停止"})[1] == {
        "id": "1"
    }
    assert kintone.comments_of(1) == ["停止 "]


def test_comments_come_ten_at_a_time_newest_first(api):
    for number in range(12):
        api("POST", "record/comment", app=1, record=1, comment={"text": str(number)})
    page = api("GET", "record/comments", app=1, record=1)[1]
    assert [each["text"] for each in page["comments"]] == [f"{n} " for n in range(11, 1, -1)]
    assert (page["older"], page["newer"]) == (True, False)
    rest = api("GET", "record/comments", app=1, record=1, offset=10)[1]
    assert (len(rest["comments"]), rest["older"], rest["newer"]) == (2, False, True)
    assert api.code("GET", "record/comments", app=1, record=1, limit=11) == (400, "CB_VA01")


def test_comments_can_be_switched_off(api, kintone):
    kintone.comments(on=False)
    refused = api.code("POST", "record/comment", app=1, record=1, comment={"text": "x"})
    assert refused == (400, "GAIA_RE12")


def test_a_comment_that_is_gone_cannot_be_deleted(api):
    api("POST", "record/comment", app=1, record=1, comment={"text": "x"})
    assert api("DELETE", "record/comment", app=1, record=1, comment=1) == (200, {})
    assert api.code("DELETE", "record/comment", app=1, record=1, comment=1) == (400, "GAIA_RE02")


@pytest.mark.parametrize(
    "comment", [None, {}, {"text": "x" * 65_536}, {"text": "x", "mentions": [1] * 11}]
)
def test_a_comment_has_its_bounds(api, comment):
    assert api.code("POST", "record/comment", app=1, record=1, comment=comment) == (400, "CB_VA01")
