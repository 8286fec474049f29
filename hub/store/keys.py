"""The key ring: what encrypts numbers, names and texts, and what numbers are found by.

A ring is text, a key a line: `data 1 BASE64` or `index 1 BASE64` (32 bytes each). The highest
number of a kind is the one new rows use; the older ones stay, because an erased number cannot be
hashed anew and must still be found on the exclusion list. The ring lives outside the database, in
`HUB_KEYS` or in a file of mode 0600.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import ConfigError

KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """Data keys and index keys by number."""

    data: Mapping[int, bytes] = field(repr=False)
    index: Mapping[int, bytes] = field(repr=False)

    def fingerprints(self) -> dict[str, str]:
        """Give a name and a fingerprint for each key, by which a store knows its keys again."""
        named = {f"data:{number}": key for number, key in self.data.items()}
        named |= {f"index:{number}": key for number, key in self.index.items()}
        return {
            name: hmac.new(key, b"sms-connector-hub key", hashlib.sha256).hexdigest()[:32]
            for name, key in named.items()
        }

    def text(self) -> str:
        """Write the ring as `parse` reads it."""
        rows = [("data", number, key) for number, key in sorted(self.data.items())]
        rows += [("index", number, key) for number, key in sorted(self.index.items())]
        return "".join(
            f"{kind} {number} {base64.b64encode(key).decode()}\n" for kind, number, key in rows
        )


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
        if len(parts) != 3 or len(key) != KEY_BYTES or number in ring or not 0 < number < 65536:
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
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("# Keys of one hub store. Keep a copy apart from the database's backups.\n")
        file.write(ring.text())
        file.flush()
        os.fsync(file.fileno())
