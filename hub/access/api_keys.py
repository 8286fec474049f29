"""Keys of the REST API: shown once, kept as a hash, bound to scopes, addresses and an end.

A key is `hub_<prefix>_<secret>`. The prefix names it in lists and logs; the secret holds 256 random
bits, so a plain hash is enough: there is no word list to try (OWASP ASVS 5.0.0, 11.4.2 asks for
slow hashes where people choose). A key opens the API and nothing else, the console least of all.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.access import allow_list
from hub.access.allow_list import allows
from hub.errors import ConfigError
from hub.store import api_keys as queries
from hub.store.api_keys import ApiKeyRow
from hub.store.database import Database, Tx

ApiKey = ApiKeyRow

SCOPES = ("consents:read", "consents:write")
"""What a key may be allowed to do."""

LIFE = timedelta(days=90)
LONGEST = timedelta(days=366)
_NOTED_EVERY = timedelta(minutes=1)
_PREFIX = 8
_SHAPE = re.compile(rf"hub_([a-z0-9]{{{_PREFIX}}})_([A-Za-z0-9_-]{{43}})")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_NOBODY = bytes(32)
"""Compared with where there is no such key, so that this takes as long."""


class Refused(StrEnum):
    """Why a request with a key is not let in."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key that was just made. `text` is the whole of it, and is nowhere else."""

    row: ApiKey
    text: str = field(repr=False)


def create(
    tx: Tx,
    *,
    label: str,
    scopes: Sequence[str],
    networks: Sequence[str],
    by: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key, for 90 days unless another end is given, a year at most.

    Raises ConfigError: `label`, `scope`, `address` or `expires` for what is missing or wrong.
    """
    expires_at = expires_at or now + LIFE
    _check(label, scopes, expires_at, now)
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(_PREFIX))
    secret = secrets.token_urlsafe(32)
    row = queries.add(
        tx,
        prefix=prefix,
        secret_hash=_hash(secret),
        label=label.strip()[:200],
        scopes=sorted(set(scopes)),
        networks=[_network(each) for each in networks],
        by=by,
        now=now,
        expires_at=expires_at,
    )
    return NewKey(row=row, text=f"hub_{prefix}_{secret}")


def find(database: Database, text: str, address: str, now: datetime) -> ApiKey | Refused:
    """Give the key that a request carries, or why it is not let in from this address now."""
    match = _SHAPE.fullmatch(text)
    prefix, secret = (match[1], match[2]) if match else ("", "")
    with database.read() as tx:
        row = queries.find(tx, prefix)
        networks = allow_list.networks(tx, allow_list.API)
    # Compared in a time that tells nothing, and before anything else is said about the key.
    if not hmac.compare_digest(row.secret_hash if row else _NOBODY, _hash(secret)) or row is None:
        return Refused.UNKNOWN
    if row.revoked_at is not None:
        return Refused.REVOKED
    if row.expires_at <= now:
        return Refused.EXPIRED
    if not (allows(row.networks, address) and allows(networks, address)):
        return Refused.ADDRESS
    if row.last_used_at is None or now - row.last_used_at >= _NOTED_EVERY:
        with database.write() as tx:
            queries.used(tx, row.id, now)
    return row


def every(tx: Tx) -> list[ApiKey]:
    """Give all keys, newest first."""
    return queries.every(tx)


def revoke(tx: Tx, prefix: str, by: str, now: datetime) -> bool:
    """End a key at once; say whether it was in force."""
    return queries.revoke(tx, prefix, by, now)


def _network(text: str) -> str:
    try:
        return allow_list.network(text)
    except ConfigError:
        raise ConfigError(
            "address",
            "address: write an IP address or a network such as 203.0.113.0/24.",
            "address: IPアドレスまたは 203.0.113.0/24 のようなネットワークを書いてください。",
        ) from None


def _check(label: str, scopes: Sequence[str], expires_at: datetime, now: datetime) -> None:
    if not label.strip():
        raise ConfigError(
            "label",
            "label: say what the key is for, so that somebody can end it later.",
            "label: 用途を書いてください。後で取り消すときの目印になります。",
        )
    if not scopes or set(scopes) - set(SCOPES):
        listed = ", ".join(SCOPES)
        raise ConfigError(
            "scope",
            f"scope: write one or more of {listed}.",
            f"scope: {listed} から1つ以上を指定してください。",
        )
    if not now < expires_at <= now + LONGEST:
        raise ConfigError(
            "expires",
            f"expires: it must end within {LONGEST.days} days. Give an earlier day.",
            f"expires: 有効期限は{LONGEST.days}日以内にしてください。",
        )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
