# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's refusals, and what has to happen after each.

The status decides, and the `error` code where two causes share one status. Descriptions and
details are never shown: they may quote what stands in a record.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.sdk import AuthError, ConfigError, Connection, HubError, TransientError

_CODE = re.compile(r"[A-Za-z]{2,40}")

NO_RIGHT = 403
MISSING = 404
CONFLICT = 409

# Thirty jobs at once for the whole account; under which status Zendesk says so is not written.
_TOO_MANY_JOBS = "TooManyJobs"


class Throttled(TransientError):
    """A limit of the whole account is used up, so the next call is not even tried."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An error that may concern one record alone; `code` is empty where Zendesk gave none."""

    status: int
    code: str

    @classmethod
    def read(cls, status: int, body: object) -> "Refusal":
        """Read an error body. Some of Zendesk's services give an object for the code."""
        error = body.get("error") if isinstance(body, Mapping) else None
        if isinstance(error, Mapping):
            error = error.get("title")
        code = error if isinstance(error, str) and _CODE.fullmatch(error) else ""
        return cls(status=status, code=code)


def throttled(connection: Connection, seconds: float | None) -> Throttled:
    """Give the error for a limit that is used up; `seconds` is what Zendesk asks to wait."""
    return Throttled(
        f"Zendesk takes no more calls for “{connection.label}” at the moment. "
        "The hub goes on by itself a little later.",
        f"ZendeskのAPI制限に達しているため「{connection.label}」の処理を待っています。"
        "少し後に自動で続行します。",
        # Spread, so that several workers do not come back in the same second.
        retry_after=random.uniform(20.0, 60.0) if seconds is None else seconds,
    )


def unknown_credentials(connection: Connection, key: str) -> AuthError:
    """Give the error for a sign-in that Zendesk refuses."""
    where = f"connections.{connection.name}.{key}: "
    if key == "api_token":
        return AuthError(
            where + "Zendesk refused the API token. It is wrong, switched off after 30 idle "
            "days, or ended (30 April 2027): make an OAuth client and set auth to oauth.",
            where + "ZendeskがAPIトークンを拒否しました。誤り、30日間の未使用による停止、または廃止"
            "(2027年4月30日)です。OAuthクライアントを作成し、authをoauthにしてください。",
        )
    return AuthError(
        where + "Zendesk refused the OAuth client. Copy identifier and secret again; the client "
        "must be confidential.",
        where + "ZendeskがOAuthクライアントを拒否しました。"
        "識別子とシークレットを設定し直してください（クライアントの種類は「機密」）。",
    )


def no_right(connection: Connection, key: str) -> AuthError:
    """Give the error for a call that our user may not make."""
    where = f"connections.{connection.name}.{key}: "
    return AuthError(
        where + "Zendesk knows our user and does not allow this call. The user must be an admin, "
        "and an OAuth client needs the scopes read and write.",
        where + "Zendeskがこの操作を許可していません。管理者ユーザーを使い、OAuthクライアントには"
        "readとwriteのスコープを与えてください。",
    )


def no_zendesk_there(connection: Connection) -> ConfigError:
    """Give the error for a host where no Zendesk account answers."""
    where = f"connections.{connection.name}.subdomain: "
    return ConfigError(
        "subdomain",
        where + "no Zendesk account answers there. Write only the part before .zendesk.com.",
        where + "このサブドメインのZendeskがありません。"
        ".zendesk.com の前の部分だけを書いてください。",
    )


def away(connection: Connection, *, maybe_done: bool = False) -> TransientError:
    """Give the error for an answer that is none, as during maintenance or by a failing proxy."""
    return TransientError(
        f"Zendesk gave no usable answer for “{connection.label}”. The hub tries again by itself.",
        f"「{connection.label}」についてZendeskから正しい応答がありません。自動で再試行します。",
        retry_after=30.0,
        maybe_done=maybe_done,
    )


def unexpected(refusal: Refusal, connection: Connection, key: str) -> HubError:
    """Give the error to raise for a refusal that concerns the connection and not one record."""
    if refusal.code == _TOO_MANY_JOBS:
        return throttled(connection, None)
    if refusal.status == NO_RIGHT:
        return no_right(connection, key)
    if refusal.status == MISSING:
        return no_zendesk_there(connection)
    if refusal.status == CONFLICT:
        return away(connection)
    named = f"{refusal.status} {refusal.code}".strip()
    where = f"connections.{connection.name}.subdomain: "
    return ConfigError(
        "subdomain",
        where + f"Zendesk refused a call ({named}). Look what was changed in the account, and "
        "tell the hub's maker if nothing was.",
        where + f"Zendeskが要求を拒否しました({named})。アカウントの変更内容を確認し、"
        "心当たりがなければハブの開発元に知らせてください。",
    )
