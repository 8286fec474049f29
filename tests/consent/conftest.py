"""A store with one contact and one connection, on SQLite and on PostgreSQL."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.people import contacts_for
from hub.store.tables.connections import connection
from hub.store.upgrade import upgrade

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(new_ring())


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    database = Database(store_url)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def contact_id(db: Database) -> int:
    with db.write() as tx:
        return contacts_for(tx, [[base64.b64decode("AAAAAAAAAAAAAAAAAAAAAA==")]], NOW)[0]


@pytest.fixture
def connection_id(db: Database) -> int:
    with db.write() as tx:
        made = tx.execute(
            sa.insert(connection).values(
                name="crm",
                plugin="kintone",
                label="顧客アプリ",
                origin="console",
                enabled=True,
                state="ok",
                state_since=NOW,
                created_at=NOW,
            )
        )
        return int(made.inserted_primary_key[0])


@pytest.fixture
def entry(contact_id: int, connection_id: int) -> Callable[..., Any]:
    """Make an entry: a dated consent on a form that came unticked, unless told otherwise."""
    from hub.consent.entry import Entry, EventType, Ground, Method

    def make(**changes: Any) -> Entry:
        values: dict[str, Any] = {
            "event_type": EventType.GIVEN,
            "ground": Ground.CONSENT,
            "contact_id": contact_id,
            "purpose_key": "campaign",
            "method": Method.CHECKBOX,
            "actor": "person",
            "strength": 4,
            "wording": "お得な情報をSMSで受け取ります。",
            "wording_language": "ja",
            "occurred_at": datetime(2025, 4, 1, tzinfo=UTC),
            "connection_id": connection_id,
            "source_ref": "12:1",
            "source_field": "SMS許諾",
            "source_value": "許諾する",
            "personal": {"number": "+819012345678", "ip": "127.0.0.1"},
        }
        return Entry(**(values | changes))

    return make
