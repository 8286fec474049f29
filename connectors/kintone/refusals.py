"""kintone's refusals, and what has to happen after each.

kintone's `code` decides, never the status and never the message: many errors that were HTTP 520
are 400 today, and messages follow the language of the user.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.sdk import AuthError, ConfigError, Connection, HubError, TransientError

_CODE = re.compile(r"[A-Z]{2,8}_[A-Z]{1,4}[0-9]{1,4}")

LOCKED = frozenset({"GAIA_DA02", "GAIA_RE18"})
"""A database lock on one record: the same call works a little later."""

THROTTLED = frozenset({"GAIA_TO04", "GAIA_TM12"})
"""Too much at once on the customer's whole domain."""

CREDENTIALS = frozenset({"CB_AU01", "CB_WA01", "GAIA_IA02", "GAIA_DA03"})
"""kintone does not know us. A missing right is another matter: see `RIGHTS`."""

RIGHTS = frozenset({"GAIA_NO01", "GAIA_FU01", "CB_NO02"})
"""kintone knows us, and does not let us do this."""

PLACE = frozenset({"GAIA_AP01", "GAIA_IL23"})
"""The app is not where the settings say."""

GONE = "GAIA_RE01"
CHANGED_MEANWHILE = "GAIA_CO02"
INVALID = "CB_VA01"
COMMENTS_OFF = "GAIA_RE12"


class Throttled(TransientError):
    """kintone takes no more calls for the whole domain, so the next one is not even tried."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An error kintone answered with: its code and the parts of the request it complains about.

    `code` is empty where kintone gave none. `faults` are keys such as `record.CODE.value`; the
    messages beside them are left out, for they may quote what stands in a record.
    """

    status: int
    code: str
    faults: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, status: int, body: object) -> "Refusal":
        """Read an error body. Anything that is none gives a refusal without a code."""
        if not isinstance(body, Mapping):
            return cls(status=status, code="")
        code = body.get("code")
        known = code if isinstance(code, str) and _CODE.fullmatch(code) else ""
        errors = body.get("errors")
        faults = tuple(str(key) for key in errors) if isinstance(errors, Mapping) else ()
        return cls(status=status, code=known, faults=faults)

    def complains_about(self, code: str | None) -> bool:
        """Say whether this field is among those that kintone finds at fault."""
        return code is not None and any(
            fault.startswith((f"record.{code}.", f"record[{code}]"))
            or fault in (code, f"record.{code}")
            for fault in self.faults
        )


