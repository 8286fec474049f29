"""What Twilio posts to the hub: one status or one reply in each request. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

from hub.sdk import DeliveryReport, RefusedInbound, Reply, ReportState

from .statuses import INBOUND, failure, number, state_of

_LONGEST_KEY = 36
_HANDLED: dict[str, Literal["stop", "start", "help"]] = {
    "STOP": "stop",
    "START": "start",
    "HELP": "help",
}


def read(fields: Mapping[str, str], tail: str) -> Sequence[DeliveryReport | Reply]:
    """Read a checked callback; `tail` is the hub's key where Twilio was given it.

    Empty for a status of a later version and for what is no SMS. RefusedInbound where it is neither
    status nor reply. Fields that are not known here are left alone: Twilio adds them at any time.
    """
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    status = fields.get("MessageStatus") or fields.get("SmsStatus")
    if not sid or not status:
        raise RefusedInbound(
            "malformed",
            "The callback is neither a status nor a reply. Check which address Twilio calls.",
            "配信結果でも返信でもない通知です。Twilioに設定したURLを確認してください。",
            status=400,
        )
    if status in INBOUND:
        return _reply(fields, sid)
    return _report(fields, sid, status, tail)


def _report(
    fields: Mapping[str, str], sid: str, status: str, tail: str
) -> Sequence[DeliveryReport]:
    code = number(fields.get("ErrorCode"))
    state = state_of(status, code)
    if state is None:
        return []
    failed = None if state in (ReportState.SUBMITTED, ReportState.DELIVERED) else failure(code)
    report = DeliveryReport(
        # A callback has no id of its own; a repeat has the same message and status.
        id=f"{sid}-{status}",
        state=state,
        reference=sid,
        key=tail if 0 < len(tail) <= _LONGEST_KEY else None,
        reason=failed.reason if failed else None,
        permanent=failed.permanent if failed else None,
        billed_units=number(fields.get("NumSegments")) or None,
    )
    return [report]


def _reply(fields: Mapping[str, str], sid: str) -> Sequence[Reply]:
    number_ = fields.get("From", "")
    # WhatsApp and Messenger come by the same way and write their name before the number.
    if not number_ or ":" in number_:
        return []
    return [
        Reply(
            id=sid,
            number=number_,
            text=fields.get("Body", ""),
            handled_as=_HANDLED.get(fields.get("OptOutType", "").upper()),
        )
    ]
