from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from hub.consent import collections, exclusions, ledger, purposes, standing
from hub.consent.entry import Entry
from hub.consent.gate import Allow, Deny, Question, decide
from hub.consent.policy import Policy
from hub.store import connections
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.exclusions import NewExclusion
from hub.store.tables.connections import connection
from hub.store.tables.people import contact
from hub.values.words import Words

from .made import DAY

Make = Callable[..., Entry]


def verdict(db: Database, contact_id: int, now: datetime, purpose: str = "campaign") -> object:
    question = Question(
        purpose_key=purpose, message_class="promotional", now=now, source_read_at=now
    )
    with db.read() as tx:
        return decide(question, standing.load(tx, [contact_id], purpose)[contact_id], Policy())


def write(db: Database, cipher: Cipher, now: datetime, *entries: Entry) -> list[str]:
    with db.write() as tx:
        return ledger.append(tx, cipher, entries, now)


def test_an_entry_of_the_ledger_lets_a_message_leave(
    db: Database, cipher: Cipher, entry: Make, contact_id: int, now: datetime
) -> None:
    ids = write(db, cipher, now, entry())
    assert verdict(db, contact_id, now) == Allow(ids[0])
    assert verdict(db, contact_id, now, "other") == Deny("wrong_purpose")


def test_grounds_of_a_connection_whose_fields_changed_do_not_count(
    db: Database,
    cipher: Cipher,
    entry: Make,
    contact_id: int,
    connection_id: int,
    now: datetime,
) -> None:
    ids = write(db, cipher, now, entry())
    with db.write() as tx:
        connections.suspend_grounds(tx, connection_id, Words("欄がない", "field gone"), now)
    assert verdict(db, contact_id, now) == Deny("source_suspended")
    with db.write() as tx:
        connections.restore_grounds(tx, connection_id)
    assert verdict(db, contact_id, now) == Allow(ids[0])
    with db.write() as tx:
        tx.execute(sa.update(connection).values(removed_at=now))
    assert verdict(db, contact_id, now) == Deny("source_suspended")


def test_a_revoked_collection_takes_its_grounds_with_it(
    db: Database,
    cipher: Cipher,
    entry: Make,
    contact_id: int,
    connection_id: int,
    now: datetime,
) -> None:
    with db.write() as tx:
        collection_id = collections.declare(
            tx,
            connection_id=connection_id,
            purpose_key="campaign",
            method="checkbox",
            wording="お得な情報をSMSで受け取ります。",
            statement="店頭の申込書で同意を得ました。",
            signed_by="山田",
            period_from=now.replace(year=2025),
            now=now,
        )
    ids = write(db, cipher, now, entry(occurred_at=None, collection_id=collection_id))
    assert verdict(db, contact_id, now) == Allow(ids[0])
    with db.write() as tx:
        assert collections.revoke(tx, collection_id, "佐藤", now)
    assert verdict(db, contact_id, now) == Deny("collection_revoked")


def test_an_exclusion_is_part_of_the_standing_until_it_is_lifted(
    db: Database, cipher: Cipher, entry: Make, contact_id: int, now: datetime
) -> None:
    ids = write(db, cipher, now, entry())
    with db.write() as tx:
        wanted = NewExclusion(
            contact_id=contact_id,
            scope="promotional",
            origin="agent",
            actor="user:1",
            occurred_at=now,
        )
        (row,) = exclusions.exclude(tx, [wanted], now)
    assert verdict(db, contact_id, now) == Deny("suppressed_promotional")
    with db.write() as tx:
        assert exclusions.lift(tx, [row.id], by="user:1", why="paper", now=now) == 1
    assert verdict(db, contact_id, now) == Allow(ids[0])


