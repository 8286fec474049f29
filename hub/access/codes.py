"""One-time codes (RFC 6238) and recovery codes: what they are and which are right.

The codes themselves are those of `cryptography`; what is decided here is which step a code belongs
to, and that none is good twice (OWASP ASVS 5.0.0, 6.5.1).
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30
"""Seconds a code is shown."""
RECOVERY_CODES = 10
ISSUER = "SMS Connector Hub"

_DIGITS = 6
_SECRET_BYTES = 20
_AROUND = (0, -1, 1)
"""Steps beside the present one that are good too: clocks differ, people type."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """Give a new secret of 160 bits, in base32 as apps take it by hand."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def uri(secret: str, login: str) -> str:
    """Give the `otpauth://` address that an app reads from a QR code."""
    # Some apps show a plus for the space that it stands for in a query.
    return _totp(secret).get_provisioning_uri(login, ISSUER).replace("+", "%20")


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Give the step a code belongs to, at most one from now's; None where it is wrong or used.

    A code of `last_step` or before was used.
    """
    present = int(now.timestamp()) // STEP
    typed = bare(code).encode()
    totp = _totp(secret)
    good = [
        present + each
        for each in _AROUND
        if hmac.compare_digest(totp.generate((present + each) * STEP), typed)
    ]
    newer = [each for each in good if each > last_step]
    return newer[0] if newer else None


def new_recovery_codes() -> list[str]:
    """Give ten codes of 80 random bits, in groups that can be copied by hand."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> bytes:
    """Give what is kept of a recovery code; random enough for a plain hash."""
    return hashlib.sha256(bare(code).encode()).digest()


def bare(code: str) -> str:
    """Give a typed code without spaces and dashes, full-width digits made plain."""
    plain = unicodedata.normalize("NFKC", code[:100]).casefold()
    return "".join(each for each in plain if each.isalnum())


def _totp(secret: str) -> TOTP:
    # What apps expect where an address names no hash; HMAC needs no more of it (RFC 6238, 1.2).
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), STEP)  # noqa: S303
