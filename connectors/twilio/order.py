"""The form that posts one SMS. Pure."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from hub.sdk import Connection, Outgoing

LONGEST = 36_000
"""Seconds an SMS may wait at Twilio at most (`ValidityPeriod`)."""

SHORTEST = 5
"""Seconds below which Twilio advises against a validity period: it would run out in its queue."""

RETRIES = "#rc=4&rp=5xx,ct,rt"
"""What follows a callback's address: Twilio then repeats a callback that did not reach the hub or
found its store away, four times within fifteen seconds (Twilio, "Webhook connection overrides")."""


def sender(connection: Connection) -> dict[str, str]:
    """Give the field that says from whom an SMS comes."""
    service = connection.setting("messaging_service_sid")
    if service:
        return {"MessagingServiceSid": str(service)}
    return {"From": str(connection.setting("sender"))}


def can_be_answered(come_from: dict[str, str]) -> bool:
    """Say whether the recipient can reply: to a number or a service, never to a sender's name."""
    return "From" not in come_from or come_from["From"].lstrip("+").isdigit()


def validity(not_after: datetime | None, now: datetime) -> int | None:
    """Give how long an SMS may wait at Twilio, in whole seconds; 0 where it is too late to send."""
    if not_after is None:
        return None
    left = int((not_after - now).total_seconds())
    return min(left, LONGEST) if left >= SHORTEST else 0


def form(outgoing: Outgoing, come_from: dict[str, str], period: int | None) -> dict[str, Any]:
    """Give the fields of a post.

    The hub's key travels at the end of the callback's address, so that a report finds its message
    even where the answer to the post was lost. Twilio may not replace characters by itself: the
    hub has counted them.
    """
    fields = come_from | {
        "To": outgoing.number,
        "Body": outgoing.text,
        "SmartEncoded": "false",
    }
    if outgoing.callback_url:
        address = f"{outgoing.callback_url.rstrip('/')}/{quote(outgoing.id, safe='')}"
        fields["StatusCallback"] = address + RETRIES
    if period is not None:
        fields["ValidityPeriod"] = str(period)
    return fields
