# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in: zenpy around our session, with a token that is minted anew when it was refused."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import orjson
from zenpy import Zenpy  # type: ignore[import-untyped]

from hub.sdk import AuthError, Connection, SecretText

from .door import Door
from .refusals import MISSING, away, no_zendesk_there, unknown_credentials
from .tokens import KeptToken, Token

T = TypeVar("T")

_WANTED_LIFE = 7200
# What the answer leaves open: Zendesk then tells when the token has ended, by a 401.
_LIFE_UNTOLD = 3600.0


class SignIn:
    """Signs one door in, by OAuth client credentials or by an API token."""

    def __init__(self, connection: Connection, door: Door) -> None:
        self._connection = connection
        self._settings = connection.settings
        self._door = door
        oauth = self._settings["auth"] == "oauth"
        self._kept = KeptToken(connection.shelf, self._client()) if oauth else None
        self._zenpy: Zenpy | None = None
        self._token = ""

    def run(self, call: Callable[[Zenpy], T]) -> T:
        """Make a call signed in. Raises AuthError where Zendesk refuses the credentials."""
        if self._kept is None:
            return call(self._signed())
        minted = self._kept.minted
        while True:
            try:
                return call(self._signed())
            except AuthError:
                if not self._token:
                    raise
                # The next job must not begin with a token that was refused.
                self._kept.forget()
                self._zenpy, self._token = None, ""
                if self._kept.minted > minted:
                    raise
                # Somebody revoked it. A 401 says that nothing was done, so once more, with the
                # one that another process put on the shelf since, or with a new one.

    def _signed(self) -> Zenpy:
        if self._kept is not None:
            token = self._kept.get(self._mint)
            if self._zenpy is not None and token == self._token:
                return self._zenpy
            self._token = token
            sign_in = {"oauth_token": token}
        elif self._zenpy is not None:
            return self._zenpy
        else:
            secret = cast(SecretText, self._settings["api_token"])
            sign_in = {"email": self._settings["email"], "token": secret.reveal().strip()}
        # At DEBUG zenpy writes whole answers to its log, the account's own tokens among them.
        logging.getLogger("zenpy").setLevel(logging.WARNING)
        self._zenpy = Zenpy(
            subdomain=str(self._settings["subdomain"]).lower(),
            session=self._door,
            disable_cache=True,
            **sign_in,
        )
        return self._zenpy

    def _client(self) -> tuple[str, str, str]:
        root = str(self._settings.get("base_url") or self._door.outside)
        secret = cast(SecretText, self._settings["client_secret"])
        return (root, str(self._settings["client_id"]), secret.reveal().strip())

    def _mint(self) -> Token:
        secret = cast(SecretText, self._settings["client_secret"])
        self._door.headers.pop("Authorization", None)
        response = self._door.call(
            "POST",
            "/oauth/tokens",
            json={
                "grant_type": "client_credentials",
                "client_id": self._settings["client_id"],
                "client_secret": secret.reveal().strip(),
                # Scopes of single resources leave out user fields and job statuses.
                "scope": "read write",
                "expires_in": _WANTED_LIFE,
            },
        )
        if response.status_code == MISSING:
            raise no_zendesk_there(self._connection)
        if not response.ok:
            raise unknown_credentials(self._connection, "client_secret")
        try:
            body = orjson.loads(response.content)
        except json.JSONDecodeError as exc:
            raise away(self._connection) from exc
        token = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(token, str) or not token:
            raise away(self._connection)
        life = body.get("expires_in")
        return Token(text=token, good_for=float(life) if isinstance(life, int) else _LIFE_UNTOLD)