_Kind = Literal["auth", "config"]
_SENTENCES: dict[str, tuple[_Kind, str, str, str]] = {
    "GAIA_IA02": (
        "auth",
        "api_token",
        "kintone does not know this API token. Generate one in the app's settings under "
        "APIトークン, save, and press アプリを更新: before that a token does not work.",
        "このAPIトークンはkintoneで有効ではありません。アプリの設定の「APIトークン」で生成・保存し、"
        "「アプリを更新」を押してください（更新するまで有効になりません）。",
    ),
    "GAIA_DA03": (
        "auth",
        "api_token",
        "two API tokens of the same app were given. Keep one token for each app.",
        "同じアプリのAPIトークンが2つ指定されています。アプリごとに1つだけ残してください。",
    ),
    "CB_AU01": (
        "auth",
        "api_token",
        "kintone asks to sign in. Enter the app's API token, and the Basic authentication user "
        "if your domain uses one.",
        "kintoneがログインを求めています。アプリのAPIトークンと、"
        "Basic認証を使っている場合はそのユーザーを入力してください。",
    ),
    "CB_WA01": (
        "auth",
        "api_token",
        "kintone refused the sign-in. Enter the API token again.",
        "kintoneがログインを拒否しました。APIトークンを入力し直してください。",
    ),
    "GAIA_NO01": (
        "auth",
        "api_token",
        "the API token lacks a right. Tick レコード閲覧 and レコード編集 for it in the app's "
        "settings and press アプリを更新.",
        "APIトークンに権限がありません。アプリの設定で「レコード閲覧」と「レコード編集」に"
        "チェックを付け、「アプリを更新」を押してください。",
    ),
    "GAIA_FU01": (
        "auth",
        "api_token",
        "the access rights of the app's fields do not let the API token do this. "
        "Ask the app's administrator to allow it.",
        "フィールドのアクセス権により、このAPIトークンでは操作できません。"
        "アプリの管理者に許可を依頼してください。",
    ),
    "CB_NO02": (
        "config",
        "guest_space",
        "kintone gives no access to the app on this path. Leave the guest space empty if the "
        "address of the app has no /k/guest/, or ask the administrator for access.",
        "このパスではアプリにアクセスできません。アプリのアドレスに /k/guest/ がなければ"
        "ゲストスペースIDを空欄にし、あれば管理者にアクセス権を確認してください。",
    ),
    "GAIA_IL23": (
        "config",
        "guest_space",
        "the app is in a guest space. Enter its number: 5 for an address with /k/guest/5/.",
        "このアプリはゲストスペースにあります。"
        "アドレスが /k/guest/5/ であれば 5 のように番号を入力してください。",
    ),
    "GAIA_AP01": (
        "config",
        "app",
        "kintone has no app with this number. Look at the address of the app: 12 for /k/12/.",
        "この番号のアプリがkintoneにありません。"
        "アプリのアドレス（/k/12/ なら 12）を確認してください。",
    ),
}


def error_for(refusal: Refusal, connection: Connection) -> HubError:
    """Give the error to raise for a refusal that is about the connection, not about one record."""
    if refusal.code in LOCKED or (refusal.status >= 500 and refusal.code not in _SENTENCES):
        return TransientError(
            f"kintone cannot answer for “{connection.label}” at the moment. "
            "The hub tries again by itself.",
            f"kintoneが「{connection.label}」に一時的に応答できません。自動で再試行します。",
            retry_after=30.0,
        )
    if refusal.code not in _SENTENCES:
        return _unexpected(refusal, connection)
    kind, key, en, ja = _SENTENCES[refusal.code]
    where = f"connections.{connection.name}.{key}: "
    if kind == "auth":
        return AuthError(where + en, where + ja)
    return ConfigError(key, where + en, where + ja)


def error_without_code(status: int, connection: Connection) -> HubError:
    """Give the error for an answer that is not kintone's JSON: a page by something before it."""
    where = f"connections.{connection.name}.domain: "
    if status in (401, 403):
        return AuthError(
            where + "the domain let us not in. Check Basic authentication and the IP address "
            "limits in the cybozu.com administration.",
            where + "ドメインの入口で拒否されました。"
            "cybozu.com共通管理のBasic認証とIPアドレス制限を確認してください。",
        )
    if status == 404 or 300 <= status < 400:
        return ConfigError(
            "domain",
            where + "no kintone answers there. Write the host name as you see it in the browser.",
            where + "このドメインにkintoneがありません。"
            "ブラウザーに表示されるホスト名を入力してください。",
        )
    return TransientError(
        f"kintone gave no usable answer for “{connection.label}”, as it does during "
        "maintenance. The hub tries again by itself.",
        f"「{connection.label}」についてkintoneから正しい応答がありません（メンテナンス中など）。"
        "自動で再試行します。",
        retry_after=60.0,
    )


def _unexpected(refusal: Refusal, connection: Connection) -> ConfigError:
    name = refusal.code or "?"
    where = f"connections.{connection.name}.app: "
    return ConfigError(
        "app",
        where + f"kintone refused a call with the code {name}. "
        "Check what was changed in the app; the code's meaning is on cybozu.dev.",
        where + f"kintoneがコード {name} で要求を拒否しました。アプリの変更内容を確認してください"
        "（コードの意味はcybozu.devにあります）。",
    )
