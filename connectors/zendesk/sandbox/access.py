# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is calling: an API token by Basic authentication, or an OAuth token."""

import base64
import binascii
from datetime import UTC, datetime
from hmac import compare_digest

from connectors.zendesk.sandbox.account import Account
from connectors.zendesk.sandbox.asked import Caller
from connectors.zendesk.sandbox.errors import bad_token, not_signed_in
from connectors.zendesk.sandbox.oauth import Token
from connectors.zendesk.sandbox.people import ADMIN, AGENT

TOKENS_END = datetime(2027, 4, 30, tzinfo=UTC)
"""From then on Zendesk takes no API token any more."""

_NOBODY = {"id": 0, "role": "end-user", "name": "Anonymous user"}


def sign_in(account: Account, authorization: str) -> tuple[Caller, Token | None]:
    """The caller this header proves, with the OAuth token if it was one.

    Nobody in particular where there is no header. Raises ZendeskError 401.
    """
    kind, _, text = authorization.partition(" ")
    match kind.lower():
        case "":
            return Caller(user=_NOBODY, scopes=frozenset()), None
        case "bearer":
            token = account.oauth.find(text.strip(), account.clock())
            if token is None:
                raise bad_token()
            return Caller(user=account.users.get(token.user_id), scopes=token.scopes), token
        case "basic":
            return _by_api_token(account, text), None
    raise not_signed_in()


def _by_api_token(account: Account, text: str) -> Caller:
    try:
        name, _, token = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise not_signed_in() from exc
    email, slash, word = name.rpartition("/")
    # A password in place of a token was retired; only `EMAIL/token` is a user name.
    if not slash or word != "token" or account.clock() >= TOKENS_END:
        raise not_signed_in()
    if not compare_digest(token.encode(), account.api_token.encode()):
        raise not_signed_in()
    for number in (ADMIN, AGENT):
        user = account.users.get(number)
        if user["email"] == email.lower():
            return Caller(user=user)
    raise not_signed_in()
