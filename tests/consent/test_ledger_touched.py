"""Whatever is erased, the ledger verifies; whatever is touched, it is found."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.consent import ledger, purposes
from hub.consent.entry import Entry
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.ledger import SOURCE
from hub.store.tables.consent import evidence

ROWS = 6
Make = Callable[..., Entry]
ERASED_SOURCE = dict.fromkeys((*SOURCE, "source_salt")) | {"attachments": []}
"""Attachments are a list: an empty one is what is left of them."""


@pytest.fixture
def filled(db: Database, cipher: Cipher, entry: Make, now: datetime) -> Database:
    with db.write() as tx:
        purposes.ensure(tx, "campaign", "promotional", "セール", "セールのお知らせ", now)
        for day in range(ROWS):
            ledger.append(
                tx,
                cipher,
                [entry(source_ref=f"12:{day}", attachments=(f"scan:{day}",))],
                now + timedelta(days=day),
            )
    return db


def erase(tx: sa.Connection, personal: set[int], source: set[int]) -> None:
    for rows, values in (
        (personal, {"personal_enc": None, "personal_salt": None}),
        (source, ERASED_SOURCE),
    ):
        if rows:
            tx.execute(sa.update(evidence).where(evidence.c.seq.in_(rows)).values(**values))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(personal=st.sets(st.integers(1, ROWS)), source=st.sets(st.integers(1, ROWS)))
def test_it_verifies_whatever_part_of_it_was_erased(filled, cipher, personal, source):
    with filled.write() as tx, tx.begin_nested() as trial:
        erase(tx, personal, source)
        assert ledger.verify(tx, cipher).broken == ()
        trial.rollback()


_FORGED = {
    "strength": 5,
    "event_type": "renewed",
    "purpose_key": "other",
    "actor": "nobody",
    "source_ref": "12:99",
    "source_value": "はい",
    "form_url": "https://elsewhere.example",
    "default_ticked": True,
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_touched_is_found_whatever_was_erased_before(filled, cipher, data):
    with filled.write() as tx, tx.begin_nested() as trial:
        head = ledger.head(tx)
        assert head
        rows = st.sets(st.integers(1, ROWS))
        erase(tx, data.draw(rows), data.draw(rows))
        seq = data.draw(st.integers(1, ROWS))
        act = data.draw(st.sampled_from(["change", "remove", "swap", "cut"]))
        if act == "change":
            column = data.draw(st.sampled_from(sorted(_FORGED)))
            change = {column: _FORGED[column]}
            tx.execute(sa.update(evidence).where(evidence.c.seq == seq).values(**change))
        elif act == "remove":
            tx.execute(sa.delete(evidence).where(evidence.c.seq == seq))
        elif act == "cut":
            tx.execute(sa.delete(evidence).where(evidence.c.seq >= seq))
        else:
            other = data.draw(st.integers(1, ROWS).filter(lambda each: each != seq))
            for old, new in ((seq, 99), (other, seq), (99, other)):
                tx.execute(sa.update(evidence).where(evidence.c.seq == old).values(seq=new))
        assert ledger.verify(tx, cipher, [(head.seq, head.hash)]).broken
        trial.rollback()


@pytest.mark.parametrize("part", ["personal_enc", "personal_salt", "source_salt"])
def test_half_an_erasure_is_no_erasure(filled, cipher, part):
    with filled.write() as tx:
        tx.execute(sa.update(evidence).where(evidence.c.seq == 2).values({part: None}))
        assert [each.seq for each in ledger.verify(tx, cipher).broken] == [2]


def test_a_row_cannot_be_made_out_to_be_of_the_older_schema(filled, cipher):
    with filled.write() as tx:
        older = {"source_digest": None, "source_salt": None, "schema": "consent-evidence/1"}
        tx.execute(sa.update(evidence).where(evidence.c.seq == 2).values(**older))
        assert ("changed", 2) in [(e.kind, e.seq) for e in ledger.verify(tx, cipher).broken]
