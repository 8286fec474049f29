# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's signed webhooks: of event subscriptions, and of ticket triggers.

A webhook is a hint. It comes late, twice, or in another order than things happened; the hub reads
the record again before it acts.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.sdk import Connection, Event, Inbound, Ref, RefusedInbound

from .marks import ends_with_mark
from .settings import PUBLIC_SECRET, webhook_secrets
from .signature import is_fresh, is_signed
from .user import TICKET, USER

# The manual spells some types with a colon and some with a slash.
_SUBSCRIBED = re.compile(r"zen:event-type[:/](user|ticket)\.([a-z_]{1,60})")
_TRIGGERED = re.compile(r"[a-z][a-z0-9_.]{0,60}")
_LONGEST_ID = 100


class ZendeskTriggers:
    """Checks the webhooks of one account and names what they tell of."""

    def __init__(self, connection: Connection) -> None:
        secrets = webhook_secrets(connection.settings.get("webhook_secret"))
        if not connection.settings.get("base_url"):
            secrets = tuple(secret for secret in secrets if secret != PUBLIC_SECRET)
        self._secrets = secrets

    def receive(self, request: Inbound) -> Sequence[Event]:
        """Give the events of one webhook; none for an unknown kind or the hub's own note."""
        if not self._secrets:
            raise RefusedInbound(
                "no_secret",
                "A Zendesk webhook came in, and this connection has no signing secret. "
                "Copy it from the webhook's page into webhook_secret.",
                "ZendeskのWebhookを受信しましたが、この接続には署名シークレットがありません。"
                "Webhookの画面から写して webhook_secret に設定してください。",
            )
        self._believe(request)
        if request.method != "POST":
            raise _malformed()
        notice = _notice(request.body)
        if str(notice.get("type", "")).startswith("zen:event-type"):
            return _subscribed(notice)
        return [_triggered(notice, request.headers.get("x-zendesk-webhook-invocation-id", ""))]

    def _believe(self, request: Inbound) -> None:
        timestamp = request.headers.get("x-zendesk-webhook-signature-timestamp", "")
        signature = request.headers.get("x-zendesk-webhook-signature", "")
        if not is_signed(self._secrets, signature, timestamp, request.body):
            raise RefusedInbound(
                "wrong_signature",
                "A Zendesk webhook came in without the right signature. "
                "Copy the webhook's signing secret again.",
                "署名の正しくないZendeskのWebhookを受信しました。"
                "Webhookの署名シークレットをコピーし直してください。",
            )
        if not is_fresh(timestamp, request.received_at):
            raise RefusedInbound(
                "stale",
                "A Zendesk webhook came in that was signed more than five minutes ago or ahead. "
                "Check the clock of this machine.",
                "5分以上前(または先)に署名されたZendeskのWebhookを受信しました。"
                "このサーバーの時計を確認してください。",
            )


def _subscribed(notice: Mapping[str, Any]) -> list[Event]:
    kind = _SUBSCRIBED.fullmatch(_text(notice, "type"))
    if kind is None:
        return []
    object_, what = kind.groups()
    if _is_ours(notice):
        # Our own note on an SMS: a rule that answered it with an SMS would never end.
        return []
    at = _when(_text(notice, "time"))
    version = _text(notice, "detail", "updated_at") or None
    id_, record = _text(notice, "id"), _text(notice, "detail", "id")
    events = [
        Event(
            id=_id(id_),
            type=f"{object_}_{what}",
            ref=Ref(object_, _record(record)),
            at=at,
            version=version if object_ == USER else None,
        )
    ]
    other = _text(notice, "event", "user", "id")
    if what == "merged" and object_ == USER and other and other != record:
        # Of a merge both are told: one has gone, the other may have another number.
        events.append(
            Event(id=_id(f"{id_}/other"), type="user_merged", ref=Ref(USER, _record(other)), at=at)
        )
    return events


def _triggered(notice: Mapping[str, Any], invocation: str) -> Event:
    """Read the body an admin put into a trigger: `type`, and `ticket_id` or `user_id`.

    The invocation's id is the same at each retry. It is not signed, so who can read a request can
    repeat it for five minutes; TLS is what keeps it from being read.
    """
    type_ = _text(notice, "type") or _text(notice, "event") or "ticket_updated"
    if not _TRIGGERED.fullmatch(type_):
        raise _malformed()
    ticket = _text(notice, "ticket_id")
    ref = Ref(TICKET, _record(ticket)) if ticket else Ref(USER, _record(_text(notice, "user_id")))
    return Event(
        id=_id(invocation),
        type=type_.replace(".", "_"),
        ref=ref,
        at=_when(_text(notice, "at") or _text(notice, "updated_at")),
    )


def _is_ours(notice: Mapping[str, Any]) -> bool:
    said = _text(notice, "event", "comment", "body") or _text(notice, "event", "current")
    return ends_with_mark(said)


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


def _id(text: str) -> str:
    if not 1 <= len(text) <= _LONGEST_ID:
        raise _malformed()
    return text


def _record(text: str) -> str:
    # Zendesk writes "0" and "" for what is not there, and a placeholder may stay unfilled.
    if not (text.isascii() and text.isdecimal() and int(text)) or len(text) > _LONGEST_ID:
        raise _malformed()
    return text


def _when(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None


def _malformed() -> RefusedInbound:
    return RefusedInbound(
        "malformed",
        "A Zendesk webhook came in that could not be read. Nothing was done; "
        "compare the body in the trigger's action with the connector's manual.",
        "読み取れないZendeskのWebhookを受信しました。何も処理していません。"
        "トリガのアクションの本文を説明書と照らし合わせてください。",
        status=400,
    )
