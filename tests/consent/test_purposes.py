import contextlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.consent import purposes
from hub.consent.purposes import Purpose
from hub.errors import ConfigError
from hub.store.database import Database
from hub.store.upgrade import upgrade

from .made import DAY, NOW


def test_a_purpose_described_the_same_again_keeps_its_version(db: Database, now: datetime) -> None:
    with db.write() as tx:
        first = purposes.ensure(tx, "campaign", "promotional", "セール", "セールのお知らせ", now)
        again = purposes.ensure(tx, "campaign", "promotional", "セール", "セールのお知らせ", now)
        assert again == first
        assert purposes.get(tx, "campaign") == first


def test_another_text_is_another_version_and_the_old_one_stays(db: Database, now: datetime) -> None:
    with db.write() as tx:
        first = purposes.ensure(tx, "campaign", "promotional", "セール", "セール", now)
        second = purposes.ensure(tx, "campaign", "promotional", "セール", "セールと新商品", now)
        assert (first.version, second.version) == (1, 2)
        assert first.id != second.id
        assert purposes.every(tx) == [second]


def test_a_mixed_purpose_counts_as_promotional(db: Database, now: datetime) -> None:
    with db.write() as tx:
        made = purposes.ensure(tx, "news", "mixed", "お知らせ", "お知らせ", now)
    assert made.message_class == "promotional"


@pytest.mark.parametrize(
    "key", ["all", "promotional", "unspecified", "", "two words", "purpose:x", "大文字", "A"]
)
def test_a_name_that_would_be_taken_for_something_else_is_refused(
    db: Database, now: datetime, key: str
) -> None:
    with db.write() as tx, pytest.raises(ConfigError, match="cannot name a purpose"):
        purposes.ensure(tx, key, "promotional", "x", "x", now)


def test_a_class_that_is_none_is_refused(db: Database, now: datetime) -> None:
    with db.write() as tx, pytest.raises(ConfigError, match="promotional or transactional"):
        purposes.ensure(tx, "campaign", "urgent", "x", "x", now)


def described(db: Database, now: datetime, kind: str, text: str, **declared: Any) -> Purpose:
    with db.write() as tx:
        return purposes.ensure(tx, "campaign", kind, "お知らせ", text, now, **declared)


def test_another_text_of_advertising_is_covered_by_no_older_consent(
    db: Database, now: datetime
) -> None:
    described(db, now, "promotional", "セール")
    assert described(db, now, "promotional", "セールと新商品").same_as is None
    described(db, now, "transactional", "ご予約")
    assert described(db, now, "transactional", "ご予約とお問い合わせ").same_as == 3


def test_a_notice_in_other_words_is_covered_unless_it_says_more(
    db: Database, now: datetime
) -> None:
    described(db, now, "transactional", "ご予約")
    assert described(db, now, "transactional", "ご予約の確認").same_as == 1
    assert described(db, now, "transactional", "ご予約と請求", wider=True).same_as is None


def test_a_new_name_alone_leaves_the_consents_alone(db: Database, now: datetime) -> None:
    described(db, now, "promotional", "セール")
    with db.write() as tx:
        renamed = purposes.ensure(tx, "campaign", "promotional", "催し", "セール", now)
    assert (renamed.version, renamed.same_as) == (2, 1)


def test_new_words_can_be_declared_to_say_no_more_than_a_version(
    db: Database, now: datetime
) -> None:
    described(db, now, "promotional", "セール")
    assert described(db, now, "promotional", "大売り出し").same_as is None
    # Declared only afterwards: a version of its own, since none is ever changed.
    mended = described(db, now, "promotional", "大売り出し", same_as=1)
    assert (mended.version, mended.same_as) == (3, 1)
    assert described(db, now, "promotional", "大売り出し", same_as=1) == mended
    assert described(db, now, "promotional", "大売り出し") == mended
    wider = described(db, now, "promotional", "大売り出し", wider=True)
    assert (wider.version, wider.same_as) == (4, None)
    assert described(db, now, "promotional", "大売り出し", wider=True) == wider


@pytest.mark.parametrize(
    "declared", [{"same_as": 2}, {"same_as": 9}, {"same_as": 1, "wider": True}]
)
def test_what_cannot_be_the_same_is_refused(
    db: Database, now: datetime, declared: dict[str, Any]
) -> None:
    described(db, now, "promotional", "セール")
    described(db, now, "transactional", "セール")
    with pytest.raises(ConfigError, match="could say no more than") as raised:
        described(db, now, "promotional", "x", **declared)
    assert raised.value.key == "same_as"


def test_confirmation_codes_are_no_advertising(db: Database, now: datetime) -> None:
    with db.write() as tx, pytest.raises(ConfigError, match="Make it transactional"):
        purposes.ensure(tx, "consent_confirmation", "promotional", "x", "x", now)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["promotional", "transactional", "debt_collection"]),
            st.sampled_from(["a", "b"]),
            st.sampled_from([None, None, "wider", 1, 2]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_declaration_makes_a_consent_cover_another_class(
    declarations: list[tuple[str, str, Any]],
) -> None:
    database = Database("sqlite://")
    upgrade(database)
    for kind, text, declared in declarations:
        how = {"wider": True} if declared == "wider" else {"same_as": declared}
        with contextlib.suppress(ConfigError):
            described(database, NOW, kind, text, **how)
    with database.read() as tx:
        known = purposes.versions(tx, "campaign")
    for count in range(1, len(known) + 1):
        newest = known[count - 1]
        covering = [each for each in known if each.version in purposes.covered(known[:count])]
        assert newest in covering
        assert {each.message_class for each in covering} == {newest.message_class}
        if newest.message_class == "promotional" and newest.same_as is None:
            assert covering == [newest]
    database.close()


def test_somebody_agreed_to_what_they_were_shown_or_what_was_in_force(
    db: Database, now: datetime
) -> None:
    first = described(db, now, "promotional", "セール")
    second = described(db, now + DAY, "promotional", "セールと新商品")
    known = [first, second]
    assert purposes.in_force(known, now - DAY, None) == first
    assert purposes.in_force(known, now + DAY, None) == second
    assert purposes.in_force(known, None, None) == first
    assert purposes.in_force(known, now + 2 * DAY, 1) == first
    assert purposes.in_force([], now, None) is None


def test_a_hold_stands_until_it_is_released(db: Database, now: datetime) -> None:
    described(db, now, "promotional", "セール")
    with db.write() as tx:
        assert purposes.hold(tx, "campaign", why="措置命令 1号", by="user:1", now=now)
        assert not purposes.hold(tx, "campaign", why="again", by="user:2", now=now)
    assert described(db, now, "promotional", "別の文言").held, "versions come and go under it"
    with db.write() as tx:
        assert purposes.release(tx, "campaign", by="user:1", now=now)
        assert not purposes.release(tx, "campaign", by="user:1", now=now)
        assert purposes.hold(tx, "campaign", why="another order", by="user:1", now=now)


@pytest.mark.parametrize(("key", "why"), [("nothing", "x"), ("campaign", " ")])
def test_a_hold_needs_a_purpose_and_a_reason(
    db: Database, now: datetime, key: str, why: str
) -> None:
    described(db, now, "promotional", "セール")
    with db.write() as tx, pytest.raises(ConfigError):
        purposes.hold(tx, key, why=why, by="user:1", now=now)
