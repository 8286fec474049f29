import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hub.consent import ledger, purposes
from hub.consent.entry import FIRST_SCHEMA, Entry
from hub.store import ledger as rows
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.ledger import CLEAR, Head
from hub.store.tables.consent import document, evidence

Make = Callable[..., Entry]


@pytest.fixture
def filled(db: Database, cipher: Cipher, entry: Make, now: datetime) -> Database:
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールのお知らせ", now)
        for day in range(4):
            ledger.append(tx, cipher, [entry(source_ref=f"12:{day}")], now + timedelta(days=day))
    return db


def change(db: Database, **values: Any) -> None:
    with db.write() as tx:
        tx.execute(sa.update(evidence).where(evidence.c.seq == 2).values(**values))


def problems(db: Database, cipher: Cipher | None = None, head: Head | None = None) -> list[Any]:
    with db.read() as tx:
        known = [(head.seq, head.hash)] if head else []
        return [(each.kind, each.seq) for each in ledger.verify(tx, cipher, known).broken]


def test_an_untouched_ledger_is_whole(filled: Database, cipher: Cipher) -> None:
    with filled.read() as tx:
        head = ledger.head(tx)
        assert head
        result = ledger.verify(tx, cipher, [(head.seq, head.hash)])
    assert result.whole
    assert result.entries == 4


def test_an_empty_ledger_is_whole(db: Database, cipher: Cipher) -> None:
    with db.read() as tx:
        assert ledger.verify(tx, cipher).whole
        assert ledger.head(tx) is None


_OTHER: dict[str, Any] = {
    "event_id": "00000000-0000-7000-8000-000000000000",
    "contact_id": None,
    "purpose_id": None,
    "purpose_sha256": None,
    "wording_sha256": None,
    "form_sha256": None,
    "connection_id": None,
    "collection_id": None,
    "exclusion_id": None,
    "seq": 99,
    "strength": 5,
    "default_ticked": False,
    "scope": ["all"],
    "attachments": ["ticket:1"],
    "recipients": ["somebody"],
    "withdrawal_methods": [],
    "occurred_at": datetime(2020, 1, 1, tzinfo=UTC),
    "recorded_at": datetime(2020, 1, 1, tzinfo=UTC),
    "expires_at": datetime(2030, 1, 1, tzinfo=UTC),
}
# Those that may be no other value here: empty already, or a key of another table.
_FIXED = {"contact_id", "form_sha256", "collection_id", "exclusion_id"}


def test_a_change_of_any_column_is_found(filled: Database) -> None:
    changes = {column: _OTHER.get(column, "x") for column in sorted(set(CLEAR) - _FIXED)}
    changes |= dict.fromkeys(("hash", "prev_hash", "personal_digest"), bytes(32))
    unseen = []
    with filled.write() as tx:
        for column, value in changes.items():
            with tx.begin_nested() as trial:
                tx.execute(sa.update(evidence).where(evidence.c.seq == 2).values(**{column: value}))
                found = [(each.kind, each.seq) for each in ledger.verify(tx).broken]
                if ("changed", 99 if column == "seq" else 2) not in found:
                    unseen.append(column)
                trial.rollback()
    assert unseen == []


def test_a_removed_row_is_found(filled: Database) -> None:
    with filled.write() as tx:
        for seq in (1, 2, 3):
            with tx.begin_nested() as trial:
                tx.execute(sa.delete(evidence).where(evidence.c.seq == seq))
                assert [each.seq for each in ledger.verify(tx).broken] == [seq + 1]
                trial.rollback()


def test_two_rows_that_changed_places_are_found(filled: Database) -> None:
    with filled.write() as tx:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            tx.execute(sa.update(evidence).where(evidence.c.seq == old).values(seq=new))
    assert {("changed", 2), ("changed", 3)} <= set(problems(filled))


def test_rows_cut_off_at_the_end_are_found_with_the_head_kept_outside(filled: Database) -> None:
    with filled.read() as tx:
        head = ledger.head(tx)
    with filled.write() as tx:
        tx.execute(sa.delete(evidence).where(evidence.c.seq == 4))
    assert problems(filled, head=head) == [("truncated", 3)]


