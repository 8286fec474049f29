"""What a disclosure finds of one number: texts opened, forms named, nobody else's data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.store import disclosure, replies
from hub.store.audit import add_audit
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import new_ring
from hub.store.people import contacts_for
from hub.store.replies import NewReply
from hub.store.tables.connections import connection
from hub.store.tables.consent import document
from hub.store.tables.forms import consent_form, consent_form_version, consent_request

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(new_ring())


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    database = Database(store_url)
    yield database
    database.close()


@pytest.fixture
def two(db: Database, cipher: Cipher) -> tuple[int, int]:
    """Two numbers, each with a reply, a form that was sent, and a look into its records."""
    numbers = ("+819012345678", "+819087654321")
    with db.write() as tx:
        ids = contacts_for(tx, [cipher.lookups(number) for number in numbers], NOW)
        gateway = _made(
            tx,
            connection,
            name="sms",
            plugin="sandbox_gateway",
            label="SMS",
            origin="console",
            enabled=True,
            state="ok",
            state_since=NOW,
            created_at=NOW,
        )
        form = _made(tx, consent_form, key="spring", created_at=NOW)
        version = _made(
            tx,
            consent_form_version,
            form_id=form,
            version=1,
            texts={},
            purposes=["campaign"],
            privacy_notice_url="https://example.jp/privacy",
            privacy_notice_version="1",
            double_opt_in=False,
            origins=[],
            created_at=NOW,
            created_by="test",
        )
        tx.execute(
            sa.insert(document).values(sha256="f" * 64, kind="form", text="form", created_at=NOW)
        )
        for place, contact_id in enumerate(ids):
            tx.execute(
                sa.insert(consent_request).values(
                    token_hash=bytes([place]) * 32,
                    form_version_id=version,
                    contact_id=contact_id,
                    address_hash=bytes(16),
                    language="ja",
                    boxes={"campaign": {}},
                    form_sha256="f" * 64,
                    state="recorded",
                    created_at=NOW,
                    expires_at=NOW + timedelta(minutes=10),
                )
            )
            where = replies.context(gateway, str(place))
            said = NewReply(
                gateway_id=gateway,
                source_id=str(place),
                contact_id=contact_id,
                text_enc=cipher.encrypt(f"返信{place}", where),
                outcome="kept",
                said_at=NOW,
            )
            replies.insert(tx, said, NOW)
            add_audit(
                tx,
                at=NOW,
                actor=f"user:{place}",
                action="person.seen",
                object_=f"contact:{contact_id}",
                address="127.0.0.1",
                detail={},
            )
    return ids[0], ids[1]


def _made(tx: sa.Connection, table: sa.Table, **values: object) -> int:
    return int(tx.execute(sa.insert(table).values(**values)).inserted_primary_key[0])


def test_replies_forms_and_looks_are_those_of_the_number_alone(
    db: Database, cipher: Cipher, two: tuple[int, int]
) -> None:
    with db.read() as tx:
        said = disclosure.replies(tx, cipher, two[1])
        sent = disclosure.requests(tx, two[1])
        looks = disclosure.accesses(tx, two[1], [])
    assert [(each.text, each.gateway) for each in said] == [("返信1", "SMS")]
    assert [(each.form, list(each.purposes), each.state) for each in sent] == [
        ("spring", ["campaign"], "recorded")
    ]
    assert [(each.actor, each.address) for each in looks] == [("user:1", "127.0.0.1")]


def test_a_reply_whose_text_went_is_still_told(
    db: Database, cipher: Cipher, two: tuple[int, int]
) -> None:
    with db.write() as tx:
        tx.exec_driver_sql("UPDATE reply SET text_enc = NULL")
        assert [each.text for each in disclosure.replies(tx, cipher, two[0])] == [None]
