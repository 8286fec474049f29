"""Everything the sandbox holds: messages by key, phones by number, the log of posts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice
from threading import Lock

from . import order as orders
from .length import measure
from .message import Message, Phone, Post, ReplyState, Report, Typed
from .order import Order


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """The message of an order, and whether the order was the first with its key."""

    message: Message
    new: bool


class Exchange:
    """The memory of one sandbox; safe to use from several threads. `clock` gives UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._messages: dict[str, Message] = {}
        self._typed: dict[str, Typed] = {}
        # Kept in the order of the last thing that happened, so that the newest phone is the last.
        self._phones: dict[str, list[tuple[type, str]]] = {}
        self._posts: list[Post] = []
        self._replies = count(1)

    def take(self, order: Order, refusal: str | None) -> Taken:
        """Take or refuse an order. A known key gives its first message again and changes nothing.

        `refusal` is what the number is scripted to be refused for, if anything.
        """
        now = self._clock()
        with self._lock:
            first = self._messages.get(order.key)
            self._posts.append(
                Post(
                    key=order.key,
                    number=order.number,
                    at=now,
                    repeat=first is not None,
                    differs=first is not None
                    and (first.number, first.text) != (order.number, order.text),
                )
            )
            if first:
                return Taken(message=first, new=False)
            length = measure(order.text)
            message = Message(
                id=f"sms-{len(self._messages) + 1}",
                key=order.key,
                number=order.number,
                text=order.text,
                callback_url=order.callback_url,
                at=now,
                units=length.units,
                segments=length.segments,
                refusal=orders.refusal(order, now) or refusal,
            )
            self._messages[order.key] = message
            if not message.refusal:
                self._lay_down(message.number, Message, message.key)
            return Taken(message=message, new=True)

    def report(self, report: Report) -> None:
        """Note what became of a message. What comes out of order does not undo a final state."""
        with self._lock:
            message = self._messages[report.key]
            if report.final or message.report is None:
                self._messages[report.key] = replace(message, report=report)

    def compose(self, number: str, text: str) -> Typed:
        """Give an answer from a phone, not on it yet. Raises LookupError where no SMS came."""
        with self._lock:
            if number not in self._phones:
                raise LookupError("No SMS came to this phone, so there is nobody to answer.")
            return Typed(
                id=f"reply-{next(self._replies)}",
                number=number,
                text=text,
                callback_url=self._last_callback(number),
                at=self._clock(),
            )

    def show(self, typed: Typed) -> None:
        """Lay an answer on its phone; a second time changes nothing."""
        with self._lock:
            if typed.id not in self._typed:
                self._typed[typed.id] = typed
                self._lay_down(typed.number, Typed, typed.id)

    def settle(self, typed: Typed, state: ReplyState) -> None:
        """Note whether the hub took an answer."""
        with self._lock:
            self._typed[typed.id] = replace(typed, state=state)

    def find(self, key: str) -> Message | None:
        """Give the message with this key, or None where none was ever posted."""
        return self._messages.get(key)

    def messages(self) -> list[Message]:
        """Give every message, refused ones included, in the order they were first posted."""
        with self._lock:
            return list(self._messages.values())

    def posts(self) -> list[Post]:
        """Give every post that arrived, repeats included, oldest first."""
        with self._lock:
            return list(self._posts)

    def phones(self, most: int) -> list[Phone]:
        """Give the phones on which something happened last, newest first."""
        with self._lock:
            return [
                Phone(number=number, count=len(items), newest=self._item(*items[-1]))
                for number, items in islice(reversed(self._phones.items()), most)
            ]

    def phone_count(self) -> int:
        """Say how many phones got an SMS."""
        return len(self._phones)

    def phone(self, number: str) -> list[Message | Typed]:
        """Give what lies on a phone, oldest first; empty where nothing ever came."""
        with self._lock:
            return [self._item(*item) for item in self._phones.get(number, [])]

    def _lay_down(self, number: str, kind: type, id_: str) -> None:
        items = self._phones.pop(number, [])
        items.append((kind, id_))
        self._phones[number] = items

    def _item(self, kind: type, id_: str) -> Message | Typed:
        return self._messages[id_] if kind is Message else self._typed[id_]

    def _last_callback(self, number: str) -> str | None:
        for kind, id_ in reversed(self._phones[number]):
            if kind is Message and self._messages[id_].callback_url:
                return self._messages[id_].callback_url
        return None
