"""Plugins' shelves in the broker: one for each connection, encrypted, and never to be relied on.

A name in the broker tells the connection's id and nothing of what is kept. The text opens for the
same connection, key and settings only: who changes credentials begins with an empty shelf, and a
value copied under another name does not open.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from hub.errors import ConfigError
from hub.settings import SecretText
from hub.store.cipher import Cipher
from hub.values.shelf import Shelf, bounded

_log = logging.getLogger(__name__)


class Shelves:
    """Gives each connection its shelf in the broker."""

    def __init__(self, redis: Redis, cipher: Cipher) -> None:
        self._redis = redis
        self._cipher = cipher

    def of(self, connection_id: int, settings: Mapping[str, Any]) -> Shelf:
        """Give the shelf of a connection with these loaded settings."""
        return BrokerShelf(self._redis, self._cipher, connection_id, _named(settings))


class BrokerShelf:
    """The shelf of one connection. A broker that is away or was wiped is a shelf without texts."""

    def __init__(self, redis: Redis, cipher: Cipher, connection_id: int, settings: str) -> None:
        self._redis = redis
        self._cipher = cipher
        self._id = connection_id
        self._settings = settings

    def get(self, key: str) -> str | None:
        """Give the text under this key; None where there is none, or none that opens."""
        try:
            sealed = self._redis.get(self._name(key))
        except RedisError as exc:
            _log.info("the broker is away (%s); a shelf is empty", type(exc).__name__)
            return None
        if not isinstance(sealed, bytes):
            return None
        try:
            return self._cipher.decrypt(sealed, self._context(key))
        except ConfigError:
            # Of other settings, of a data key that was taken out, or not ours at all.
            return None

    def put(self, key: str, text: str, seconds: float) -> None:
        """Keep a text for so many seconds. Raises ValueError for one that is too long."""
        kept = bounded(text, seconds)
        try:
            if kept:
                sealed = self._cipher.encrypt(text, self._context(key))
                self._redis.set(self._name(key), sealed, px=max(1, int(kept * 1000)))
            else:
                self._redis.delete(self._name(key))
        except RedisError as exc:
            _log.info("the broker is away (%s); a shelf keeps nothing", type(exc).__name__)

    def _name(self, key: str) -> str:
        return f"hub:shelf:{self._id}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"

    def _context(self, key: str) -> str:
        return f"shelf:{self._id}:{self._settings}:{key}"


def _named(settings: Mapping[str, Any]) -> str:
    """Name loaded settings, secrets too. It becomes associated data, which is stored nowhere."""
    told = {
        key: value.reveal() if isinstance(value, SecretText) else value
        for key, value in settings.items()
    }
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
