"""Who is calling, and what the caller may do."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest

from werkzeug.datastructures import Headers

from connectors.kintone.sandbox.domain import ADMINISTRATOR, App, Domain
from connectors.kintone.sandbox.errors import KintoneError
from connectors.kintone.sandbox.records import User


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A signed-in caller. `rights` is by app id; None means a user, who may do everything."""

    user: User
    rights: Mapping[int, frozenset[str]] | None

    def need(self, app: App, *any_of: str) -> None:
        """Pass a caller with one of these rights on the app.

        Raises KintoneError: GAIA_IA02 for a token of another app, GAIA_NO01 for a missing right.
        """
        if self.rights is None:
            return
        if app.id not in self.rights:
            raise KintoneError("GAIA_IA02")
        if not self.rights[app.id].intersection(any_of):
            raise KintoneError("GAIA_NO01")

    def sees(self, app: App) -> bool:
        """Whether lists of apps show it to this caller."""
        return self.rights is None or app.id in self.rights


def sign_in(headers: Headers, domain: Domain) -> Caller:
    """The caller these headers prove; a password ranks above tokens.

    Raises KintoneError: CB_AU01 without credentials, CB_WA01 for a wrong password, GAIA_IA02 for
    an unknown or undeployed token among those given, GAIA_DA03 for two tokens of one app.
    """
    if password := headers.get("X-Cybozu-Authorization"):
        return _by_password(password, domain)
    if tokens := headers.get("X-Cybozu-API-Token"):
        return _by_tokens([token.strip() for token in tokens.split(",")], domain)
    raise KintoneError("CB_AU01")


def passes_basic(headers: Headers, domain: Domain) -> bool:
    """Whether the domain's Basic authentication, where it is on, lets this call in."""
    if domain.basic is None:
        return True
    wanted = base64.b64encode(":".join(domain.basic).encode()).decode()
    return compare_digest(headers.get("Authorization", "").encode(), f"Basic {wanted}".encode())


def _by_password(given: str, domain: Domain) -> Caller:
    try:
        login, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise KintoneError("CB_WA01") from exc
    if not compare_digest(domain.users.get(login, "").encode(), password.encode()) or not password:
        raise KintoneError("CB_WA01")
    return Caller(user={"code": login, "name": login}, rights=None)


def _by_tokens(secrets: list[str], domain: Domain) -> Caller:
    rights: dict[int, frozenset[str]] = {}
    for secret in secrets:
        token = domain.tokens.get(secret)
        if token is None or not token.deployed:
            raise KintoneError("GAIA_IA02")
        if token.app in rights:
            raise KintoneError("GAIA_DA03")
        rights[token.app] = token.rights
    return Caller(user=ADMINISTRATOR, rights=rights)
