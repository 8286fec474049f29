"""What the sandbox posts to the hub: signed lists of delivery reports and replies."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.sdk import DeliveryReport, Inbound, RefusedInbound, Reply, SecretText

from .answers import moment, report

WINDOW = 300
"""Seconds a signature is good for, in both directions: clocks differ."""

TIMESTAMP = "x-sandbox-timestamp"
SIGNATURE = "x-sandbox-signature"


def check(request: Inbound, key: SecretText) -> None:
    """Check who posted this and when; RefusedInbound if it is not the sandbox, or too old.

    The signature is HMAC-SHA256 with the API key over the time stamp (Unix seconds), a full
    stop and the raw body, written `v1=` and 64 hexadecimal digits.
    """
    stamp = request.headers.get(TIMESTAMP, "")
    signed = f"{stamp}.".encode() + request.body
    wanted = "v1=" + hmac.new(key.reveal().encode(), signed, hashlib.sha256).hexdigest()
    given = request.headers.get(SIGNATURE, "")
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise RefusedInbound(
            "bad_signature",
            "The callback's signature is wrong. Check that the connection has the sandbox's key.",
            "署名が正しくありません。接続のAPIキーがサンドボックスのものか確認してください。",
        )
    # Only after the signature: the stamp is now known to be digits the sandbox wrote.
    if not _fresh(stamp, request.received_at):
        raise RefusedInbound(
            "stale",
            "The callback is older than five minutes. Set the clocks of both machines.",
            "署名の時刻が5分以上ずれています。両方の時計を合わせてください。",
        )


def read(body: bytes) -> Sequence[DeliveryReport | Reply]:
    """Read the list in a checked body; RefusedInbound where it is malformed.

    Entries of a type that is not known here are left out: gateways add new ones at any time.
    """
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise _malformed() from exc
    if not isinstance(entries, list):
        raise _malformed()
    items: list[DeliveryReport | Reply] = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise _malformed()
        match entry.get("type"):
            case "report":
                items.append(_report(entry))
            case "reply":
                items.append(_reply(entry))
    return items


def _report(entry: Mapping[str, Any]) -> DeliveryReport:
    found = report(entry)
    if found is None:
        raise _malformed()
    return found


def _reply(entry: Mapping[str, Any]) -> Reply:
    id_, number, text = entry.get("id"), entry.get("from"), entry.get("text")
    at = moment(entry.get("at"))
    if not (isinstance(id_, str) and id_ and isinstance(number, str) and number and at):
        raise _malformed()
    if not isinstance(text, str):
        raise _malformed()
    return Reply(id=id_, number=number, text=text, at=at)


def _fresh(stamp: str, now: datetime) -> bool:
    # Python reads digits of any script; the sandbox writes ASCII ones.
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= WINDOW


def _malformed() -> RefusedInbound:
    return RefusedInbound(
        "malformed",
        "The callback is not a list of reports and replies. Run the sandbox of this version.",
        "レポートと返信の一覧として読めません。同じバージョンのサンドボックスを使ってください。",
        status=400,
    )
