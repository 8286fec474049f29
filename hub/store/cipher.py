"""Encryption at rest, and the keyed index by which a number is found.

AES-256-GCM with the column and the row's natural key as associated data, so that a ciphertext
copied into another row or column does not open. Layout: version, key number, nonce, ciphertext.
The index is HMAC-SHA256 cut to 16 bytes: pseudonymous, not anonymous, since whoever holds the key
can try every number.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import ConfigError
from hub.store.keys import KeyRing

_VERSION = 1
_NONCE = 12
_SHORTEST = 1 + 2 + _NONCE + 16
"""Bytes of an empty text: version, key number, nonce, and the tag of GCM."""
LOOKUP_BYTES = 16


class Cipher:
    """Encrypts, decrypts and indexes under one key ring. Safe to share between threads."""

    def __init__(self, ring: KeyRing) -> None:
        self._boxes = {number: AESGCM(key) for number, key in ring.data.items()}
        self._current = max(ring.data)
        self._head = bytes([_VERSION]) + self._current.to_bytes(2, "big")
        self._index_keys = [ring.index[number] for number in sorted(ring.index, reverse=True)]

    def encrypt(self, text: str, context: str) -> bytes:
        """Encrypt a text. `context` (`contact.number:…`) must be given again to decrypt."""
        nonce = os.urandom(_NONCE)
        sealed = self._boxes[self._current].encrypt(nonce, text.encode(), context.encode())
        return self._head + nonce + sealed

    def decrypt(self, blob: bytes, context: str) -> str:
        """Give the text back. Raises ConfigError(`HUB_KEYS`) where no key of the ring opens it."""
        number = int.from_bytes(blob[1:3], "big")
        box = self._boxes.get(number)
        try:
            if len(blob) < _SHORTEST or blob[0] != _VERSION or box is None:
                raise InvalidTag
            nonce, sealed = blob[3 : 3 + _NONCE], blob[3 + _NONCE :]
            return box.decrypt(nonce, sealed, context.encode()).decode()
        except InvalidTag:
            raise ConfigError(
                "HUB_KEYS",
                f"A value encrypted with data key {number} does not open. "
                "Put the key ring back that this store was written with.",
                f"データ鍵{number}で暗号化された値を復号できません。"
                "このデータベースの鍵を戻してください。",
            ) from None

    def lookup(self, number: str) -> bytes:
        """Give the index of an E.164 number under the current index key."""
        return _lookup(self._index_keys[0], number)

    def lookups(self, number: str) -> list[bytes]:
        """Give the index of an E.164 number under every key, the current one first."""
        return [_lookup(key, number) for key in self._index_keys]

    def fingerprint(self, text: str) -> bytes:
        """Give a keyed hash by which the same text is known again; it is no number's index."""
        return _lookup(self._index_keys[0], f"fingerprint:{text}")


def _lookup(key: bytes, number: str) -> bytes:
    return hmac.digest(key, number.encode(), hashlib.sha256)[:LOOKUP_BYTES]
