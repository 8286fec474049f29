"""The file of a backup: a gzip stream of JSON lines, the same for SQLite and PostgreSQL.

First a head (schema, keys' fingerprints, heads of the chains), then each table with its columns and
rows, then an end with the number of rows of each table and a keyed hash over everything before it.
Bytes are base64, times ISO 8601 in UTC, JSON columns their text as it is stored.
"""

import base64
import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from hub.errors import HubError
from hub.store.cipher import Cipher

FORMAT = "sms-connector-hub-backup/1"


class BadBackup(HubError):
    """The file is no backup, or not as it was written."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a backup says of itself. `keys` are fingerprints by name; `heads` are `seq:hash`."""

    made_at: str
    schema: str
    engine: str
    keys: Mapping[str, str]
    heads: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TablePart:
    """The beginning of a table: its columns, each with its kind (plain, bytes, time, json)."""

    name: str
    columns: tuple[tuple[str, str], ...]


def no_backup(path: Path) -> BadBackup:
    """Give the error for a file that is cut, changed or no backup at all."""
    return BadBackup(
        f"{path} is no whole backup: it was cut off or changed, or it is something else. "
        "Nothing was restored; take another copy of it.",
        f"{path}は完全なバックアップではありません(途中で切れているか、変更されています)。"
        "何も復元していません。別のコピーを使ってください。",
    )


class Writer:
    """Writes lines and hashes them on the way."""

    def __init__(self, file: IO[bytes], cipher: Cipher) -> None:
        self._zip = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=5, mtime=0)
        self._hash = hashlib.sha256()
        self._cipher = cipher
        self._rows: dict[str, int] = {}
        self._table = ""

    def head(self, head: Head) -> None:
        """Write the head."""
        self._line({"format": FORMAT, **vars(head)})

    def table(self, part: TablePart) -> None:
        """Begin a table."""
        self._table = part.name
        self._rows[part.name] = 0
        self._line({"table": part.name, "columns": part.columns})

    def row(self, values: list[Any]) -> None:
        """Write a row of the table that was begun."""
        self._rows[self._table] += 1
        self._line(values)

    def end(self) -> dict[str, int]:
        """Write the end; give the rows by table."""
        self._line({"rows": self._rows})
        digest = self._hash.hexdigest()
        seal = self._cipher.fingerprint(f"backup:{digest}").hex()
        self._zip.write(orjson.dumps({"sha256": digest, "seal": seal}) + b"\n")
        self._zip.close()
        return self._rows

    def _line(self, value: Any) -> None:
        text = orjson.dumps(value, _written) + b"\n"
        self._hash.update(text)
        self._zip.write(text)


def head_of(path: Path) -> Head:
    """Give what a backup says of itself. Raises BadBackup, OSError."""
    with _lines(path) as lines:
        return _head(path, next(lines, b""))


def read(path: Path, cipher: Cipher) -> Iterator[TablePart | list[Any]]:
    """Give the tables and their rows as they come; raises BadBackup where the file is not whole.

    That is known at the end only: what was given before counts when the iteration ends.
    """
    hash_ = hashlib.sha256()
    counted: dict[str, int] = {}
    said: dict[str, int] | None = None
    table = ""
    with _lines(path) as lines:
        for number, text in enumerate(lines):
            value = _loaded(path, text)
            if isinstance(value, dict) and "seal" in value:
                whole = _sealed(value, hash_.hexdigest(), cipher)
                if not whole or said != counted or next(lines, None) is not None:
                    raise no_backup(path)
                return
            hash_.update(text)
            if number == 0:
                _head(path, text)
            elif isinstance(value, list):
                counted[table] = counted.get(table, 0) + 1
                yield value
            elif "table" in value:
                table = value["table"]
                counted.setdefault(table, 0)
                columns = tuple((each[0], each[1]) for each in value["columns"])
                yield TablePart(name=table, columns=columns)
            else:
                said = value.get("rows")
    raise no_backup(path)


def _sealed(value: Mapping[str, Any], digest: str, cipher: Cipher) -> bool:
    try:
        seal = bytes.fromhex(value["seal"])
    except (ValueError, TypeError):
        return False
    return value.get("sha256") == digest and cipher.knows(seal, f"backup:{digest}")


def unwritten(kind: str, value: Any) -> Any:
    """Give a value as it was before it was written; times and JSON stay text."""
    return base64.b64decode(value) if kind == "bytes" and value is not None else value


def _written(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError("a backup holds no such value")


class _lines:  # noqa: N801 - used as a context manager, like open
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._zip = gzip.GzipFile(fileobj=self._file, mode="rb")

    def __enter__(self) -> Iterator[bytes]:
        return self._each()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, EOFError, zlib.error):
            self._zip.close()
        self._file.close()

    def _each(self) -> Iterator[bytes]:
        try:
            yield from self._zip
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise no_backup(self._path) from None


def _loaded(path: Path, text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise no_backup(path) from None


def _head(path: Path, text: bytes) -> Head:
    value = _loaded(path, text)
    if not isinstance(value, dict) or value.pop("format", None) != FORMAT:
        raise no_backup(path)
    try:
        return Head(**value)
    except TypeError:
        raise no_backup(path) from None
