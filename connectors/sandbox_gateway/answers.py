"""What the sandbox's answers mean. Pure: decides from what came, asks nobody."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState

REASONS = frozenset(
    {"bad_number", "opted_out", "content", "auth", "quota", "unreachable", "expired", "other"}
)


def receipt(status: int, body: Mapping[str, Any], wait: float | None = None) -> Receipt:
    """Read the answer to a post. `wait` is its Retry-After in seconds.

    429 is an SMS that was not taken. A server error, or a 2xx without an id, says neither whether
    it was: unknown. Any other 4xx is about this SMS and final.
    """
    if status == 429:
        return Receipt(state=ReceiptState.RETRY_LATER, reason="quota", retry_after=wait)
    if 200 <= status < 300 and _text(body, "id"):
        return accepted(body)
    if 400 <= status < 500 and status != 408:
        return Receipt(
            state=ReceiptState.REJECTED, reference=_text(body, "id"), reason=_reason(body)
        )
    return Receipt(state=ReceiptState.UNKNOWN, retry_after=wait)


def accepted(body: Mapping[str, Any]) -> Receipt:
    """Read a message that the sandbox took."""
    return Receipt(
        state=ReceiptState.ACCEPTED, reference=_text(body, "id"), billed_units=_units(body)
    )


def found(body: Mapping[str, Any]) -> Receipt | DeliveryReport | None:
    """Read a looked-up message: its last report, or the receipt where nothing was reported.

    None for a message in a state this version does not know.
    """
    match body.get("report"), body.get("state"):
        case dict() as last, _:
            return report(last)
        case _, "accepted":
            return accepted(body)
        case _, "refused":
            return Receipt(
                state=ReceiptState.REJECTED, reference=_text(body, "id"), reason=_reason(body)
            )
    return None


def report(entry: Mapping[str, Any]) -> DeliveryReport | None:
    """Read one delivery report, or None where a part of it is missing or of the wrong kind."""
    id_ = _text(entry, "id")
    at = moment(entry.get("at"))
    permanent = entry.get("permanent")
    try:
        state = ReportState(str(entry.get("state")))
    except ValueError:
        return None
    if id_ is None or at is None or not (_text(entry, "key") or _text(entry, "message_id")):
        return None
    return DeliveryReport(
        id=id_,
        state=state,
        reference=_text(entry, "message_id"),
        key=_text(entry, "key"),
        at=at,
        reason=_reason(entry) if entry.get("reason") is not None else None,
        permanent=permanent if isinstance(permanent, bool) else None,
        billed_units=_units(entry),
    )


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time with offset as UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None


def _text(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) and value else None


def _reason(body: Mapping[str, Any]) -> str:
    reason = _text(body, "reason")
    return reason if reason in REASONS else "other"


def _units(body: Mapping[str, Any]) -> int | None:
    segments = body.get("segments")
    return segments if type(segments) is int and segments >= 0 else None
