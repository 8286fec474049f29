# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth: clients, tokens that end, and which call needs which scope."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import ZendeskError
from connectors.zendesk.sandbox.moments import to_text

RESOURCES = ("users", "tickets", "webhooks", "triggers", "automations", "apps", "organizations")
_KNOWN = {"read", "write", "impersonate"} | {
    f"{resource}:{right}" for resource in RESOURCES for right in ("read", "write")
}
_SHORTEST, _LONGEST = 300, 172_800  # seconds; a token without a wish for its lifetime has no end
_REFRESH = 2_592_000


@dataclass(kw_only=True)
class Token:
    """An access token: for whom, for what, until when (UTC; None has no end)."""

    id: int
    secret: str = field(repr=False)
    refresh: str | None = field(repr=False)
    user_id: int
    scopes: frozenset[str]
    created: datetime
    expires: datetime | None
    refresh_expires: datetime | None


class OAuth:
    """The confidential client `client_id` of an account and the tokens it was given."""

    def __init__(self, client_id: str, client_secret: str, user_id: int) -> None:
        self._client = (client_id, client_secret)
        self._user_id = user_id
        self._tokens: dict[str, Token] = {}
        self._codes: set[str] = set()
        self._made = 0

    def find(self, secret: str, now: datetime) -> Token | None:
        """The token with this text if it still holds."""
        token = self._tokens.get(secret)
        held = token is not None and (token.expires is None or now < token.expires)
        return token if held else None

    def revoke_all(self) -> None:
        """End all tokens now, as an admin does in the browser."""
        self._tokens.clear()

    def code(self) -> str:
        """What the user who agreed in the browser brings back, good for one token."""
        code = self._text("code")
        self._codes.add(code)
        return code

    def grant(self, given: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Answer POST /oauth/tokens. Raises ZendeskError 400 and 401."""
        client = (str(given.get("client_id", "")), str(given.get("client_secret", "")))
        if not all(
            compare_digest(a.encode(), b.encode())
            for a, b in zip(client, self._client, strict=True)
        ):
            raise _refused(401, "invalid_client", "Client authentication failed.")
        match given.get("grant_type"):
            case "client_credentials":
                return self._new(given, now, given.get("scope"), refreshable=False)
            case "refresh_token":
                return self._refreshed(given, now)
            case "authorization_code":
                if given.get("code") not in self._codes:
                    raise _refused(400, "invalid_grant", "The authorization grant is invalid.")
                self._codes.discard(str(given["code"]))
                return self._new(given, now, given.get("scope"), refreshable=True)
        raise _refused(400, "unsupported_grant_type", "The grant type is not supported.")

    def current(self, asked: Asked, token: Token | None) -> dict[str, Any]:
        """GET /oauth/tokens/current. Raises ZendeskError 404 for a caller without a token."""
        if token is None:
            raise ZendeskError(404, {"error": "RecordNotFound", "description": "Not found"})
        return {
            "token": {
                "url": asked.url(f"oauth/tokens/{token.id}.json"),
                "id": token.id,
                "user_id": token.user_id,
                "client_id": 1,
                "token": token.secret[:10],
                "refresh_token": token.refresh[:10] if token.refresh else None,
                "scopes": sorted(token.scopes),
                "created_at": to_text(token.created),
                "expires_at": to_text(token.expires) if token.expires else None,
                "used_at": asked.now,
            }
        }

    def _refreshed(self, given: dict[str, Any], now: datetime) -> dict[str, Any]:
        wanted = str(given.get("refresh_token", ""))
        old = next((each for each in self._tokens.values() if each.refresh == wanted), None)
        if old is None or (old.refresh_expires and now >= old.refresh_expires):
            raise _refused(400, "invalid_grant", "The refresh token is invalid or was used.")
        # The new pair ends the old one at once.
        del self._tokens[old.secret]
        scope = given.get("scope") or " ".join(sorted(old.scopes))
        return self._new(given, now, scope, refreshable=True)

    def _new(
        self, given: dict[str, Any], now: datetime, scope: Any, *, refreshable: bool
    ) -> dict[str, Any]:
        lifetime = given.get("expires_in")
        if lifetime is not None and not _SHORTEST <= int(lifetime) <= _LONGEST:
            raise _refused(400, "invalid_request", "expires_in is out of range.")
        # A list or an unknown scope still yields a token, which then may do nothing.
        scopes = frozenset(scope.split()) if isinstance(scope, str) else frozenset()
        keep = int(given.get("refresh_token_expires_in") or _REFRESH)
        token = Token(
            id=1_900_300_000_000 + self._made,
            secret=self._text("access"),
            refresh=self._text("refresh") if refreshable else None,
            user_id=self._user_id,
            scopes=scopes if scopes <= _KNOWN else frozenset(),
            created=now,
            expires=now + timedelta(seconds=int(lifetime)) if lifetime is not None else None,
            refresh_expires=now + timedelta(seconds=keep) if refreshable else None,
        )
        self._tokens[token.secret] = token
        answer = {
            "access_token": token.secret,
            "token_type": "bearer",
            "scope": scope if isinstance(scope, str) else "",
            "expires_in": int(lifetime) if lifetime is not None else None,
        }
        if refreshable:
            answer |= {"refresh_token": token.refresh, "refresh_token_expires_in": keep}
        return answer

    def _text(self, kind: str) -> str:
        self._made += 1
        return hashlib.sha256(f"zendesk sandbox {kind} {self._made}".encode()).hexdigest()


def allows(scopes: frozenset[str] | None, method: str, path: str) -> bool:
    """Whether these scopes let a caller do this; None means all."""
    if scopes is None or (path.startswith("oauth/") and scopes):
        return True
    right = "read" if method in ("GET", "HEAD") else "write"
    resource = _resource(path)
    if resource is None:
        return bool(scopes)
    return right in scopes or f"{resource}:{right}" in scopes


def _resource(path: str) -> str | None:
    """The resource a path belongs to, or None where any token will do."""
    head = path.removeprefix("incremental/").removeprefix("deleted_").partition("/")[0]
    return {"user_fields": "users", "ticket_fields": "tickets", "search": "users"}.get(
        head, head if head in RESOURCES else None
    )


def _refused(status: int, error: str, text: str) -> ZendeskError:
    return ZendeskError(status, {"error": error, "error_description": text})
