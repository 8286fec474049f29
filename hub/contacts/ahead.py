"""Reading a source's next page on a thread of its own, while the one before is being stored.

The answer of a platform takes a few hundred milliseconds and the store a few dozen: done in turns,
both would wait for each other.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.errors import HubError
from hub.values.contact import SourceContact
from hub.values.page import Page

MOST = 2
"""How many pages wait to be stored, so that memory stays flat."""


class Source(Protocol):
    """What is read: a contact source, which is asked for one page at a time."""

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        """Give the page behind a cursor."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A page, and when the platform was asked for it: never later than what it says."""

    page: Page[SourceContact]
    asked_at: datetime


class Ahead:
    """The pages behind a cursor in their order, up to the last or to a deadline.

    Used as a context, whose end ends the reading. At the deadline nothing more is asked for.
    """

    def __init__(
        self,
        source: Source,
        cursor: str | None,
        clock: Callable[[], datetime],
        deadline: datetime | None = None,
    ) -> None:
        self._source = source
        self._cursor = cursor
        self._clock = clock
        self._deadline = deadline
        self._news = threading.Condition()
        self._waiting: deque[Read] = deque()
        self._error: Exception | None = RuntimeError("the thread that reads ahead broke")
        self._ended = self._stopped = False
        # A daemon: Ctrl-C must not wait for a platform.
        self._thread = threading.Thread(target=self._work, name="hub-pull-ahead", daemon=True)

    def __enter__(self) -> "Ahead":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        with self._news:
            self._stopped = True
            self._news.notify_all()
        if kind is None or issubclass(kind, Exception):
            # The platform is asked nothing more once the run is closed.
            self._thread.join()

    def __iter__(self) -> Iterator[Read]:
        """Give each page once it is there. Raises what the source raised, behind its last page."""
        while read := self._taken():
            yield read
        if self._error is not None:
            raise self._error

    def _taken(self) -> Read | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._ended)
            read = self._waiting.popleft() if self._waiting else None
            self._news.notify_all()
            return read

    def _work(self) -> None:
        try:
            self._read()
            self._error = None
        except HubError as exc:
            self._error = exc
        finally:
            with self._news:
                self._ended = True
                self._news.notify_all()

    def _read(self) -> None:
        done = False
        while not done and self._has_room():
            asked_at = self._clock()
            if self._deadline is not None and asked_at >= self._deadline:
                return
            page = self._source.changed(self._cursor)
            self._cursor, done = page.cursor, page.done
            with self._news:
                self._waiting.append(Read(page=page, asked_at=asked_at))
                self._news.notify_all()

    def _has_room(self) -> bool:
        """Wait until a page more may wait; False where none is wanted."""
        with self._news:
            self._news.wait_for(lambda: self._stopped or len(self._waiting) < MOST)
            return not self._stopped
