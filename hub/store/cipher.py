"""Encryption at rest, and the keyed index by which a number is found.

AES-256-GCM with the column and the row's natural key as associated data, so that a ciphertext
copied into another row or column does not open. Layout: version, key number, nonce, ciphertext.
The index is HMAC-SHA256 cut to 16 bytes: pseudonymous, not anonymous, since whoever holds the key
can try every number.

Keys are rotated while processes run. A cipher that was given where its keys come from looks there
again after a few seconds of use, and at once when it meets a key it does not know.
"""

import hmac
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import ConfigError, HubError
from hub.store.keys import KeyRing, Kind

_VERSION = 1
_NONCE = 12
_SHORTEST = 1 + 2 + _NONCE + 16
"""Bytes of an empty text: version, key number, nonce, and the tag of GCM."""
LOOKUP_BYTES = 16

LOOK_AGAIN_SECONDS = 5.0
"""How long a process may go on with what it knew of its keys."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A ring, and the numbers of the data key and the index key that new rows use."""

    ring: KeyRing
    data: int
    index: int


def newest(ring: KeyRing) -> Keys:
    """Give a ring whose newest keys are the ones that new rows use."""
    return Keys(ring=ring, data=max(ring.data), index=max(ring.index))


class Lookups(list[bytes]):
    """The index of a number under every key of the ring, the one that new rows use first.

    `numbers` are the keys' numbers, in the same order.
    """

    __slots__ = ("numbers",)
    numbers: tuple[int, ...]

    def under(self, number: int) -> bytes:
        """Give the index under one key. Raises ConfigError(`HUB_KEYS`) where the ring lacks it."""
        if number not in self.numbers:
            raise lacking("index", number)
        return self[self.numbers.index(number)]


class Cipher:
    """Encrypts, decrypts and indexes under one key ring. Safe to share between threads."""

    def __init__(
        self,
        keys: KeyRing | Keys,
        source: Callable[[KeyRing], Keys] | None = None,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a ring, or keys with what new rows use.

        `source` gives the keys as they are now, told the ring as it was.
        """
        self._source = source
        self._timer = timer
        self._look_at = timer() + LOOK_AGAIN_SECONDS
        self._away = False
        self._box = _Box(newest(keys) if isinstance(keys, KeyRing) else keys)

    @property
    def keys(self) -> Keys:
        """The keys as they were last seen."""
        return self._box.keys

    def encrypt(self, text: str, context: str) -> bytes:
        """Encrypt a text. `context` (`contact.number:…`) must be given again to decrypt.

        Raises ConfigError(`HUB_KEYS`) where this process lacks the key that new rows use.
        """
        box = self._now()
        if box.current is None:
            raise lacking("data", box.keys.data)
        nonce = os.urandom(_NONCE)
        return box.head + nonce + box.current.encrypt(nonce, text.encode(), context.encode())

    def decrypt(self, blob: bytes, context: str) -> str:
        """Give the text back. Raises ConfigError(`HUB_KEYS`) where no key of the ring opens it."""
        number = key_of(blob)
        opener = self._box.data.get(number)
        if opener is None and len(blob) >= _SHORTEST and blob[0] == _VERSION:
            # Another process may have begun to use a key that came after this one looked.
            self.look_again()
            opener = self._box.data.get(number)
        try:
            if len(blob) < _SHORTEST or blob[0] != _VERSION or opener is None:
                raise InvalidTag
            nonce, sealed = blob[3 : 3 + _NONCE], blob[3 + _NONCE :]
            return opener.decrypt(nonce, sealed, context.encode()).decode()
        except InvalidTag:
            raise ConfigError(
                "HUB_KEYS",
                f"A value encrypted with data key {number} does not open. "
                "Put the key ring back that this store was written with.",
                f"データ鍵{number}で暗号化された値を復号できません。"
                "このデータベースの鍵を戻してください。",
            ) from None

    def lookup(self, number: str) -> bytes:
        """Give the index of an E.164 number under the index key that new rows use."""
        return self.lookups(number)[0]

    def lookups(self, number: str) -> Lookups:
        """Give the index of an E.164 number under every key, the one that new rows use first."""
        box = self._now()
        text = number.encode()
        # Without a constructor of its own, which costs a pull a third of the hash.
        found = Lookups([hmac.digest(key, text, "sha256")[:LOOKUP_BYTES] for key in box.index])
        found.numbers = box.numbers
        return found

    def fingerprint(self, text: str) -> bytes:
        """Give a keyed hash by which the same text is known again; it is no number's index."""
        return _lookup(self._now().index[0], f"fingerprint:{text}")

    def knows(self, fingerprint: bytes, text: str) -> bool:
        """Say whether a fingerprint is one of this text, also one made under an older key.

        The time it takes tells nothing of where they differ.
        """
        named = f"fingerprint:{text}"
        return any(
            hmac.compare_digest(_lookup(key, named), fingerprint) for key in self._now().index
        )

    def look_again(self) -> None:
        """See what the keys are now. What was known stays where that cannot be told."""
        self._look_at = self._timer() + LOOK_AGAIN_SECONDS
        if self._source is None:
            return
        try:
            keys = self._source(self._box.keys.ring)
        except HubError as exc:
            if not self._away:
                _log.warning("the keys could not be looked at again: %s", exc)
            self._away = True
            return
        self._away = False
        if keys != self._box.keys:
            self._box = _Box(keys)

    def _now(self) -> "_Box":
        if self._source is not None and self._timer() >= self._look_at:
            self.look_again()
        return self._box


class _Box:
    """Keys made ready. It is replaced as a whole, so threads never see half of a change."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.data = {number: AESGCM(key) for number, key in keys.ring.data.items()}
        self.current = self.data.get(keys.data)
        self.head = bytes([_VERSION]) + keys.data.to_bytes(2, "big")
        first = [keys.index] if keys.index in keys.ring.index else []
        others = sorted(keys.ring.index.keys() - {keys.index}, reverse=True)
        self.numbers = (*first, *others)
        self.index = [keys.ring.index[number] for number in self.numbers]


def key_of(blob: bytes) -> int:
    """Give the number of the data key a ciphertext was made with."""
    return int.from_bytes(blob[1:3], "big")


def lacking(kind: Kind, number: int) -> ConfigError:
    """Give the error for a key that this store uses and this process does not have."""
    words = {"data": "データ鍵", "index": "索引鍵"}
    return ConfigError(
        "HUB_KEYS",
        f"This store uses {kind} key {number}, and this process does not have it. Put it into the "
        "key file or HUB_KEYS here, as it is where the keys were rotated.",
        f"このデータベースは{words[kind]}{number}を使っていますが、このプロセスにはありません。"
        "鍵を更新した環境と同じ鍵を、ここの鍵ファイルまたはHUB_KEYSに追加してください。",
    )


def _lookup(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")[:LOOKUP_BYTES]
