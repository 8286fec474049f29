"""The key ring: what encrypts numbers, names and texts, and what numbers are found by.

A ring is text, a key a line: `data 1 BASE64` or `index 1 BASE64` (32 bytes each). Which number
new rows use is written in the store (`hub.store.keyfacts`), so that a key can be everywhere before
any row needs it. Older keys stay: an erased number cannot be hashed anew and must still be found on
the exclusion list. The ring lives outside the database, in `HUB_KEYS` or in a file of mode 0600.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hub.errors import ConfigError, TransientError

KEY_BYTES = 32
HIGHEST = 65535
"""The highest number a key can have: a ciphertext names its key in two bytes."""

Kind = Literal["data", "index"]
KINDS: tuple[Kind, ...] = ("data", "index")
_HEAD = "# Keys of one hub store. Keep a copy apart from the database's backups.\n"


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """Data keys and index keys by number."""

    data: Mapping[int, bytes] = field(repr=False)
    index: Mapping[int, bytes] = field(repr=False)

    def of(self, kind: Kind) -> Mapping[int, bytes]:
        """Give the keys of one kind by number."""
        return self.data if kind == "data" else self.index

    def fingerprints(self) -> dict[str, str]:
        """Give a name and a fingerprint for each key, by which a store knows its keys again."""
        return {
            f"{kind}:{number}": _fingerprint(key)
            for kind in KINDS
            for number, key in self.of(kind).items()
        }

    def fingerprint(self, kind: Kind, number: int) -> str | None:
        """Give the fingerprint of one key; None where the ring does not have it."""
        key = self.of(kind).get(number)
        return None if key is None else _fingerprint(key)

    def plus(self, kind: Kind, number: int) -> "KeyRing":
        """Give this ring with a fresh key of that number."""
        key = secrets.token_bytes(KEY_BYTES)
        return self._with(kind, {**self.of(kind), number: key})

    def without(self, kind: Kind, number: int) -> "KeyRing":
        """Give this ring without that key."""
        return self._with(kind, {n: key for n, key in self.of(kind).items() if n != number})

    def line(self, kind: Kind, number: int) -> str:
        """Write one key as a line of the ring. It is the key itself: for its owner's eyes alone."""
        return f"{kind} {number} {base64.b64encode(self.of(kind)[number]).decode()}"

    def text(self) -> str:
        """Write the ring as `parse` reads it."""
        return "".join(
            f"{self.line(kind, number)}\n" for kind in KINDS for number in sorted(self.of(kind))
        )

    def _with(self, kind: Kind, keys: Mapping[int, bytes]) -> "KeyRing":
        if kind == "data":
            return KeyRing(data=keys, index=self.index)
        return KeyRing(data=self.data, index=keys)


def _fingerprint(key: bytes) -> str:
    return hmac.new(key, b"sms-connector-hub key", hashlib.sha256).hexdigest()[:32]


def new_ring() -> KeyRing:
    """Make a ring with one fresh key of each kind."""
    return KeyRing(
        data={1: secrets.token_bytes(KEY_BYTES)}, index={1: secrets.token_bytes(KEY_BYTES)}
    )


def parse(text: str) -> KeyRing:
    """Read a ring; lines may be separated by newlines or commas.

    Raises ConfigError(`HUB_KEYS`) naming the line that is wrong, never its content.
    """
    rings: dict[str, dict[int, bytes]] = {"data": {}, "index": {}}
    lines = [line.strip() for line in text.replace(",", "\n").splitlines()]
    for position, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        parts = line.split()
        try:
            kind, number, key = parts[0], int(parts[1]), base64.b64decode(parts[2], validate=True)
            ring = rings[kind]
        except (IndexError, KeyError, ValueError):
            raise _bad_line(position) from None
        if len(parts) != 3 or len(key) != KEY_BYTES or number in ring or not 0 < number <= HIGHEST:
            raise _bad_line(position)
        ring[number] = key
    if not rings["data"] or not rings["index"]:
        raise ConfigError(
            "HUB_KEYS",
            "HUB_KEYS holds no data key or no index key. Put the store's own key file back.",
            "HUB_KEYSにデータ鍵または索引鍵がありません。このデータベースの鍵ファイルを戻してください。",
        )
    return KeyRing(data=rings["data"], index=rings["index"])


def _bad_line(position: int) -> ConfigError:
    return ConfigError(
        "HUB_KEYS",
        f"HUB_KEYS, line {position}: write `data 1 BASE64` or `index 1 BASE64`, 32 bytes each.",
        f"HUB_KEYSの{position}行目: `data 1 BASE64` または `index 1 BASE64`"
        "(各32バイト)の形で書いてください。",
    )


def read_file(path: Path) -> KeyRing:
    """Read a key file. Raises ConfigError where others could read it too, or it is broken."""
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            "HUB_KEYS",
            f"The key file {path.name} can be read by others. Run: chmod 600 {path}",
            f"鍵ファイル{path.name}が他のユーザーからも読めます。"
            f"chmod 600 {path} を実行してください。",
        )
    return parse(path.read_text(encoding="ascii"))


def write_file(path: Path, ring: KeyRing) -> None:
    """Write a new key file with mode 0600. Raises FileExistsError rather than overwrite one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, ring)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold a key file: whoever else wants to change it waits.

    Raises TransientError where nothing can be written beside it.
    """
    try:
        lock = os.open(_beside(path.resolve(), "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def replace_file(path: Path, ring: KeyRing) -> None:
    """Put this ring in the place of the one in the file; the caller holds it (`changing`).

    Whoever reads the file finds the old ring or the new one, whole, even after a power cut. It
    keeps its owner. Raises TransientError where it cannot be written; then it is as it was.
    """
    # A link that leads elsewhere goes on leading there.
    path = path.resolve()
    new = _beside(path, "new")
    try:
        # What a killed process left half written.
        new.unlink(missing_ok=True)
        _write(new, ring)
        owner = path.stat()
        if owner.st_uid != os.geteuid() or owner.st_gid != os.getegid():
            os.chown(new, owner.st_uid, owner.st_gid)
        new.replace(path)
        _sync_folder(path.parent)
    except OSError as exc:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise _unwritable(path, exc) from exc


def _unwritable(path: Path, exc: OSError) -> TransientError:
    return TransientError(
        f"The key file {path.name} cannot be written ({exc.strerror}). It is as it was. "
        "See to room and permissions of its folder, then repeat the command.",
        f"鍵ファイル{path.name}を書き込めません({exc.strerror})。元のまま残っています。"
        "フォルダの空き容量と権限を確認してから、もう一度実行してください。",
    )


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


def _write(path: Path, ring: KeyRing) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_HEAD)
        file.write(ring.text())
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
