"""Everything the console's double remembers; safe to use from several threads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from threading import Lock

from .message import Message, Post, Typed
from .order import Order

SAME_TEXT = timedelta(minutes=1)
"""For so long the same text to the same number is a duplicate (result 30)."""


class Memory:
    """SMS by `smsid`, numbers that stopped, and the log of posts. `clock` gives UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._messages: dict[str, Message] = {}
        self._posts: list[Post] = []
        self._excluded: set[str] = set()
        self._last: dict[tuple[str, str], datetime] = {}
        self._replies = count(1)
        self._nameless = count(1)

    def take(self, order: Order) -> tuple[Message | None, int | None]:
        """Take an order: the SMS, and the result that ends it at once, if one does.

        (None, None) for an `smsid` that was used before.
        """
        now = self._clock()
        with self._lock:
            if order.smsid in self._messages:
                return None, None
            message = Message(
                smsid=order.smsid or f"-{next(self._nameless)}",
                number=order.number,
                text=order.smstext,
                title=order.smstitle,
                notify=order.status == "1",
                two_way=order.returnsms == "1",
                at=now,
            )
            self._messages[message.smsid] = message
            said = (message.number, message.text)
            before, self._last[said] = self._last.get(said), now
            if message.number in self._excluded:
                return message, 37
            if before is not None and now - before < SAME_TEXT:
                return message, 30
            return message, None

    def log(self, smsid: str, code: str) -> None:
        """Remember a post and how it was answered."""
        with self._lock:
            self._posts.append(Post(smsid=smsid, at=self._clock(), code=code))

    def add_result(self, smsid: str, result: int) -> Message:
        """Note one more result of an SMS and give it with that."""
        with self._lock:
            message = self._messages[smsid]
            message = replace(message, results=(*message.results, result))
            self._messages[smsid] = message
            return message

    def find(self, smsid: str) -> Message | None:
        """Give the SMS with this `smsid`, None where there is none."""
        return self._messages.get(smsid)

    def messages(self) -> list[Message]:
        """Give every SMS that was taken, oldest first."""
        with self._lock:
            return list(self._messages.values())

    def posts(self) -> list[Post]:
        """Give every post that arrived, oldest first."""
        with self._lock:
            return list(self._posts)

    def exclude(self, number: str) -> None:
        """Put a number on the exclusion list, as a tap on the console's opt-out address does."""
        with self._lock:
            self._excluded.add(number)

    def compose(self, number: str, text: str) -> Typed:
        """Give a reply to the last two-way SMS to this number; LookupError where none came."""
        with self._lock:
            for message in reversed(self._messages.values()):
                if message.number == number and message.two_way:
                    return Typed(
                        id=str(next(self._replies)),
                        smsid=message.smsid,
                        number=number,
                        text=text,
                        at=self._clock(),
                    )
        raise LookupError("No two-way SMS came to this number, so there is nothing to answer.")
