from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent import collections
from hub.consent.collections import Collection, covers, first_covering
from hub.errors import ConfigError
from hub.store.database import Database

START = datetime.fromisoformat("2025-04-01T00:00:00+09:00")
DAY = timedelta(days=1)


def collection(**changes: Any) -> Collection:
    values: dict[str, Any] = {
        "id": 1,
        "connection_id": 1,
        "purpose_key": "campaign",
        "method": "checkbox",
        "default_ticked": False,
        "wording": "お得な情報をSMSで受け取ります。",
        "wording_language": "ja",
        "form_url": None,
        "form_sha256": None,
        "form_text": None,
        "privacy_notice_url": None,
        "privacy_notice_version": None,
        "scope": (),
        "period_from": START,
        "period_until": START + 100 * DAY,
        "filter": {"店舗": ["渋谷", "新宿"]},
        "statement": "店頭の申込書で同意を得ました。",
        "signed_by": "山田",
        "user_id": None,
        "declared_at": START + 200 * DAY,
        "revoked_at": None,
        "revoked_by": None,
    }
    return Collection(**(values | changes))


def test_a_record_of_the_period_and_the_filter_is_covered() -> None:
    assert covers(collection(), START + DAY, {"店舗": "渋谷", "性別": "女"})


@pytest.mark.parametrize("at", [START - DAY, START + 101 * DAY])
def test_a_record_outside_of_the_period_is_not_covered(at: datetime) -> None:
    assert not covers(collection(), at, {"店舗": "渋谷"})


@pytest.mark.parametrize("attributes", [{}, {"店舗": "大阪"}, {"店舗": ""}])
def test_a_record_outside_of_the_filter_is_not_covered(attributes: dict[str, str]) -> None:
    assert not covers(collection(), START + DAY, attributes)


def test_a_record_without_a_date_is_covered_by_the_filter_alone() -> None:
    assert covers(collection(), None, {"店舗": "新宿"})


def test_a_period_without_end_goes_on() -> None:
    assert covers(collection(period_until=None), START + 5000 * DAY, {"店舗": "新宿"})


@given(st.one_of(st.none(), st.datetimes(timezones=st.just(START.tzinfo))), st.booleans())
def test_a_revoked_declaration_covers_nothing(at: datetime | None, everything: bool) -> None:
    revoked = collection(revoked_at=START, filter={} if everything else {"店舗": ["渋谷"]})
    assert not covers(revoked, at, {"店舗": "渋谷"})


def test_the_first_that_covers_the_purpose_is_taken() -> None:
    other = collection(id=2, purpose_key="news", filter={})
    wide = collection(id=3, filter={})
    found = first_covering([other, wide, collection(id=4)], "campaign", START, {"店舗": "渋谷"})
    assert found == wide
    assert first_covering([other], "campaign", START, {}) is None


def declaration(connection_id: int, now: datetime, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "connection_id": connection_id,
        "purpose_key": "campaign",
        "method": "checkbox",
        "wording": "お得な情報をSMSで受け取ります。",
        "statement": "店頭の申込書で同意を得ました。",
        "signed_by": "山田",
        "period_from": START,
        "now": now,
        "filter": {"店舗": ["渋谷"]},
    }
    return values | changes


def test_a_declaration_is_read_back_as_it_was_signed(
    db: Database, connection_id: int, now: datetime
) -> None:
    with db.write() as tx:
        id_ = collections.declare(tx, **declaration(connection_id, now))
        [found] = collections.covering(tx, connection_id)
    assert (found.id, found.wording, found.signed_by) == (
        id_,
        "お得な情報をSMSで受け取ります。",
        "山田",
    )
    assert found.filter == {"店舗": ["渋谷"]}
    assert found.period_from == START


def test_a_revoked_declaration_stays_readable_and_covers_no_more(
    db: Database, connection_id: int, now: datetime
) -> None:
    with db.write() as tx:
        id_ = collections.declare(tx, **declaration(connection_id, now))
        assert collections.revoke(tx, id_, "佐藤", now)
        assert not collections.revoke(tx, id_, "佐藤", now)
        assert collections.covering(tx, connection_id) == []
        [found] = collections.every(tx, connection_id)
    assert (found.revoked_by, found.revoked_at) == ("佐藤", now)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"wording": " "}, "wording"),
        ({"statement": ""}, "statement"),
        ({"signed_by": ""}, "signed_by"),
        ({"method": "import"}, "method"),
        ({"method": "telepathy"}, "method"),
        ({"period_from": START + 3650 * DAY}, "period"),
        ({"period_until": START - DAY}, "period"),
    ],
)
def test_a_declaration_that_proves_nothing_is_refused_by_field(
    db: Database, connection_id: int, now: datetime, changes: dict[str, Any], key: str
) -> None:
    with db.write() as tx, pytest.raises(ConfigError) as refused:
        collections.declare(tx, **declaration(connection_id, now, **changes))
    assert refused.value.key == key
