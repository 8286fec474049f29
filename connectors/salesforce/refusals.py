"""Salesforce's refusals, and what has to happen after each.

`errorCode` decides, never the message: messages follow the user's language and may quote what
stands in a record. Gateways before Salesforce answer HTML or nothing at all.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from hub.sdk import AuthError, ConfigError, Connection, HubError, TransientError

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_OAUTH = re.compile(r"[a-z_]{3,60}")
_NO_SUCH_COLUMN = re.compile(r"No such column '([A-Za-z][A-Za-z0-9_.]{0,120})'")

EXPIRED = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER"})
"""The token is no longer good; signing in again may help."""

THROTTLED = frozenset({"REQUEST_LIMIT_EXCEEDED", "TXN_SECURITY_METERING_ERROR"})
"""The org takes no more calls, for all its integrations."""

LOCKED = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "INVALID_QUERY_LOCATOR",
        "UNKNOWN_EXCEPTION",
        "CANNOT_UPDATE_CONVERTED_LEAD",
    }
)
"""The same works a little later: a row or the server is busy, a result was dropped, a lead was
converted a moment ago, so that the next look finds the contact it became."""

GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND", "MALFORMED_ID"})
"""The record is deleted, merged into another, or not visible."""

READ_ONLY = frozenset(
    {
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_FIELD",
    }
)
"""The user may not write this field or this record."""

NO_SUCH = frozenset({"INVALID_FIELD", "INVALID_TYPE", "INVALIDENTITY"})
"""Hidden and missing are answered alike, so that nobody learns what is hidden."""

CHANGED_MEANWHILE = 412
"""The status of a write with a condition: somebody else changed the record first."""

NO_API = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
"""The user or the org's edition has no API."""

LARGEST_PAUSE = 3600.0


class Throttled(TransientError):
    """The org takes no more calls, so the next one is not even tried."""


@dataclass(kw_only=True, eq=False)
class Refusal(Exception):
    """An answer that is no success: its status, its code and the fields it complains about.

    `code` is empty where it is not Salesforce's own answer. `oauth` is the code of the token
    endpoint. Messages are left out.
    """

    status: int
    code: str = ""
    oauth: str = ""
    hint: str = ""
    fields: tuple[str, ...] = field(default=())
    retry_after: float | None = None

    @classmethod
    def read(cls, status: int, body: object, *, retry_after: float | None = None) -> "Refusal":
        """Read an error body: a list of errors, or the token endpoint's object."""
        if isinstance(body, Mapping) and isinstance(body.get("error"), str):
            oauth = body["error"] if _OAUTH.fullmatch(body["error"]) else ""
            hint = _hint(str(body.get("error_description", "")))
            return cls(status=status, oauth=oauth, hint=hint, retry_after=retry_after)
        first = body[0] if isinstance(body, list) and body else body
        if not isinstance(first, Mapping):
            return cls(status=status, retry_after=retry_after)
        code = first.get("errorCode") or first.get("statusCode")
        column = _NO_SUCH_COLUMN.search(str(first.get("message", "")))
        named = (column[1],) if column else names_of(first.get("fields"))
        return cls(
            status=status,
            code=code if isinstance(code, str) and _CODE.fullmatch(code) else "",
            fields=named,
            retry_after=retry_after,
        )

    @property
    def expired(self) -> bool:
        """Say whether signing in again may help."""
        return self.code in EXPIRED or (self.status == 401 and not self.oauth)


def names_of(fields: object) -> tuple[str, ...]:
    """Give the field names an error complains about; nothing else that may stand there."""
    if not isinstance(fields, Sequence) or isinstance(fields, str):
        return ()
    return tuple(name for name in fields if isinstance(name, str) and _FIELD.fullmatch(name))


def json_of(response: requests.Response) -> Any:
    """Give the JSON of an answer; None where it is none."""
    try:
        return orjson.loads(response.content)
    except ValueError:
        return None


def _hint(description: str) -> str:
    """Name the reason the token endpoint puts into words, one of a few that are known."""
    said = description.lower()
    for hint, words in (
        ("audience", ("audience",)),
        ("not_approved", ("hasn't approved", "not been approved", "not admin approved")),
        ("expired", ("expired authorization", "assertion expired", "expired", "invalid exp")),
        ("signature", ("signature", "invalid assertion")),
        ("rate", ("rate exceeded", "login rate", "too many")),
        ("no_user", ("no client credentials user", "run as user", "no valid scopes")),
    ):
        if any(word in said for word in words):
            return hint
    return ""


