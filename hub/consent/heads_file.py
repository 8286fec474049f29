"""A file of heads: JSON lines, only appended to, each on disk before the next is written.

A line is `{"chain": "ledger", "seq": 35, "hash": "7887…", "at": "2026-01-13T01:00:00+00:00"}`, or
`{"begin": true, "why": …, "by": …, "at": …}` from which on the lines count. A line that a crash cut
in two is passed over and told.
"""

import fcntl
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from hub.errors import HubError


class Unreadable(HubError):
    """A file of heads is there and cannot be opened, or cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The file {path} that keeps the heads cannot be opened or written. "
            "Check its folder, its owner and the room on its disk.",
            f"控えのファイル{path}を開けないか、書き込めません。"
            "フォルダ、所有者、ディスクの空きを確認してください。",
        )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One head: of which chain, its place, its hash, when it was kept."""

    chain: str
    seq: int
    hash: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """From here on an administrator had the file begin anew: when, why, who."""

    at: datetime
    why: str
    by: str


class HeadsFile:
    """One open file of heads, held against other processes until it is closed."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self.damaged = 0
        """How many lines cannot be read; a crash leaves one."""
        self.beginning: Beginning | None = None
        """Where an administrator had it begin anew, the last time."""
        self._kept: list[Kept] = []
        content = file.read()
        self._torn = bool(content) and not content.endswith(b"\n")
        for line in content.splitlines():
            self._take(line)

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator["HeadsFile"]:
        """Open a file to read. Raises FileNotFoundError, Unreadable."""
        with _opened(path, os.O_RDONLY, fcntl.LOCK_SH) as file:
            yield cls(path, file)

    @classmethod
    @contextmanager
    def writing(cls, path: Path) -> Iterator["HeadsFile"]:
        """Open a file to append to, made (mode 0600) where it is not there. Raises Unreadable."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise Unreadable(path) from exc
        with _opened(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, fcntl.LOCK_EX) as file:
            yield cls(path, file)

    @property
    def open_to_others(self) -> bool:
        """Whether others than its owner may read or write it."""
        return bool(stat.S_IMODE(os.fstat(self._file.fileno()).st_mode) & 0o077)

    def all(self) -> list[Kept]:
        """Give every head since the file began, in the order they were kept."""
        return list(self._kept)

    def newest(self) -> list[Kept]:
        """Give the newest head of each chain."""
        return list({each.chain: each for each in self._kept}.values())

    def append(self, heads: Iterable[Kept]) -> None:
        """Write heads and wait until they are on disk."""
        self._write(
            {
                "chain": str(each.chain),
                "seq": each.seq,
                "hash": each.hash.hex(),
                "at": each.at.isoformat(),
            }
            for each in heads
        )

    def begin(self, beginning: Beginning) -> None:
        """Write that the file begins anew here."""
        self._write(
            [
                {
                    "begin": True,
                    "why": beginning.why,
                    "by": beginning.by,
                    "at": beginning.at.isoformat(),
                }
            ]
        )

    def _write(self, values: Iterable[dict[str, object]]) -> None:
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in values)
        if not text:
            return
        if self._torn:
            # Behind a line that a crash cut in two.
            text, self._torn = "\n" + text, False
        try:
            self._file.write(text.encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as exc:
            raise Unreadable(self._path) from exc

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            value = json.loads(line)
            at = datetime.fromisoformat(value["at"])
            if value.get("begin") is True:
                self.beginning = Beginning(at=at, why=str(value["why"]), by=str(value["by"]))
                self._kept.clear()
                return
            self._kept.append(
                Kept(
                    chain=str(value["chain"]),
                    seq=int(value["seq"]),
                    hash=bytes.fromhex(value["hash"]),
                    at=at,
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged += 1


@contextmanager
def _opened(path: Path, flags: int, lock: int) -> Iterator[IO[bytes]]:
    made = not path.exists()
    if path.is_dir():
        raise Unreadable(path)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise Unreadable(path) from exc
    with os.fdopen(descriptor, "rb" if flags == os.O_RDONLY else "a+b") as file:
        fcntl.flock(file, lock)
        if made:
            _on_disk(path.parent)
        file.seek(0)
        yield file


def _on_disk(folder: Path) -> None:
    # A new file is lost in a power cut unless its folder is on disk as well.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