def test_rows_added_after_the_known_head_are_well(
    filled: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    with filled.read() as tx:
        head = ledger.head(tx)
    with filled.write() as tx:
        ledger.append(tx, cipher, [entry()], now)
    assert problems(filled, cipher, head) == []


def test_it_still_verifies_after_the_personal_part_is_erased(
    filled: Database, cipher: Cipher
) -> None:
    change(filled, personal_enc=None, personal_salt=None)
    assert problems(filled, cipher) == []


NO_SOURCE = {"source_ref": None, "source_value": None, "form_url": None, "attachments": []}


def test_it_still_verifies_after_what_leads_to_the_record_is_erased(
    filled: Database, cipher: Cipher
) -> None:
    change(filled, source_salt=None, **NO_SOURCE)
    assert problems(filled, cipher) == []


@pytest.mark.parametrize("left", [{"source_ref": "12:9"}, {"attachments": ["scan:1"]}])
def test_a_source_put_where_one_was_erased_is_found(filled: Database, left: Any) -> None:
    change(filled, source_salt=None, **(NO_SOURCE | left))
    assert problems(filled) == [("changed", 2)]


def test_a_source_without_its_salt_is_found(filled: Database) -> None:
    change(filled, source_salt=None)
    assert problems(filled) == [("changed", 2)]


def test_a_row_of_the_first_schema_verifies_and_its_source_cannot_go(filled: Database) -> None:
    with filled.write() as tx:
        row = list(rows.rows(tx))[-1]
        clear = {**row.clear, "schema": FIRST_SCHEMA}
        first = ledger.chained(row.prev_hash, clear, row.personal_digest)
        tx.execute(
            sa.update(evidence)
            .where(evidence.c.seq == 4)
            .values(schema=FIRST_SCHEMA, hash=first, source_salt=None, source_digest=None)
        )
    assert problems(filled) == []
    with filled.write() as tx:
        tx.execute(sa.update(evidence).where(evidence.c.seq == 4).values(**NO_SOURCE))
    assert problems(filled) == [("changed", 4)]


def test_a_personal_part_of_another_row_is_found(filled: Database, cipher: Cipher) -> None:
    with filled.read() as tx:
        other = tx.execute(sa.select(evidence.c.personal_enc).where(evidence.c.seq == 3)).scalar()
    change(filled, personal_enc=other)
    assert problems(filled, cipher) == [("personal", 2)]


def test_a_changed_wording_is_found(filled: Database) -> None:
    with filled.write() as tx:
        tx.execute(
            sa.update(document).where(document.c.kind == "wording").values(text="Something else.")
        )
    assert problems(filled) == [("document", 0)]


def test_a_wording_is_kept_once_and_each_entry_names_it(filled: Database) -> None:
    with filled.read() as tx:
        texts = tx.execute(sa.select(document.c.sha256).where(document.c.kind == "wording")).all()
        named = tx.execute(sa.select(evidence.c.wording_sha256).distinct()).all()
    assert texts == named
    assert len(texts) == 1


def test_an_entry_keeps_the_purpose_as_it_read_then(
    filled: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    with filled.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールと新商品", now)
        # Read only now, but agreed to before: still the old words.
        ledger.append(tx, cipher, [entry(), entry(occurred_at=now)], now)
        query = sa.select(document.c.text).join(
            evidence, evidence.c.purpose_sha256 == document.c.sha256
        )
        kept = tx.execute(query.order_by(evidence.c.seq)).scalars().all()
    assert [kept[0], *kept[-2:]] == ["セールのお知らせ", "セールのお知らせ", "セールと新商品"]


def test_event_ids_are_version_7_and_unique(
    db: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    with db.write() as tx:
        ids = [UUID(id_) for id_ in ledger.append(tx, cipher, [entry()] * 200, now)]
    assert {id_.version for id_ in ids} == {7}
    assert len(set(ids)) == 200


def test_no_number_is_stored_in_the_clear(filled: Database) -> None:
    with filled.read() as tx:
        row = tx.execute(sa.select(evidence).limit(1)).one()
    assert not any("9012345678" in repr(value) for value in row)


def test_characters_no_database_takes_are_replaced(
    db: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    with db.write() as tx:
        ledger.append(tx, cipher, [entry(source_value="a\0b\ud800", wording="\0文言")], now)
    assert problems(db, cipher) == []


def test_two_writers_at_once_make_one_chain(
    db: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with db.write() as tx:
            ledger.append(tx, cipher, [entry(wording=f"文言{number % 3}")] * 5, now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    with db.read() as tx:
        result = ledger.verify(tx, cipher)
    assert (result.entries, result.broken) == (60, ())


def test_a_page_of_entries_is_written_in_one_go(
    db: Database, cipher: Cipher, entry: Make, now: datetime
) -> None:
    one = entry()
    with db.write() as tx:
        ledger.append(tx, cipher, [one], now)
        start = time.perf_counter()
        ledger.append(tx, cipher, [one] * 2000, now)
        seconds = time.perf_counter() - start
    # Generous: row by row it takes far longer. The rate itself is measured in bench/.
    assert seconds < 2
