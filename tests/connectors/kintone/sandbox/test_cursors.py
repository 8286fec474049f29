"""Cursors: few, short-lived, and not a snapshot."""

import pytest

from connectors.kintone.sandbox import KintoneSandbox


def create(api, **params):
    status, answer = api("POST", "records/cursor", app=1, **params)
    assert status == 200, answer
    return answer["id"]


def ids(page):
    return [int(record["$id"]["value"]) for record in page["records"]]


def test_a_cursor_reads_everybody_and_is_gone_after_the_last_page(api):
    cursor = create(api, query="order by $id asc", size=150)
    first = api("GET", "records/cursor", id=cursor)[1]
    last = api("GET", "records/cursor", id=cursor)[1]
    assert ids(first) + ids(last) == list(range(1, 201))
    assert (first["next"], last["next"]) == (True, False)
    assert api.code("GET", "records/cursor", id=cursor) == (404, "GAIA_CN01")
    assert api.code("DELETE", "records/cursor", id=cursor) == (404, "GAIA_CN01")


def test_the_records_are_those_of_the_start_with_the_values_of_now(api, kintone):
    cursor = create(api, query='店舗 in ("東京") order by $id asc', size=2)
    kintone.edit(5, {"店舗": "大阪"})
    kintone.delete(10)
    page = api("GET", "records/cursor", id=cursor)[1]
    assert ids(page) == [5]
    assert page["records"][0]["店舗"]["value"] == "大阪"


def test_the_eleventh_cursor_is_refused_until_one_is_closed(api):
    cursors = [create(api) for _ in range(10)]
    assert api.code("POST", "records/cursor", app=1) == (429, "GAIA_TM12")
    assert api("DELETE", "records/cursor", id=cursors[0]) == (200, {})
    create(api)


def test_a_cursor_lives_ten_minutes_from_its_last_read(api, kintone):
    cursor = create(api, size=10)
    for _ in range(3):
        kintone.clock.advance(9 * 60)
        assert api("GET", "records/cursor", id=cursor)[0] == 200
    kintone.clock.advance(10 * 60)
    assert api.code("GET", "records/cursor", id=cursor) == (404, "GAIA_CN01")


@pytest.mark.parametrize("params", [{"size": 501}, {"size": 0}, {"query": "limit 5"}])
def test_a_cursor_has_its_bounds(api, params):
    assert api.code("POST", "records/cursor", app=1, **params) == (400, "CB_VA01")


def test_without_limits_there_may_be_more(clock, api_with):
    with KintoneSandbox(limits=False, clock=clock) as kintone:
        api = api_with(X_Cybozu_API_Token=kintone.credentials()["apps"]["1"])
        api.base_url = kintone.base_url
        assert len({create(api) for _ in range(11)}) == 11
