"""Salesforce's outbound messages: SOAP 1.1 notifications, and the answer they want.

Read with a parser that knows no document types, so nothing in the text can grow or reach outside
(Outbound Message WSDL, namespace http://soap.sforce.com/2005/09/outbound).
"""

from dataclasses import dataclass, field
from xml.parsers import expat

_OUTBOUND = "http://soap.sforce.com/2005/09/outbound"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
_DEEPEST = 20
_MOST = 100

ACK = (
    f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_ENVELOPE}">'
    f'<soapenv:Body><notificationsResponse xmlns="{_OUTBOUND}"><Ack>true</Ack>'
    "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
).encode()
"""The answer that ends Salesforce's repeating; one for the whole message."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One notice: its own id, and the object and id of the record it is about."""

    id: str
    object: str
    record: str


@dataclass(frozen=True, kw_only=True)
class OutboundMessage:
    """What came in one request."""

    organization: str
    notifications: tuple[Notification, ...] = field(default=())


def read_message(body: bytes) -> OutboundMessage:
    """Read an outbound message. Raises ValueError where it is none."""
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as exc:
        raise ValueError("no outbound message") from exc
    if not reader.organization or not 1 <= len(reader.found) <= _MOST:
        raise ValueError("no outbound message")
    return OutboundMessage(organization=reader.organization, notifications=tuple(reader.found))


class _Reader:
    """Follows the path of elements; keeps the few that count and no others."""

    def __init__(self) -> None:
        self.organization = ""
        self.found: list[Notification] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._notice: dict[str, str] = {}
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _refuse(self, *_: object) -> None:
        raise ValueError("a message has no document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise ValueError("too deep")
        self._text.clear()
        if name == f"{_OUTBOUND} Notification":
            self._notice = {}
        elif name == f"{_OUTBOUND} sObject":
            self._notice["object"] = attributes.get(_XSI_TYPE, "").rpartition(":")[2]

    def _end(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        if parent == f"{_OUTBOUND} notifications" and name == f"{_OUTBOUND} OrganizationId":
            self.organization = text
        elif parent == f"{_OUTBOUND} Notification" and name == f"{_OUTBOUND} Id":
            self._notice["id"] = text
        elif parent == f"{_OUTBOUND} sObject" and name.rpartition(" ")[2] == "Id":
            self._notice["record"] = text
        elif name == f"{_OUTBOUND} Notification":
            self._keep()

    def _keep(self) -> None:
        if set(self._notice) != {"id", "object", "record"} or not all(self._notice.values()):
            raise ValueError("a notice lacks its id or its record")
        self.found.append(Notification(**self._notice))
