"""kintone's webhooks: hints that something happened to a record.

kintone signs nothing and repeats nothing. The only proof of who calls is the key at the end of
the address, and what a webhook does not tell the pull finds later.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.sdk import Connection, Event, Inbound, Ref, RefusedInbound

from .comments import ends_with_mark
from .settings import webhook_keys

TYPES = {
    "ADD_RECORD": "record_added",
    "UPDATE_RECORD": "record_updated",
    "DELETE_RECORD": "record_deleted",
    "ADD_RECORD_COMMENT": "comment_added",
    "UPDATE_STATUS": "status_changed",
}
_LONGEST_ID = 100


class KintoneTriggers:
    """Checks the webhooks of one app and names what they tell of."""

    def __init__(self, connection: Connection) -> None:
        self._app = str(connection.settings["app"])
        keys = webhook_keys(connection.settings.get("webhook_key"))
        self._keys = tuple(key.encode() for key in keys)

    def receive(self, request: Inbound) -> Sequence[Event]:
        """Give the event of one webhook; none for an unknown kind or the hub's own comment."""
        if not self._keys:
            raise RefusedInbound(
                "no_key",
                "A kintone webhook came in, and this connection has no webhook key. "
                "Set webhook_key and put it at the end of the webhook's address.",
                "kintoneのWebhookを受信しましたが、この接続にはWebhookのキーがありません。"
                "キーを設定し、Webhook URLの末尾に付けてください。",
            )
        given = request.tail.strip("/").encode("utf-8", "surrogatepass")
        # All keys are compared, so that the time taken does not tell which one was nearly right.
        if not sum(hmac.compare_digest(given, key) for key in self._keys):
            raise RefusedInbound(
                "wrong_key",
                "A kintone webhook came in without the right key. "
                "Copy the webhook's address from the connection again.",
                "キーの正しくないkintoneのWebhookを受信しました。"
                "接続の画面からWebhook URLをコピーし直してください。",
            )
        if request.method != "POST":
            raise _malformed()
        notice = _notice(request.body)
        if _text(notice, "app", "id") != self._app:
            raise RefusedInbound(
                "wrong_app",
                "A kintone webhook of another app came in. Each app needs a connection and an "
                "address of its own.",
                "別のアプリのWebhookを受信しました。アプリごとに接続とURLを分けてください。",
                status=400,
            )
        type_ = TYPES.get(_text(notice, "type"))
        if type_ is None or ends_with_mark(_text(notice, "comment", "text")):
            # Our own note on an SMS: a rule that answered it with an SMS would never end.
            return []
        return [self._event(notice, type_)]

    def _event(self, notice: Mapping[str, Any], type_: str) -> Event:
        in_record = "record" in notice
        record_id = _text(notice, "record", "$id", "value") if in_record else ""
        record_id = record_id or _text(notice, "recordId")
        notice_id = _text(notice, "id")
        if not (record_id.isascii() and record_id.isdecimal()):
            raise _malformed()
        if not notice_id or len(notice_id) > _LONGEST_ID:
            raise _malformed()
        return Event(
            id=notice_id,
            type=type_,
            ref=Ref(self._app, record_id),
            at=_happened(notice),
            version=_text(notice, "record", "$revision", "value") or None,
        )


def _notice(body: bytes) -> Mapping[str, Any]:
    try:
        notice = orjson.loads(body)
    except json.JSONDecodeError as exc:
        raise _malformed() from exc
    if not isinstance(notice, Mapping):
        raise _malformed()
    return notice


def _text(notice: object, *path: str) -> str:
    """Give the text at this path; empty where there is none. Ids may come as numbers."""
    for key in path:
        if not isinstance(notice, Mapping):
            return ""
        notice = notice.get(key)
    if isinstance(notice, str):
        return notice
    return str(notice) if isinstance(notice, int) and not isinstance(notice, bool) else ""


def _happened(notice: Mapping[str, Any]) -> datetime | None:
    text = _text(notice, "deletedAt") or _text(notice, "comment", "createdAt")
    record = notice.get("record")
    if not text and isinstance(record, Mapping):
        # Admins rename the field, so it is found by its type.
        fields = (field for field in record.values() if _text(field, "type") == "UPDATED_TIME")
        text = _text(next(fields, None), "value")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None


def _malformed() -> RefusedInbound:
    return RefusedInbound(
        "malformed",
        "A kintone webhook came in that could not be read. Nothing was done; "
        "look whether something between kintone and the hub changes requests.",
        "読み取れないkintoneのWebhookを受信しました。何も処理していません。"
        "kintoneとの間でリクエストを書き換えるものがないか確認してください。",
        status=400,
    )
