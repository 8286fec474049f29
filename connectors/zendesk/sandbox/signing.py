# SPDX-License-Identifier: GPL-3.0-or-later
"""How Zendesk signs a webhook (developer.zendesk.com, "Verifying webhooks")."""

import base64
import hashlib
import hmac

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - it is no secret
"""What test calls are signed with before a webhook exists; published, so it proves nothing."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the time stamp and the raw body; the key is the text as it is."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