def test_the_class_of_the_purpose_is_known_and_an_unknown_purpose_is_promotional(
    db: Database, contact_id: int, now: datetime
) -> None:
    with db.write() as tx:
        purposes.ensure(tx, "booking", "transactional", "予約", "予約のご連絡", now)
        purposes.ensure(tx, "both", "mixed", "両方", "ご連絡とご案内", now)
        known = {
            key: standing.load(tx, [contact_id], key)[contact_id].promotional
            for key in ("booking", "both", "nobody_knows")
        }
    assert known == {"booking": False, "both": True, "nobody_knows": True}


def test_many_contacts_cost_a_handful_of_statements(
    db: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    from hub.store.people import contacts_for

    with db.write() as tx:
        ids = contacts_for(
            tx, [[bytes([1, n // 256, n % 256]) * 5 + b"x"] for n in range(400)], now
        )
        ledger.append(tx, cipher, [entry(contact_id=id_) for id_ in ids[::2]], now)
    statements: list[str] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def _count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    with db.read() as tx:
        found = standing.load(tx, ids, "campaign")
    assert [len(found[id_].entries) for id_ in ids] == [1, 0] * 200
    assert len(statements) < 8


def test_a_consent_is_to_the_version_that_was_in_force_when_it_was_given(
    db: Database, cipher: Cipher, entry: Make, contact_id: int, now: datetime
) -> None:
    early, late = now - 100 * DAY, now - 10 * DAY
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セール", early - DAY)
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールと新商品", late - DAY)
    # Both are read today.
    old = entry(occurred_at=early, source_ref="12:1")
    new = entry(occurred_at=late, source_ref="12:2")
    write(db, cipher, now, old)
    assert verdict(db, contact_id, now) == Deny("narrower_purpose")
    (id_,) = write(db, cipher, now, new)
    assert verdict(db, contact_id, now) == Allow(id_)


def test_an_undated_tick_is_to_the_version_of_its_declarations_first_day(
    db: Database,
    cipher: Cipher,
    entry: Make,
    contact_id: int,
    connection_id: int,
    now: datetime,
) -> None:
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セール", now - 90 * DAY)
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールと新商品", now - 50 * DAY)
        ids = [
            collections.declare(
                tx,
                connection_id=connection_id,
                purpose_key="campaign",
                method="checkbox",
                wording="お得な情報をSMSで受け取ります。",
                statement="店頭の申込書で同意を得ました。",
                signed_by="山田",
                period_from=begins,
                now=now,
            )
            for begins in (now - 60 * DAY, now - 40 * DAY)
        ]
    write(db, cipher, now, entry(occurred_at=None, collection_id=ids[0], source_ref="12:1"))
    assert verdict(db, contact_id, now) == Deny("narrower_purpose")
    (id_,) = write(
        db, cipher, now, entry(occurred_at=None, collection_id=ids[1], source_ref="12:2")
    )
    assert verdict(db, contact_id, now) == Allow(id_)


def test_what_a_form_showed_counts_and_not_what_was_in_force_when_it_was_sent(
    db: Database, cipher: Cipher, entry: Make, contact_id: int, now: datetime
) -> None:
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セール", now - 2 * DAY)
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールと新商品", now - DAY)
    write(db, cipher, now, entry(occurred_at=now, purpose_version=1))
    assert verdict(db, contact_id, now) == Deny("narrower_purpose")


def test_a_hold_on_the_number_or_on_the_purpose_is_part_of_the_standing(
    db: Database, cipher: Cipher, entry: Make, contact_id: int, now: datetime
) -> None:
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セール", now - 900 * DAY)
    (id_,) = write(db, cipher, now, entry())
    with db.write() as tx:
        tx.execute(sa.update(contact).values(legal_hold_at=now))
    assert verdict(db, contact_id, now) == Deny("legal_hold")
    with db.write() as tx:
        tx.execute(sa.update(contact).values(legal_hold_at=None))
        purposes.hold(tx, "campaign", why="措置命令", by="user:1", now=now)
    assert verdict(db, contact_id, now) == Deny("legal_hold")
    with db.write() as tx:
        purposes.release(tx, "campaign", by="user:1", now=now)
    assert verdict(db, contact_id, now) == Allow(id_)
