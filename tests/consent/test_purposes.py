from datetime import datetime

import pytest

from hub.consent import purposes
from hub.errors import ConfigError
from hub.store.database import Database


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


@pytest.mark.parametrize("key", ["all", "promotional", "", "two words", "purpose:x", "大文字", "A"])
def test_a_name_that_would_be_taken_for_something_else_is_refused(
    db: Database, now: datetime, key: str
) -> None:
    with db.write() as tx, pytest.raises(ConfigError, match="cannot name a purpose"):
        purposes.ensure(tx, key, "promotional", "x", "x", now)


def test_a_class_that_is_none_is_refused(db: Database, now: datetime) -> None:
    with db.write() as tx, pytest.raises(ConfigError, match="promotional or transactional"):
        purposes.ensure(tx, "campaign", "urgent", "x", "x", now)
