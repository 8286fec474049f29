# SPDX-License-Identifier: GPL-3.0-or-later
"""How Zendesk signs its webhooks (developer.zendesk.com, Verifying webhook authenticity).

The signature is Base64 of HMAC-SHA256 over the timestamp header followed by the raw body. The key
is the secret's text as it is shown, not decoded.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)
"""Zendesk names no window. A retry is signed anew, so five minutes are enough for it too."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Give the signature of a request with this timestamp header and body."""
    message = timestamp.encode() + body
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode("ascii")


def is_signed(secrets: Sequence[str], signature: str, timestamp: str, body: bytes) -> bool:
    """Say whether one of the secrets made this signature."""
    given = signature.encode("utf-8", "surrogatepass")
    safe = timestamp.encode("utf-8", "replace").decode()
    # All are compared, so that the time taken does not tell which one was nearly right.
    return bool(
        sum(hmac.compare_digest(given, sign(each, safe, body).encode()) for each in secrets)
    )


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Say whether a timestamp header is at most `WINDOW` away from now."""
    try:
        when = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    if when.tzinfo is None:
        return False
    return abs(now - when.astimezone(UTC)) <= WINDOW
