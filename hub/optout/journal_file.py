"""One file of the opt-out journal: JSON lines, only appended to, each on disk before the next.

A line holds no clear number: lookups under the index keys, with the keys' numbers. It carries a
keyed hash of itself, and the hash of the line before it as it stands in the file. A line that was
cut or changed is passed over and told, and the others still count; a gap in the chain is told too.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from hub.store.cipher import Cipher

_TAIL = 16_384
"""Bytes at the end of a file in which its last line is found; lines are far shorter."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One change of the exclusion list; see `hub.store.witness.Saying`.

    `lookups` are the keyed hashes of the number, each with the number of its index key.
    """

    change: str
    key: str
    lookups: tuple[tuple[int, bytes], ...] = field(repr=False)
    scope: str
    origin: str
    actor: str
    acted_at: datetime
    at: datetime
    why: str = ""


@dataclass(kw_only=True)
class Reading:
    """What was met while a journal was read."""

    lines: int = 0
    damaged: int = 0
    gaps: int = 0


def append(path: Path, cipher: Cipher, lines: Sequence[Line]) -> None:
    """Write lines, in one piece, and wait until they are on disk. Any process may at any time.

    Raises OSError where they cannot be written; then none of them is in the file.
    """
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    made = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        end = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, _TAIL, max(0, end - _TAIL))
        before = _hash(tail.rstrip(b"\n").rpartition(b"\n")[2]) if tail else ""
        text = b"" if tail.endswith(b"\n") or not tail else b"\n"
        for line in lines:
            written = _written(line, before, cipher)
            before = _hash(written)
            text += written + b"\n"
        try:
            _write(descriptor, text)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)
    if made:
        _on_disk(path.parent)


def read(path: Path, cipher: Cipher, met: Reading) -> Iterator[Line]:
    """Give every line that is whole, in flat memory; count the others in `met`.

    Raises OSError where the file cannot be opened.
    """
    before = ""
    with path.open("rb") as file:
        for raw in file:
            content = raw.rstrip(b"\n")
            line, follows = _taken(content, cipher)
            if line is None:
                met.damaged += 1
            else:
                met.lines += 1
                met.gaps += follows != before
                yield line
            before = _hash(content)


def _written(line: Line, before: str, cipher: Cipher) -> bytes:
    values = {
        "v": 1,
        "change": line.change,
        "key": line.key,
        "lookups": [[number, value.hex()] for number, value in line.lookups],
        "scope": line.scope,
        "origin": line.origin,
        "actor": line.actor,
        "acted_at": line.acted_at.isoformat(),
        "at": line.at.isoformat(),
        "why": line.why,
        "before": before,
    }
    return orjson.dumps({**values, "seal": cipher.fingerprint(_text(values)).hex()})


def _taken(content: bytes, cipher: Cipher) -> tuple[Line | None, str]:
    try:
        values: dict[str, Any] = orjson.loads(content)
        seal = bytes.fromhex(values.pop("seal"))
        if values["v"] != 1 or not cipher.knows(seal, _text(values)):
            return None, ""
        line = Line(
            change=values["change"],
            key=values["key"],
            lookups=tuple((number, bytes.fromhex(each)) for number, each in values["lookups"]),
            scope=values["scope"],
            origin=values["origin"],
            actor=values["actor"],
            acted_at=datetime.fromisoformat(values["acted_at"]),
            at=datetime.fromisoformat(values["at"]),
            why=values["why"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, ""
    return line, str(values["before"])


def _text(values: dict[str, Any]) -> str:
    return "journal:" + orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _write(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]


def _on_disk(folder: Path) -> None:
    # A new file is lost in a power cut unless its folder is on disk as well.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
