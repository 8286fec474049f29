"""What a vendor posts to the hub, read as its file says.

No vendor described so far signs anything. What proves it is a key at the end of the address,
which only the hub and the vendor know, and the caller's IP address where the file or the settings
name it. So what is posted is believed so far and no further: it marks an SMS by rank, and an
opt-out in a reply only makes the hub quieter. None of it is ever a consent.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl

from hub.sdk import DeliveryReport, Inbound, RefusedInbound, Reply, SecretText

from . import moments
from .paths import at, text_at
from .reports import report
from .vendor import Callback, Replies, Reports

_MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who may post: whoever knows `key`, from one of `addresses` (none: from anywhere)."""

    key: SecretText | None
    addresses: tuple[str, ...] = ()

    def check(self, request: Inbound) -> SecretText:
        """Give the key it knew; RefusedInbound for a wrong one, or a caller from elsewhere."""
        key = self.key
        if key is None or not hmac.compare_digest(request.tail.encode(), key.reveal().encode()):
            raise RefusedInbound(
                "bad_secret",
                "The callback's address does not end with this connection's callback key. "
                "Compare the address registered with the vendor with the settings.",
                "通知先URLの末尾がこの接続のキーと一致しません。"
                "事業者に登録したURLと接続の設定を見比べてください。",
            )
        if self.addresses and not _among(request.address, self.addresses):
            raise RefusedInbound(
                "wrong_address",
                "The callback came from an address that is not on the list. "
                "Check callback_addresses, and HUB_PROXY_HOPS behind a proxy.",
                "一覧にないIPアドレスからの通知です。callback_addressesと、"
                "プロキシを使う場合はHUB_PROXY_HOPSを確認してください。",
                status=403,
            )
        return key


def read(
    request: Inbound, how: Callback, reports: Reports, key: SecretText
) -> Sequence[DeliveryReport | Reply]:
    """Read a checked request; RefusedInbound where nothing in it is a result or a reply."""
    told: list[DeliveryReport | Reply] = []
    for item in _items(_document(request, how), how.items):
        if how.replies and (reply := _reply(item, how.replies, key)):
            told.append(reply)
        elif found := report(item, reports):
            told.append(found)
    if not told:
        raise _malformed()
    return told


def _document(request: Inbound, how: Callback) -> Any:
    try:
        # A vendor that says it posts a form with JSON in it may as well post the JSON itself.
        bare = how.kind == "json_in_form" and "/json" in request.headers.get("content-type", "")
        if how.kind == "json" or bare:
            return json.loads(request.body)
        form = dict(parse_qsl(request.body.decode(), strict_parsing=True))
        return form if how.kind == "form" else json.loads(form.get(how.field or "", ""))
    except (ValueError, RecursionError) as exc:
        raise _malformed() from exc


def _items(document: Any, path: str | None) -> list[Mapping[str, Any]]:
    found = document if path is None else at(document, path)
    every = found if isinstance(found, list) else [found]
    return [item for item in every[:_MOST] if isinstance(item, dict)]


def _reply(item: Mapping[str, Any], how: Replies, key: SecretText) -> Reply | None:
    number, text = text_at(item, how.number), text_at(item, how.text)
    if number is None or text is None:
        return None
    when = text_at(item, how.at)
    # Keyed, for the id is kept readable and is made of number and text too.
    parts = json.dumps([text_at(item, how.id), number, when, text]).encode()
    id_ = hmac.new(key.reveal().encode(), parts, sha256).hexdigest()[:40]
    read = (moments.read(when, each) for each in how.time)
    return Reply(id=id_, number=number, text=text, at=next((each for each in read if each), None))


def _among(address: str | None, networks: Sequence[str]) -> bool:
    try:
        caller = ip_address(address or "")
    except ValueError:
        return False
    caller = getattr(caller, "ipv4_mapped", None) or caller
    return any(caller in ip_network(network) for network in networks)


def _malformed() -> RefusedInbound:
    return RefusedInbound(
        "malformed",
        "The callback is no result as the vendor file describes it. "
        "Compare [callback] and [reports] of the file with what the vendor posts.",
        "通知が事業者ファイルの記述どおりの結果ではありません。"
        "ファイルの[callback]と[reports]を、事業者の仕様と見比べてください。",
        status=400,
    )
