"""What Twilio's message statuses and error codes mean. Pure.

Statuses by the Message resource of Twilio's API definition (api v2010, `message_enum_status`),
codes by the pages under twilio.com/docs/api/errors.
"""

from dataclasses import dataclass

from hub.sdk import ReportState

STATES = {
    "accepted": ReportState.SUBMITTED,
    "scheduled": ReportState.SUBMITTED,
    "queued": ReportState.SUBMITTED,
    "sending": ReportState.SUBMITTED,
    "sent": ReportState.SUBMITTED,
    "partially_delivered": ReportState.SUBMITTED,
    "delivered": ReportState.DELIVERED,
    "read": ReportState.DELIVERED,
    "undelivered": ReportState.UNDELIVERED,
    "failed": ReportState.REJECTED,
    "canceled": ReportState.REJECTED,
}
INBOUND = frozenset({"receiving", "received"})
"""Statuses of an SMS that somebody sent to us."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an SMS failed, in the hub's words; `permanent` as in a `DeliveryReport`."""

    reason: str
    permanent: bool | None = None


EXPIRED = 30036
"""The validity period ended before the handset took it."""

_BAD_NUMBER = Failure(reason="bad_number", permanent=True)
_FOR_NOW = Failure(reason="unreachable", permanent=False)
_CONTENT = Failure(reason="content", permanent=None)
_SENDER = Failure(reason="sender", permanent=None)
_QUOTA = Failure(reason="quota", permanent=None)
_OTHER = Failure(reason="other", permanent=None)

FAILURES = {
    21211: _BAD_NUMBER,  # invalid To
    21217: _BAD_NUMBER,  # does not look like a number
    21408: _SENDER,  # the account may not send to that country
    21602: _CONTENT,  # no body
    21606: _SENDER,  # the sender cannot send SMS to this number
    21608: _SENDER,  # a trial account, and the number is not verified
    21610: Failure(reason="opted_out"),
    21611: _QUOTA,  # the sender's queue is full
    21612: _SENDER,  # no route from this sender to this number
    21614: _BAD_NUMBER,  # To takes no SMS
    21617: _CONTENT,  # the body is too long
    21619: _CONTENT,  # neither body nor media
    21635: _BAD_NUMBER,  # To is a landline
    21659: _SENDER,  # the sender is no number of this account, or not for that country
    30001: _QUOTA,
    30002: Failure(reason="auth"),  # the account was suspended between post and sending
    30003: _FOR_NOW,  # unreachable handset
    30004: Failure(reason="unreachable"),  # blocked by the carrier or the recipient
    30005: _BAD_NUMBER,  # unknown handset
    30006: _BAD_NUMBER,  # landline, or a carrier that cannot be reached
    30007: _CONTENT,  # filtered
    30008: Failure(reason="other", permanent=False),  # unknown, may pass
    EXPIRED: Failure(reason="expired", permanent=False),
}
"""Codes the hub knows; any other is `other`, and says nothing about the number."""


def failure(code: int | None) -> Failure:
    """Give what an error code means."""
    return _OTHER if code is None else FAILURES.get(code, _OTHER)


def state_of(status: str, code: int | None) -> ReportState | None:
    """Give what became of an SMS by status and error code; None for a status of a later version."""
    state = STATES.get(status)
    failed = state in (ReportState.UNDELIVERED, ReportState.REJECTED)
    return ReportState.EXPIRED if failed and code == EXPIRED else state


def number(value: object) -> int | None:
    """Read a code or count that Twilio writes as a number or as digits; None for anything else."""
    text = str(value) if type(value) in (int, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
