"""What the console posts to the hub: one result or one reply in each request.

Nothing is signed. What proves the console is a key at the end of the address, which only the hub
and the console know, and the caller's IP address where the settings name it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hub.sdk import DeliveryReport, Inbound, RefusedInbound, Reply, SecretText

from .results import REPLY, number_of, report
from .smsid import key_of

_JAPAN = ZoneInfo("Asia/Tokyo")
_FORM = "application/x-www-form-urlencoded"


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
                "Compare the address registered with MediaSMS with the settings.",
                "通知先URLの末尾がこの接続のキーと一致しません。"
                "メディアSMSに登録したURLと接続の設定を見比べてください。",
            )
        if self.addresses and not _among(request.address, self.addresses):
            raise RefusedInbound(
                "wrong_address",
                "The callback came from an address that the settings do not name. "
                "Check callback_addresses, and HUB_PROXY_HOPS behind a proxy.",
                "設定にないIPアドレスからの通知です。callback_addressesと、"
                "プロキシを使う場合はHUB_PROXY_HOPSを確認してください。",
                status=403,
            )
        return key


def read(request: Inbound, key: SecretText, prefix: str) -> Sequence[DeliveryReport | Reply]:
    """Read a checked request: a result, a reply, or both; RefusedInbound where it is neither.

    Results of SMS that another system sent with the same API user are left out. A reply is taken
    wherever a time of reply stands, whatever the result says: a STOP must not be lost.
    """
    told = _fields(request)
    smsid, result = told.get("smsid", ""), told.get("status", "")
    number = number_of(result)
    replied = number == REPLY or bool(told.get("returnsmsdatetime"))
    items: list[DeliveryReport | Reply] = []
    if replied:
        items.append(_reply(told, key))
    if smsid and result and (our_key := key_of(smsid, prefix)):
        items.append(report(smsid, our_key, number))
    if not replied and not (smsid and result):
        raise _malformed()
    return items


def moment(text: str) -> datetime | None:
    """Read 2020年09月01日 10:00:00, a time in Japan, as UTC; None for anything else."""
    try:
        local = datetime.strptime(text.strip(), "%Y年%m月%d日 %H:%M:%S").replace(tzinfo=_JAPAN)
    except ValueError:
        return None
    return local.astimezone(UTC)


def _reply(told: Mapping[str, str], key: SecretText) -> Reply:
    number, text, at = told.get("mobilenumber"), told.get("smstext"), told.get("returnsmsdatetime")
    if not number or text is None:
        raise _malformed()
    # Whether a reply's own id is new for each reply is not published, so all that tells two
    # replies apart goes in; keyed, for the id is kept readable.
    parts = [told.get("replyid", ""), told.get("senderid", ""), number, at or "", text]
    said = json.dumps(parts).encode()
    id_ = hmac.new(key.reveal().encode(), said, hashlib.sha256).hexdigest()[:40]
    return Reply(id=id_, number=number, text=text, at=moment(at or ""))


def _fields(request: Inbound) -> dict[str, str]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        body = request.body.decode()
        told = dict(parse_qsl(body, strict_parsing=True)) if kind == _FORM else json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise _malformed() from exc
    if not isinstance(told, dict):
        raise _malformed()
    return {
        # JSON can escape half a character, which no store takes.
        str(name).lower(): str(value).encode(errors="replace").decode()
        for name, value in told.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


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
        "The callback is no result of MediaSMS's. Check which address is registered there.",
        "メディアSMSの送達結果通知として読めません。登録した通知先URLを確認してください。",
        status=400,
    )
