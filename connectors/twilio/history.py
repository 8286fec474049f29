"""Which of the account's messages is the one whose answer was lost. Pure.

Twilio takes no key of ours and lists none, so an SMS is found again by number, text and time. The
list is asked for by number alone: its `DateSent` filter knows the day of sending, which an SMS that
still waits at Twilio does not have yet, and leaving that one out would send it twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from hub.sdk import DeliveryReport, Receipt, ReceiptState, Sent

from .answers import found

CLOCKS = timedelta(minutes=2)
"""How far the hub's clock and Twilio's may differ."""

LATE = timedelta(minutes=10)
"""How long after the mark a post may still have reached Twilio."""

SETTLED = timedelta(minutes=3)
"""How long after the mark an SMS that is not in the list surely never arrived: several times the
hub's patience for one post."""

TRIAL = "Sent from your Twilio trial account - "
"""What Twilio puts before every text of a trial account."""

CANNOT_TELL = Receipt(state=ReceiptState.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    body: Mapping[str, Any]
    created: datetime | None

    @property
    def text(self) -> str:
        return str(self.body.get("body") or "").removeprefix(TRIAL).strip()


def choose(listed: Sequence[Mapping[str, Any]], sent: Sent) -> Receipt | DeliveryReport | None:
    """Give what became of an SMS, by the messages that Twilio lists for its number.

    None only where it surely never arrived. Unknown where two could be it, where it is too early to
    tell, and where Twilio has an SMS of that time whose text cannot be recognised: an account can
    be set to keep no texts.
    """
    ours = [
        _Entry(body=body, created=_moment(body.get("date_created")))
        for body in listed
        if str(body.get("direction", "")).startswith("outbound")
        and body.get("to") == sent.outgoing.number
        and body.get("sid") not in sent.others
    ]
    same = [each for each in ours if each.text == sent.outgoing.text.strip() and _since(each, sent)]
    if len(same) == 1:
        return found(same[0].body)
    if same or any(_around(each, sent) for each in ours):
        return CANNOT_TELL
    return None if sent.asked_at - sent.posted_at >= SETTLED else CANNOT_TELL


def _since(entry: _Entry, sent: Sent) -> bool:
    return entry.created is None or entry.created >= sent.since - CLOCKS


def _around(entry: _Entry, sent: Sent) -> bool:
    if entry.created is None:
        return True
    return sent.posted_at - CLOCKS <= entry.created <= sent.posted_at + LATE


def _moment(value: object) -> datetime | None:
    # RFC 2822, as in "Fri, 24 May 2019 17:44:46 +0000".
    if not isinstance(value, str):
        return None
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None
