"""What Salesforce tells by itself: outbound messages, and HTTP callouts of a flow.

An outbound message is not signed: the secret at the end of its address and the organisation's id
prove it together. A flow's callout carries an HMAC of its body. Both are hints only: the hub reads
the record through the API before it acts.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hub.sdk import Acknowledgement, Connection, Event, Inbound, Ref, RefusedInbound

from .outbound import ACK, read_message
from .settings import organization, webhook_secrets

SIGNATURE = "x-hub-signature"
"""The header of a flow's callout: HMAC-SHA256 of the body, in hexadecimal or Base64."""

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_NOTICE = re.compile(r"[\x21-\x7e]{1,100}")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class SalesforceTriggers:
    """Checks what an org sends to one connection and names what it tells of."""

    def __init__(self, connection: Connection) -> None:
        settings = connection.settings
        self._objects = tuple(settings["objects"])
        self._organization = organization(settings.get("organization_id"))
        self._secrets = [each.encode() for each in webhook_secrets(settings.get("webhook_secret"))]

    def receive(self, request: Inbound) -> Sequence[Event]:
        """Give the events of one request; none for records the connection does not read."""
        if not self._secrets:
            raise RefusedInbound(
                "no_secret",
                "A call from Salesforce came in, and this connection has no webhook secret. "
                "Set webhook_secret and use it in Salesforce.",
                "Salesforceからの通知を受信しましたが、この接続には受信用シークレットがありません。"
                "webhook_secretを設定し、Salesforce側でも使ってください。",
            )
        if _is_flow(request):
            self._believe_signature(request)
            events = [_flow_event(request.body)]
        else:
            self._believe_address(request)
            events = self._outbound_events(request.body)
        return [event for event in events if event.ref and event.ref.object in self._objects]

    def acknowledge(self, request: Inbound) -> Acknowledgement | None:
        """Give the SOAP answer an outbound message waits for; a flow takes the usual one."""
        if _is_flow(request):
            return None
        return Acknowledgement(content_type="text/xml; charset=utf-8", body=ACK)

    def _believe_address(self, request: Inbound) -> None:
        given = request.tail.strip("/").encode("utf-8", "surrogatepass")
        # All secrets are compared, so that the time taken does not tell which was nearly right.
        if not sum(hmac.compare_digest(given, secret) for secret in self._secrets):
            raise _wrong_secret()
        if request.method != "POST":
            raise _malformed()

    def _believe_signature(self, request: Inbound) -> None:
        given = _digest(request.headers.get(SIGNATURE, ""))
        expected = [hmac.digest(secret, request.body, hashlib.sha256) for secret in self._secrets]
        if not sum(hmac.compare_digest(given, each) for each in expected):
            raise _wrong_secret()

    def _outbound_events(self, body: bytes) -> list[Event]:
        try:
            message = read_message(body)
        except ValueError as exc:
            raise _malformed() from exc
        if self._organization is None:
            raise RefusedInbound(
                "no_organization",
                "An outbound message came in, and this connection has no organisation id to "
                "compare. Set organization_id (Setup > Company Information).",
                "送信メッセージを受信しましたが、この接続に組織IDがありません。"
                "organization_idを設定してください(設定 > 組織情報)。",
            )
        if organization(message.organization) != self._organization:
            raise RefusedInbound(
                "wrong_organization",
                "An outbound message of another org came in. Each org needs a connection and an "
                "address of its own.",
                "別の組織の送信メッセージを受信しました。組織ごとに接続とURLを分けてください。",
            )
        return [
            _event(each.id, "record_changed", each.object, each.record)
            for each in message.notifications
        ]


def long_id(id_: str) -> str:
    """Give the 18 characters of a record id that may have 15.

    The last three say which letters are capitals, five each (Salesforce help, 000385585).
    """
    if len(id_) != 15:
        return id_
    parts = (id_[start : start + 5] for start in (0, 5, 10))
    check = (
        _CHECK[
            sum(1 << at for at, letter in enumerate(part) if letter.isascii() and letter.isupper())
        ]
        for part in parts
    )
    return id_ + "".join(check)


def _is_flow(request: Inbound) -> bool:
    return SIGNATURE in request.headers and not request.tail.strip("/")


def _digest(text: str) -> bytes:
    said = text.strip().removeprefix("sha256=")
    try:
        return bytes.fromhex(said) if len(said) == 64 else base64.b64decode(said, validate=True)
    except (ValueError, binascii.Error):
        return b""


def _flow_event(body: bytes) -> Event:
    try:
        told = orjson.loads(body)
    except ValueError as exc:
        raise _malformed() from exc
    if not isinstance(told, Mapping):
        raise _malformed()
    type_ = _text(told, "event")
    if not _TYPE.fullmatch(type_):
        raise _malformed()
    return _event(
        _text(told, "idempotencyKey"), type_, _text(told, "object"), _text(told, "recordId")
    )


def _event(id_: str, type_: str, object_: str, record: str) -> Event:
    known = _ID.fullmatch(record) and _NOTICE.fullmatch(id_) and object_.isidentifier()
    if not known or len(object_) > 80:
        raise _malformed()
    return Event(id=id_, type=type_, ref=Ref(object_, long_id(record)))


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""


def _wrong_secret() -> RefusedInbound:
    return RefusedInbound(
        "wrong_secret",
        "A call came in without the right secret or signature. Compare the outbound message's "
        "address, or the flow's HMAC key, with the connection.",
        "シークレットまたは署名の正しくない通知を受信しました。送信メッセージのURL、または"
        "FlowのHMACの鍵を接続の設定と照らし合わせてください。",
    )


def _malformed() -> RefusedInbound:
    return RefusedInbound(
        "malformed",
        "A call from Salesforce came in that could not be read. Nothing was done; look which "
        "fields the outbound message or the flow sends.",
        "読み取れないSalesforceの通知を受信しました。何も処理していません。"
        "送信メッセージまたはFlowが送る項目を確認してください。",
        status=400,
    )
