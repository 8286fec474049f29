"""Everything the sandbox holds: messages by SID, numbers that stopped, the log of posts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock

from .message import Message
from .order import Order, segments

INBOUND, OUTBOUND = "inbound", "outbound-api"


class Ledger:
    """The memory of one account; safe to use from several threads. `clock` gives UTC."""

    def __init__(self, account_sid: str, clock: Callable[[], datetime]) -> None:
        self._account_sid = account_sid
        self._clock = clock
        self._lock = Lock()
        self._messages: dict[str, Message] = {}
        self._stopped: set[tuple[str, str]] = set()

    def take(self, order: Order, chosen: str) -> Message:
        """Keep a posted SMS; `chosen` is the number it comes from where a service chooses it."""
        return self._keep(
            direction=OUTBOUND,
            sender=order.sender or chosen,
            number=order.number,
            body=order.body,
            service_sid=order.service_sid,
            callback_url=order.callback_url,
            status="accepted" if order.service_sid else "queued",
        )

    def answer(self, last: Message, text: str) -> Message:
        """Keep an SMS from a handset, sent as an answer to one it got."""
        return self._keep(
            direction=INBOUND,
            sender=last.number,
            number=last.sender,
            body=text,
            service_sid=None,
            callback_url=None,
            status="received",
        )

    def happen(self, sid: str, status: str, error_code: int | None) -> None:
        """Note what became of an SMS. What comes out of order does not undo an end."""
        with self._lock:
            message = self._messages[sid]
            if message.status in ("queued", "accepted", "sent"):
                sent_at = message.sent_at or self._clock()
                self._messages[sid] = replace(
                    message, status=status, error_code=error_code, sent_at=sent_at
                )

    def find(self, sid: str) -> Message | None:
        """Give the message with this SID."""
        return self._messages.get(sid)

    def listed(self) -> list[Message]:
        """Give every message, newest first."""
        with self._lock:
            return list(reversed(self._messages.values()))

    def last_to(self, number: str) -> Message:
        """Give the newest SMS to a number. Raises LookupError where there is none."""
        for message in self.listed():
            if message.direction == OUTBOUND and message.number == number:
                return message
        raise LookupError("No SMS went to this number, so there is nobody to answer.")

    def stop(self, sender: str, number: str) -> None:
        """Put a number on the list of those who stopped this sender."""
        self._stopped.add((sender, number))

    def start(self, sender: str, number: str) -> None:
        """Take a number off that list."""
        self._stopped.discard((sender, number))

    def has_stopped(self, sender: str, number: str) -> bool:
        """Say whether a number stopped this sender."""
        return (sender, number) in self._stopped

    def _keep(
        self,
        *,
        direction: str,
        sender: str,
        number: str,
        body: str,
        service_sid: str | None,
        callback_url: str | None,
        status: str,
    ) -> Message:
        with self._lock:
            message = Message(
                sid=f"SM{len(self._messages) + 1:032x}",
                account_sid=self._account_sid,
                service_sid=service_sid,
                direction=direction,
                sender=sender,
                number=number,
                body=body,
                callback_url=callback_url,
                status=status,
                at=self._clock(),
                segments=segments(body),
            )
            self._messages[message.sid] = message
            return message