def error_for(refusal: Refusal, connection: Connection) -> HubError:
    """Give the error to raise for a refusal that is about the connection, not one record."""
    if refusal.code in THROTTLED or refusal.status == 429:
        return throttled(connection, refusal.retry_after)
    if refusal.code in LOCKED or refusal.status >= 500 or refusal.status == 420:
        return away(connection, refusal.retry_after)
    if refusal.code in EXPIRED or (refusal.status == 401 and not refusal.oauth):
        return _not_let_in(connection)
    if refusal.code in NO_SUCH:
        return _no_such(connection, refusal)
    if refusal.code in (
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
        "FUNCTIONALITY_NOT_ENABLED",
    ):
        return _not_let_in(connection)
    if refusal.status == 404 or refusal.code in ("UNSUPPORTED_API_VERSION", "GONE"):
        return ConfigError(
            "api_version",
            f"connections.{connection.name}.api_version: Salesforce has no such API version or "
            "address. Compare api_version and domain with the org.",
            f"connections.{connection.name}.api_version: このAPIバージョンまたはアドレスは"
            "Salesforceにありません。api_versionとdomainを確認してください。",
        )
    if not refusal.code:
        return away(connection, refusal.retry_after)
    return ConfigError(
        "objects",
        f"connections.{connection.name}: Salesforce refused a call with the code {refusal.code}. "
        "Check the integration user's permissions; the code's meaning is in the REST API guide.",
        f"connections.{connection.name}: Salesforceがコード {refusal.code} で要求を拒否しました。"
        "連携用ユーザーの権限を確認してください(コードの意味はREST APIガイドにあります)。",
    )


def throttled(connection: Connection, seconds: float | None) -> Throttled:
    """Give the error for an org that takes no more calls; seconds where Salesforce named them."""
    pause = random.uniform(300.0, 600.0) if seconds is None else min(seconds, LARGEST_PAUSE)
    return Throttled(
        f"Salesforce takes no more API calls for “{connection.label}” now; all integrations of "
        "the org share one daily limit. The hub goes on by itself later.",
        f"「{connection.label}」のSalesforce API呼び出しが上限に達しました"
        "(上限は組織内のすべての連携で共有)。後で自動で続行します。",
        retry_after=pause,
    )


def kept_back(connection: Connection, seconds: float) -> Throttled:
    """Give the error for reading on while the org has only the calls left that are kept back."""
    return Throttled(
        f"Reading “{connection.label}” pauses: the org's Salesforce API calls of 24 hours are "
        "nearly used up, and the last ones are kept for opt-outs. The hub goes on by itself.",
        f"「{connection.label}」の読み込みを一時停止しました。Salesforceの24時間のAPI呼び出しが"
        "残りわずかのため、配信停止の反映用に残します。後で自動で続行します。",
        retry_after=min(seconds, LARGEST_PAUSE),
    )


def away(connection: Connection, seconds: float | None = None) -> TransientError:
    """Give the error for an answer that is not Salesforce's, or for one that is not ready."""
    return TransientError(
        f"Salesforce gave no usable answer for “{connection.label}”, as it does during "
        "maintenance. The hub tries again by itself.",
        f"「{connection.label}」についてSalesforceから正しい応答がありません(メンテナンス中など)。"
        "自動で再試行します。",
        retry_after=30.0 if seconds is None else min(seconds, LARGEST_PAUSE),
    )


def _not_let_in(connection: Connection) -> AuthError:
    where = f"connections.{connection.name}: "
    return AuthError(
        where + "Salesforce does not accept its own fresh token. Give the integration user "
        "“API Enabled”, and check the IP limits of its profile and of the External Client App.",
        where
        + "発行直後のトークンをSalesforceが受け付けません。連携用ユーザーに「APIの有効化」を付け、"
        "プロファイルと外部クライアントアプリのIP制限を確認してください。",
    )


def _no_such(connection: Connection, refusal: Refusal) -> ConfigError:
    named = refusal.fields[0] if refusal.fields else ""
    key = _key_of(connection, named)
    what = f" {named}" if named else ""
    where = f"connections.{connection.name}.{key}: "
    return ConfigError(
        key,
        where + f"the field{what} is not there, or hidden from the integration user. "
        "Give the user the field's Read access, or choose another field.",
        where + f"項目{what}が存在しないか、連携用ユーザーに表示されていません。"
        "項目の参照権限を付けるか、別の項目を選んでください。",
    )


def _key_of(connection: Connection, code: str) -> str:
    mapping = connection.mapping
    if mapping is None or not code:
        return "mapping.consent"
    tables = {"mapping": mapping}
    tables |= {f"mapping.objects.{name}": own for name, own in mapping.objects.items()}
    for table, of in tables.items():
        for key, value in of.named().items():
            if value == code or value.endswith(f".{code}"):
                return f"{table}.{key}"
    return "mapping.consent"
