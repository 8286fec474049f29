"""Keys of the REST API: what opens, what does not, and what is kept of them."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.access import api_keys
from hub.access.api_keys import NewKey, Refused
from hub.errors import ConfigError
from hub.store.database import Database
from hub.store.tables.api import api_key

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
HERE = "203.0.113.9"


@pytest.fixture
def db(store_url: str):
    database = Database(store_url)
    yield database
    database.close()


def make(db: Database, **changes: object) -> NewKey:
    values = {"label": "shop", "scopes": ["consents:write"], "networks": [], "by": "test"}
    with db.write() as tx:
        return api_keys.create(tx, **{**values, **changes}, now=NOW)


def found(db: Database, text: str, address: str = HERE, now: datetime = NOW):
    return api_keys.find(db, text, address, now)


def test_a_key_opens_what_its_scopes_say(db: Database):
    key = found(db, make(db).text)
    assert not isinstance(key, Refused)
    assert key.scopes == ("consents:write",)


def test_the_store_holds_no_key(db: Database):
    made = make(db)
    with db.read() as tx:
        kept = repr(tx.execute(sa.select(api_key)).all())
    # The secret may hold the sign that ends the prefix.
    assert made.text.partition(f"{made.row.prefix}_")[2] not in kept
    assert made.text not in repr(made)


def test_a_key_ends_after_ninety_days(db: Database):
    made = make(db)
    assert found(db, made.text, now=NOW + timedelta(days=90, seconds=-1)).label == "shop"
    assert found(db, made.text, now=NOW + timedelta(days=90)) is Refused.EXPIRED


def test_a_revoked_key_opens_nothing(db: Database):
    made = make(db)
    with db.write() as tx:
        assert api_keys.revoke(tx, made.row.prefix, "test", NOW)
        assert not api_keys.revoke(tx, made.row.prefix, "test", NOW)
    assert found(db, made.text) is Refused.REVOKED


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("203.0.113.9", None),
        ("::ffff:203.0.113.9", None),
        ("203.0.114.1", Refused.ADDRESS),
        ("2001:db8::1", Refused.ADDRESS),
        ("", Refused.ADDRESS),
        ("rubbish", Refused.ADDRESS),
    ],
)
def test_a_key_is_used_from_where_it_may_be(db: Database, address: str, outcome: Refused | None):
    answer = found(db, make(db, networks=["203.0.113.0/24"]).text, address)
    assert answer is outcome if outcome else answer.label == "shop"


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.upper()])
def test_a_key_that_is_nearly_right_is_unknown(db: Database, change):
    assert found(db, change(make(db).text)) is Refused.UNKNOWN


@pytest.mark.parametrize("text", ["", "hub_", "Bearer", "hub_aaaaaaaa_" + "A" * 43, "\0", "鍵"])
def test_whatever_is_no_key_is_unknown(db: Database, text: str):
    assert found(db, text) is Refused.UNKNOWN


def test_the_secret_of_one_key_does_not_open_another(db: Database):
    one, other = make(db), make(db)
    mixed = f"hub_{one.row.prefix}_{other.text[len('hub_12345678_') :]}"
    assert found(db, mixed) is Refused.UNKNOWN


def test_when_a_key_was_used_last_is_noted_once_a_minute(db: Database):
    made = make(db)
    for seconds in (0, 10, 70):
        found(db, made.text, now=NOW + timedelta(seconds=seconds))
    with db.read() as tx:
        (row,) = api_keys.every(tx)
    assert row.last_used_at == NOW + timedelta(seconds=70)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("label", {"label": " "}),
        ("scope", {"scopes": []}),
        ("scope", {"scopes": ["everything"]}),
        ("address", {"networks": ["somewhere"]}),
        ("expires", {"expires_at": NOW}),
        ("expires", {"expires_at": NOW + timedelta(days=400)}),
    ],
)
def test_a_key_that_cannot_be_made_is_told_by_field(db: Database, key: str, changes: dict):
    with pytest.raises(ConfigError) as caught:
        make(db, **changes)
    assert caught.value.key == key
