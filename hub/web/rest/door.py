"""Who may call the API: an API key with the scope, in its time, from its addresses, at its pace."""

from flask import g, request

from hub.access import api_keys
from hub.access.api_keys import ApiKey, Refused
from hub.factory import Hub
from hub.values.words import Words
from hub.web.rest.problem import Refusal
from hub.web.windows import Windows

BODY = 128 * 1024
"""The longest body that is read, in bytes."""

CALLS_A_MINUTE = 600
"""Calls of one key."""

WRONG_KEYS = 30
"""Calls with a wrong key from one address within ten minutes. Right keys are not counted, so that
whoever guesses beside a good program does not lock it out."""

_BEARER = "Bearer "


class Door:
    """Lets requests in, or raises the Refusal that they are answered with."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        redis = hub.bells.redis
        self._calls = Windows(redis, hub.clock, key="api-calls", seconds=60)
        self._wrong = Windows(redis, hub.clock, key="api-wrong-keys", seconds=600)

    def enter(self) -> None:
        """Find the key of this request, and count the call."""
        request.max_content_length = BODY
        address = request.remote_addr or ""
        header = request.headers.get("Authorization", "")
        text = header.removeprefix(_BEARER).strip() if header.startswith(_BEARER) else ""
        found = api_keys.find(self._hub.database, text, address, self._hub.clock())
        if isinstance(found, Refused):
            raise self._refused(found, address)
        if self._calls.count(str(found.id)) > CALLS_A_MINUTE:
            raise _too_many(self._calls.left())
        g.api_key = found

    def _refused(self, why: Refused, address: str) -> Refusal:
        if why is Refused.ADDRESS:
            words = Words(
                "このAPIキーはこの接続元からは使えません。",
                "This key may not be used from this address. Ask who made it.",
            )
            return Refusal(403, "address", words)
        if self._wrong.count(address) > WRONG_KEYS:
            return _too_many(self._wrong.left())
        words = Words(
            "APIキーがないか、正しくないか、失効しています。"
            "hub api-key create で作成してください。",
            "There is no key, or it is wrong, revoked or expired. "
            "Make one with hub api-key create.",
        )
        headers = {"WWW-Authenticate": 'Bearer realm="hub"'}
        return Refusal(401, "api_key", words, headers=headers)


def caller() -> ApiKey:
    """Give the key of the request at hand."""
    key: ApiKey = g.api_key
    return key


def actor() -> str:
    """Give the caller as ledger and audit trail name it."""
    return f"api:{caller().prefix}"


def need(scope: str) -> None:
    """Raise the Refusal of a request whose key has not this scope."""
    if scope not in caller().scopes:
        words = Words(
            f"このAPIキーには{scope}の権限がありません。",
            f"This key lacks the scope {scope}. Use one that has it.",
        )
        raise Refusal(403, "scope", words)


def _too_many(seconds: int) -> Refusal:
    words = Words(
        "呼び出しが多すぎます。Retry-Afterの秒数だけ待ってください。",
        "Too many calls. Wait for the seconds that Retry-After says.",
    )
    return Refusal(429, "too_many", words, headers={"Retry-After": str(seconds)})
