"""Signing in: the token endpoint of the org, with the flows a server may use.

JWT bearer: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm;
client credentials: …remoteaccess_oauth_client_credentials_flow.htm.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.people import USERNAME
from hub.testing.clock import SandboxClock, real_time

CLIENT_CREDENTIALS = "client_credentials"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
IDLE = timedelta(hours=2)
"""How long a session lives without a call: the org's default time-out."""
FARTHEST_EXPIRY = timedelta(minutes=5)
"""How far in the future an assertion may end."""


class TokenError(Exception):
    """A refusal of the token endpoint: `code` and a description, answered with 400."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description

    def body(self) -> dict[str, str]:
        """The body of the answer."""
        return {"error": self.code, "error_description": self.description}


@dataclass(frozen=True, kw_only=True)
class App:
    """The external client app the sandbox knows. The key's public half is its certificate."""

    client_id: str
    client_secret: str = field(repr=False)
    key: RSAPrivateKey = field(repr=False)

    def pem(self) -> str:
        """The private key as PEM (PKCS #8), which a real org never sees."""
        return pem_of(self.key)


class Tokens:
    """Who is signed in. `audiences` gives the addresses an assertion may be meant for."""

    def __init__(self, clock: SandboxClock, audiences: Callable[[], tuple[str, ...]]) -> None:
        self.app = App(
            client_id="3MVG9sandboxHubClient.0000000000000000000000000000000000000001",
            client_secret=hashlib.sha256(b"salesforce sandbox").hexdigest().upper(),
            key=_key("app"),
        )
        self._clock = clock
        self._audiences = audiences
        self._used: dict[str, datetime] = {}
        self._expire_after: int | None = None
        self.ahead = 0.0
        """Seconds by which the org's clock is ahead of the caller's."""
        self._lock = Lock()

    def issue(self, form: Mapping[str, str], authorization: str) -> str:
        """A new access token for a request of the token endpoint. Raises TokenError."""
        match form.get("grant_type"):
            case "client_credentials":
                self._check_client(form, authorization)
            case grant if grant == JWT_BEARER:
                self._check_assertion(form.get("assertion", ""))
            case _:
                raise TokenError("unsupported_grant_type", "grant type not supported")
        return self.new()

    def new(self) -> str:
        """A session of the integration user."""
        token = f"00D5i0000000001!{secrets.token_urlsafe(60)}"
        with self._lock:
            self._used[token] = self._clock()
        return token

    def check(self, authorization: str) -> str:
        """The token of a call, if it is alive. Raises SalesforceError INVALID_SESSION_ID."""
        scheme, _, token = authorization.partition(" ")
        now = self._clock()
        with self._lock:
            self._count_down()
            used = self._used.get(token.strip())
            if scheme not in ("Bearer", "OAuth") or used is None or now - used > IDLE:
                raise SalesforceError("INVALID_SESSION_ID", "Session expired or invalid")
            self._used[token.strip()] = now
        return token.strip()

    def expire(self, after: int = 0) -> None:
        """End all sessions, now or after so many more calls."""
        with self._lock:
            self._expire_after = after
            if not after:
                self._count_down()

    def revoke(self, token: str) -> None:
        """End one session; nothing happens where there is none."""
        with self._lock:
            self._used.pop(token, None)

    def _count_down(self) -> None:
        if self._expire_after is None:
            return
        if self._expire_after:
            self._expire_after -= 1
            return
        self._expire_after = None
        self._used.clear()

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        client, secret = _basic(authorization) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        if client != self.app.client_id:
            raise TokenError("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(secret.encode(), self.app.client_secret.encode()):
            raise TokenError("invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str) -> None:
        header, claims = self._verified(assertion)
        if claims.get("iss") != self.app.client_id:
            raise TokenError("invalid_client_id", "client identifier invalid")
        if header.get("alg") != "RS256":
            raise TokenError("invalid_grant", "invalid assertion")
        audience = claims.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        if not any(str(each).rstrip("/") in (*AUDIENCES, *self._audiences()) for each in meant):
            raise TokenError("invalid_grant", "audience is invalid")
        self._check_expiry(claims.get("exp"))
        if claims.get("sub", claims.get("prn")) != USERNAME:
            raise TokenError("invalid_grant", "user hasn't approved this consumer")

    def _check_expiry(self, given: Any) -> None:
        # simple-salesforce sends the moment as text.
        if not str(given).isdigit():
            raise TokenError("invalid_grant", "invalid assertion")
        # The caller stamps it by the machine's clock, which the sandbox's own does not move.
        left = int(given) - real_time().timestamp() - self.ahead
        if left <= 0:
            raise TokenError("invalid_grant", "expired authorization code")
        if left > FARTHEST_EXPIRY.total_seconds():
            raise TokenError("invalid_grant", "assertion expiry is too far in the future")

    def _verified(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        head, _, rest = assertion.partition(".")
        body, _, signature = rest.partition(".")
        try:
            header, claims = orjson.loads(_decode(head)), orjson.loads(_decode(body))
            key, signed = self.app.key.public_key(), f"{head}.{body}".encode()
            key.verify(_decode(signature), signed, PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature) as exc:
            raise TokenError("invalid_grant", "invalid assertion") from exc
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise TokenError("invalid_grant", "invalid assertion")
        return header, claims


def stranger_pem() -> str:
    """The private key of an app this org does not know."""
    return pem_of(_key("stranger"))


def pem_of(key: RSAPrivateKey) -> str:
    """A private key as PEM (PKCS #8)."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@cache
def _key(owner: str) -> RSAPrivateKey:
    # Making one takes a tenth of a second, so the sandboxes of a process share them.
    return generate_private_key(public_exponent=65537, key_size=2048)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, given = authorization.partition(" ")
    if scheme != "Basic":
        return None
    try:
        client, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise TokenError("invalid_client", "invalid client credentials") from exc
    return client, secret


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
