"""What took an entry back, as the exports tell it."""

from types import MappingProxyType
from typing import Any

from hub.consent.ending import Ending, endings
from hub.store.ledger import EvidenceRow


def row(seq: int, event_type: str, **changes: Any) -> EvidenceRow:
    values = {
        "seq": seq,
        "event_type": event_type,
        "purpose_key": "campaign",
        "connection_id": 1,
        "source_ref": "1:7",
        "exclusion_id": None,
    }
    return EvidenceRow(
        clear=MappingProxyType(values | changes),
        personal_enc=None,
        personal_salt=None,
        personal_digest=b"",
        source_salt=None,
        source_digest=None,
        prev_hash=b"",
        hash=b"",
    )


def ended(*rows: EvidenceRow, promotional: bool = True) -> dict[int, Ending]:
    return dict(endings(rows, lambda _: promotional))


def test_a_consent_that_nothing_followed_stands():
    assert ended(row(1, "given"), row(2, "given", purpose_key="booking")) == {}


def test_a_withdrawal_of_any_source_ends_it():
    found = ended(row(1, "given"), row(4, "withdrawn", connection_id=2, source_ref="x:1"))
    assert found == {1: Ending(seq=4, event_type="withdrawn", undone_by=None)}


def test_the_first_of_several_withdrawals_is_told():
    found = ended(row(1, "given"), row(2, "withdrawn"), row(3, "withdrawn"))
    assert found[1].seq == 2


def test_a_withdrawal_of_all_advertising_ends_advertising_alone():
    rows = (row(1, "given"), row(2, "withdrawn", purpose_key="promotional"))
    assert ended(*rows)[1].seq == 2
    assert ended(*rows, promotional=False) == {}
    assert ended(row(1, "given"), row(2, "withdrawn", purpose_key="all"), promotional=False)


def test_a_withdrawal_before_the_consent_says_nothing_of_it():
    assert ended(row(1, "withdrawn"), row(2, "given")) == {}


def test_a_refusal_or_an_invalidation_ends_what_its_own_source_gave():
    for kind in ("refused", "invalidated", "expired"):
        assert ended(row(1, "given"), row(2, kind))[1].seq == 2
        assert ended(row(1, "given"), row(2, kind, source_ref="1:8")) == {}


def test_a_withdrawal_that_was_taken_back_says_by_what():
    rows = (
        row(1, "given"),
        row(2, "withdrawn", exclusion_id=5),
        row(3, "renewed", exclusion_id=5),
    )
    assert ended(*rows)[1] == Ending(seq=2, event_type="withdrawn", undone_by=3)


def test_after_one_that_was_taken_back_the_next_that_stands_is_told():
    rows = (
        row(1, "given"),
        row(2, "withdrawn", exclusion_id=5),
        row(3, "renewed", exclusion_id=5),
        row(4, "withdrawn", exclusion_id=6),
    )
    assert ended(*rows)[1] == Ending(seq=4, event_type="withdrawn", undone_by=None)
