"""What Twilio's answers mean. Pure: decides from what came, asks nobody."""

from collections.abc import Mapping
from typing import Any

from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState

from .statuses import failure, number, state_of

QUEUE_FULL = frozenset({21611, 30001})
"""The sender has ten hours of SMS waiting at Twilio (errors 21611 and 30001)."""

QUEUE_REST = 300.0
"""Seconds until a full queue is tried again: Twilio names none."""

BAD_SENDER = frozenset({21212, 21603, 21701, 21702, 21703, 21705})
"""The sender in the settings is none: every SMS would be refused alike."""


def receipt(status: int, body: Mapping[str, Any], wait: float | None = None) -> Receipt:
    """Read the answer to a post. `status` is the HTTP status, `wait` its Retry-After in seconds.

    429 was never processed (Twilio, error 20429). A refusal is only believed with Twilio's own
    error code in it: a proxy's page, a server error or half an answer says neither yes nor no.
    """
    code = number(body.get("code"))
    if status == 429:
        return Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=wait)
    if status in (200, 201) and _sid(body):
        return accepted(body)
    if 400 <= status < 500 and status != 408 and code is not None:
        if code in QUEUE_FULL:
            later = QUEUE_REST if wait is None else wait
            return Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=later)
        return Receipt(state=ReceiptState.REJECTED, reason=failure(code).reason)
    return Receipt(state=ReceiptState.UNKNOWN, retry_after=wait)


def accepted(body: Mapping[str, Any]) -> Receipt:
    """Read a message that Twilio took.

    Its segments are known once a sender is chosen: with a messaging service they are 0 at first.
    """
    return Receipt(
        state=ReceiptState.ACCEPTED,
        reference=_sid(body),
        billed_units=number(body.get("num_segments")) or None,
    )


def found(body: Mapping[str, Any]) -> Receipt | DeliveryReport:
    """Read a message that was looked up: its end, or its receipt while it has none."""
    code = number(body.get("error_code"))
    status = str(body.get("status"))
    state = state_of(status, code)
    sid = _sid(body)
    if sid is None or state is None or state is ReportState.SUBMITTED:
        return accepted(body)
    failed = failure(code) if state is not ReportState.DELIVERED else None
    return DeliveryReport(
        id=f"{sid}-{status}",
        state=state,
        reference=sid,
        reason=failed.reason if failed else None,
        permanent=failed.permanent if failed else None,
        billed_units=number(body.get("num_segments")) or None,
    )


def _sid(body: Mapping[str, Any]) -> str | None:
    sid = body.get("sid")
    return sid if isinstance(sid, str) and sid else None
