"""Outbound messages as Salesforce writes them: SOAP 1.1, a hundred notifications at most.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_wsdl.htm
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from connectors.salesforce.sandbox.org import Org

MOST = 100
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"
ACTION_ID = "04k5i0000000001AAA"

_ACK = re.compile(rb"<(?:\w+:)?Ack\s*>\s*true\s*</(?:\w+:)?Ack\s*>")


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One record's notice; the values are the record's own when it is sent."""

    id: str
    object: str
    number: int
    fields: tuple[str, ...] = field(repr=False)


def envelope(org: Org, notices: Sequence[Notification], host: str) -> bytes:
    """The body of one outbound message."""
    address = f"https://{host}/services/Soap"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
        "<soapenv:Body>",
        f'<notifications xmlns="{OUTBOUND}">',
        f"<OrganizationId>{org.id}</OrganizationId>",
        f"<ActionId>{ACTION_ID}</ActionId>",
        # Salesforce sends no session here since February 2026.
        '<SessionId xsi:nil="true"/>',
        f"<EnterpriseUrl>{address}/c/67.0/{org.id[:15]}</EnterpriseUrl>",
        f"<PartnerUrl>{address}/u/67.0/{org.id[:15]}</PartnerUrl>",
        *(_notification(org, notice) for notice in notices),
        "</notifications></soapenv:Body></soapenv:Envelope>",
    ]
    return "".join(parts).encode()


def acknowledged(status: int, body: bytes) -> bool:
    """Whether an answer takes the whole message; anything else is sent again."""
    return status == 200 and _ACK.search(body) is not None


def _notification(org: Org, notice: Notification) -> str:
    table = org.tables[notice.object]
    row = table.get(notice.number)
    values: Mapping[str, Any] = row.values if row else {}
    cells = [f"<sf:Id>{table.about.ids.of(notice.number)}</sf:Id>"]
    for name in notice.fields:
        value = values.get(name)
        if value is not None and name != "Id":
            cells.append(f"<sf:{name}>{_text(value)}</sf:{name}>")
    return (
        f"<Notification><Id>{notice.id}</Id>"
        f'<sObject xsi:type="sf:{notice.object}" '
        'xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"{''.join(cells)}</sObject></Notification>"
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return escape(text.removesuffix("+0000") + "Z" if text.endswith(".000+0000") else text)
