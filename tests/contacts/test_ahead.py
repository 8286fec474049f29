"""Pages are read while those before them are being stored."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hub.contacts import ahead
from hub.contacts.ahead import Ahead
from hub.errors import TransientError
from hub.values.contact import SourceContact
from hub.values.page import Page
from hub.values.ref import Ref

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


class Platform:
    """Has pages of one record each; `asked` holds the cursors it was asked for."""

    def __init__(self, pages: int, broken_from: int = 1000) -> None:
        self.pages = pages
        self.broken_from = broken_from
        self.asked: list[str | None] = []
        self.now = NOW
        self.more = threading.Condition()

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        number = int(cursor or 0)
        with self.more:
            self.asked.append(cursor)
            self.now += timedelta(seconds=10)
            self.more.notify_all()
        if number >= self.broken_from:
            raise TransientError("Try later.", "後で再試行します。")
        record = SourceContact(ref=Ref("12", str(number)), number="")
        done = number + 1 == self.pages
        return Page(items=[record], cursor=str(number + 1), done=done)

    def clock(self) -> datetime:
        return self.now

    def is_asked(self, times: int) -> bool:
        with self.more:
            return self.more.wait_for(lambda: len(self.asked) >= times, timeout=5)

    def ahead(self, deadline: datetime | None = None) -> Ahead:
        return Ahead(self, None, self.clock, deadline)


def cursors(pages: Ahead) -> list[str | None]:
    return [read.page.cursor for read in pages]


def test_every_page_comes_once_and_in_order() -> None:
    with Platform(5).ahead() as pages:
        assert cursors(pages) == ["1", "2", "3", "4", "5"]


def test_the_next_page_is_asked_for_while_one_is_being_stored() -> None:
    platform = Platform(3)
    with platform.ahead() as pages:
        next(iter(pages))
        assert platform.is_asked(2)


def test_only_a_few_pages_wait_to_be_stored() -> None:
    platform = Platform(50)
    with platform.ahead() as pages:
        next(iter(pages))
        assert platform.is_asked(1 + ahead.MOST)
        assert not eventually(lambda: len(platform.asked) > 1 + ahead.MOST)


def test_an_error_comes_behind_the_pages_read_before_it() -> None:
    with Platform(5, broken_from=2).ahead() as pages:
        coming = iter(pages)
        assert [next(coming).page.cursor for _ in range(2)] == ["1", "2"]
        with pytest.raises(TransientError):
            next(coming)


def test_nothing_is_asked_for_after_the_end() -> None:
    platform = Platform(50)
    with platform.ahead() as pages:
        next(iter(pages))
    asked = len(platform.asked)
    assert not eventually(lambda: len(platform.asked) > asked)


def test_at_the_deadline_nothing_more_is_asked_for_and_what_was_read_comes() -> None:
    with Platform(50).ahead(deadline=NOW + timedelta(seconds=15)) as pages:
        assert cursors(pages) == ["1", "2"]


def test_a_page_is_dated_by_when_it_was_asked_for() -> None:
    with Platform(2).ahead() as pages:
        assert [read.asked_at for read in pages] == [NOW, NOW + timedelta(seconds=10)]


def eventually(comes: Callable[[], bool]) -> bool:
    """Say whether it comes within a moment."""
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        if comes():
            return True
        time.sleep(0.005)
    return False
