"""Who is told of changes: outbound messages and the HTTP callouts of flows.

Outbound messages are tried again after thirty seconds, doubling to two hours, for a day; callouts
after 15, 30, 60 and 120 minutes. Nobody waits that long for a sandbox, so it hurries.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import orjson

from connectors.salesforce.sandbox.courier import Content, Courier, Parcel, check_loopback
from connectors.salesforce.sandbox.envelope import MOST, Notification, acknowledged, envelope
from connectors.salesforce.sandbox.ids import Ids
from connectors.salesforce.sandbox.org import Change, Org

MESSAGE_FIELDS = ("MobilePhone", "SMS_Opt_In__c", "SMS_Opt_Out__c")
_DAY = 86_400.0
_CALLOUT_WAITS = (900.0, 1_800.0, 3_600.0, 7_200.0)
_FLOW = UUID("5f1a6d2e-7c54-4f0b-9a53-000000000001")


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Who is told of the changes of an object. The secret is in its address or signs it."""

    url: str = field(repr=False)
    object: str
    fields: tuple[str, ...] = ()
    own_writes: bool = True
    hurry: float = 60.0
    secret: str | None = field(default=None, repr=False)
    header: str = ""
    encoding: str = "hex"


class Outbound:
    """The outbound messages and callouts of an org."""

    def __init__(self, org: Org, host: str) -> None:
        self._org = org
        self._host = host
        self._ids = Ids("04l")
        self._numbers = count(1)
        self._listeners: list[Listener] = []
        self._last: list[Parcel] = []
        self.courier = Courier()

    def listen(self, listener: Listener) -> None:
        """Add a listener. Raises ValueError for an unknown object or a far address."""
        check_loopback(listener.url)
        if not self._org.has(listener.object):
            raise ValueError(f"There is no object {listener.object}.")
        self._listeners.append(listener)

    def clear(self) -> None:
        """Remove all listeners."""
        self._listeners.clear()

    def tell(self, changes: Iterable[Change]) -> None:
        """Send what these changes mean to each listener."""
        known = list(changes)
        for listener in self._listeners:
            wanted = [
                each
                for each in known
                if each.object == listener.object
                and each.kind != "deleted"
                and (listener.own_writes or each.by != self._org.user_id)
            ]
            parcels = self._callouts if listener.secret else self._messages
            for parcel in parcels(listener, wanted):
                self._last = [*self._last[-9:], parcel]
                self.courier.send(parcel)

    def again(self) -> int:
        """Send the last ten once more, as Salesforce may; gives how many that were."""
        for parcel in self._last:
            self.courier.send(parcel)
        return len(self._last)

    def _messages(self, listener: Listener, changes: list[Change]) -> Iterator[Parcel]:
        # One record is told once a transaction, with the values it has when the message leaves.
        numbers = list(dict.fromkeys(each.number for each in changes))
        for some in _parts(numbers, MOST):
            notices = [
                Notification(
                    id=self._ids.of(next(self._numbers)),
                    object=listener.object,
                    number=number,
                    fields=listener.fields,
                )
                for number in some
            ]
            yield Parcel(
                url=listener.url,
                make=lambda notices=notices: self._message(notices),  # type: ignore[misc]
                taken=acknowledged,
                waits=message_waits(listener.hurry),
            )

    def _message(self, notices: list[Notification]) -> Content:
        with self._org.lock:
            body = envelope(self._org, notices, self._host)
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}, body

    def _callouts(self, listener: Listener, changes: list[Change]) -> Iterator[Parcel]:
        for change in changes:
            content = self._callout(listener, change)
            yield Parcel(
                url=listener.url,
                make=lambda content=content: content,  # type: ignore[misc]
                taken=lambda status, _: 200 <= status < 300,
                waits=tuple(wait / listener.hurry for wait in _CALLOUT_WAITS),
            )

    def _callout(self, listener: Listener, change: Change) -> Content:
        record_id = self._org.tables[change.object].about.ids.of(change.number)
        row = self._org.tables[change.object].row(change.number)
        told: dict[str, Any] = {
            "recordId": record_id,
            "object": change.object,
            "event": change.kind,
            "idempotencyKey": str(uuid5(_FLOW, f"{record_id} {row.stamp} {change.kind}")),
        }
        body = orjson.dumps(told)
        headers = {"Content-Type": "application/json"}
        headers[listener.header] = signature(listener.secret or "", body, listener.encoding)
        return headers, body


def signature(secret: str, body: bytes, encoding: str) -> str:
    """What a named credential's formula with HMAC and SHA-256 writes: hex or base64."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def message_waits(hurry: float) -> tuple[float, ...]:
    """The seconds before each further try of an outbound message, `hurry` times as fast."""
    waits: list[float] = []
    wait = 30.0
    while sum(waits) + wait <= _DAY:
        waits.append(wait)
        wait = min(wait * 2, 7_200.0)
    return tuple(each / hurry for each in waits)


def _parts(numbers: list[int], size: int) -> Iterator[list[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
