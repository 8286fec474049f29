"""Reading a list of numbers to exclude: somebody else's CSV file, of any size and in any shape.

Each physical line is one row, so that a quote nobody closed spoils its own line and no other.
Lines are read one at a time and none is kept, however long it is.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

from hub.consent.documents import storable
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import purpose_scope
from hub.contacts.phone import NoPhone, normalise
from hub.errors import ConfigError
from hub.values.sheet import unsafe

JAPAN = timezone(timedelta(hours=9))
LONGEST_LINE = 10_000
"""Bytes; a line of the list is a number and a note."""

_LONGEST_NOTE = 200
_EARLIEST = 1990
"""Nobody refused an SMS before there were any; such a year is a default or a slip."""

_COLUMNS: Mapping[str, frozenset[str]] = {
    "number": frozenset(
        {"電話番号", "番号", "携帯", "携帯番号", "携帯電話", "携帯電話番号", "電話"}
        | {"number", "phone", "phonenumber", "tel", "mobile", "mobilenumber", "msisdn"}
    ),
    "scope": frozenset({"範囲", "停止範囲", "対象", "対象範囲", "scope"}),
    "date": frozenset(
        {"日時", "日付", "申出日", "申し出日", "受付日", "受付日時", "停止日", "停止日時"}
        | {"date", "at", "saidat", "occurredat", "optedoutat"}
    ),
    "reason": frozenset({"理由", "備考", "メモ", "reason", "note", "comment"}),
}
_IN_ORDER = ("number", "scope", "date", "reason")
_SCOPES = {
    "all": ALL,
    "すべて": ALL,
    "全て": ALL,
    "すべてのsms": ALL,
    "promotional": PROMOTIONAL,
    "広告": PROMOTIONAL,
    "広告のsms": PROMOTIONAL,
    "広告・お知らせすべて": PROMOTIONAL,
}
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2})[:時](\d{2})(?:[:分](\d{2}))?[分秒]?)?"
)
_BREAKS = b"\r\n"


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How a file is written: its name, and Python's for it."""

    name: str
    codec: str


UTF8_BOM = Encoding(name="UTF-8 (BOM)", codec="utf-8-sig")
ENCODINGS = (
    Encoding(name="UTF-8", codec="utf-8"),
    Encoding(name="Shift_JIS", codec="shift_jis"),
    Encoding(name="cp932", codec="cp932"),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One number that is to be excluded. `said_at` (UTC) is None where the line has no date."""

    line: int
    e164: str = field(repr=False)
    scope: str
    said_at: datetime | None
    note: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One line that cannot be used. `why` is a number's reason (`landline`, `foreign`, …), or
    `encoding`, `too_long`, `quotes`, `scope`, `date`, `date_ahead`."""

    line: int
    why: str


def detect(file: BinaryIO) -> Encoding:
    """Give how a file is written: the encoding that fewest of its lines contradict.

    Reads it once from its beginning. Raises ConfigError(`file`) for UTF-16, which no list of
    numbers needs.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(
            "file",
            "The file is written in UTF-16. Save it as CSV in UTF-8.",
            "ファイルがUTF-16で保存されています。UTF-8のCSVで保存し直してください。",
        )
    if start.startswith(b"\xef\xbb\xbf"):
        return UTF8_BOM
    file.seek(0)
    wrong = [0] * len(ENCODINGS)
    for _, raw in _lines(file):
        if raw is None or raw.isascii():
            continue
        for place, encoding in enumerate(ENCODINGS):
            wrong[place] += not _decodes(raw, encoding.codec)
    return ENCODINGS[wrong.index(min(wrong))]


def read(
    file: BinaryIO,
    encoding: Encoding,
    *,
    default_scope: str,
    purpose_keys: Collection[str],
    now: datetime,
) -> Iterator[Wanted | Refused]:
    """Give each line as a number to exclude, or as one that cannot be used; empty lines not at all.

    The first line may name the columns (number, scope, date, reason, in Japanese or English, in
    any order); without names they come in that order. Raises ConfigError(`file`) where the first
    line names columns and none of them is a number.
    """
    file.seek(0)
    columns: Sequence[str | None] | None = None
    separator = ","
    for number, raw in _lines(file):
        if raw is None:
            yield Refused(line=number, why="too_long")
            continue
        cells = _cells(raw, encoding.codec, separator)
        if columns is None and isinstance(cells, list):
            separator = _separator(raw)
            cells = _cells(raw, encoding.codec, separator)
            columns, heads = _columns(cells)
            if heads:
                continue
        if isinstance(cells, str):
            yield Refused(line=number, why=cells)
        elif any(cells):
            row = dict(zip(columns or _IN_ORDER, cells, strict=False))
            yield _row(number, row, default_scope, purpose_keys, now)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield number, raw.rstrip(_BREAKS)
            continue
        while rest := file.readline(LONGEST_LINE):
            if rest.endswith(b"\n"):
                break
        yield number, None


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _cells(raw: bytes, codec: str, separator: str) -> list[str] | str:
    """Give the cells of a line, or why it has none."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return "encoding"
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return "quotes"
    return [unsafe(cell.strip()) for cell in rows[0]] if rows else [""]


def _separator(raw: bytes) -> str:
    return max((",", "\t", ";"), key=lambda mark: raw.count(mark.encode()))


def _columns(cells: list[str] | str) -> tuple[Sequence[str | None] | None, bool]:
    """Give what the columns are, and whether this line says so; None where it says nothing yet."""
    if isinstance(cells, str) or not any(cells):
        return None, False
    # Looked at first: 「電話」 may be the name of a column, and how somebody said it.
    if sum(character.isdigit() for character in cells[0]) >= len("12345678"):
        return _IN_ORDER, False
    named = [_column(cell) for cell in cells]
    if "number" in named:
        return named, True
    raise ConfigError(
        "file",
        "The file's first line names no column with numbers. Call it number or 電話番号; others "
        "may be scope, date and reason.",
        "1行目に電話番号の列がありません。列名を「電話番号」にしてください"
        "(ほかに範囲・日時・理由の列を使えます)。",
    )


def _column(cell: str) -> str | None:
    name = re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", cell)).lower()
    return next((column for column, names in _COLUMNS.items() if name in names), None)


def _row(
    line: int,
    row: Mapping[str | None, str],
    default_scope: str,
    purpose_keys: Collection[str],
    now: datetime,
) -> Wanted | Refused:
    phone = normalise(row.get("number", ""))
    if isinstance(phone, NoPhone):
        return Refused(line=line, why=str(phone.reason))
    scope = _scope(row.get("scope", ""), default_scope, purpose_keys)
    if scope is None:
        return Refused(line=line, why="scope")
    said = row.get("date", "")
    said_at = _moment(said) if said else None
    if said and said_at is None:
        return Refused(line=line, why="date")
    if said_at is not None and said_at > now:
        return Refused(line=line, why="date_ahead")
    note = storable(row.get("reason", ""))[:_LONGEST_NOTE]
    return Wanted(line=line, e164=phone.e164, scope=scope, said_at=said_at, note=note)


def _scope(text: str, default: str, purpose_keys: Collection[str]) -> str | None:
    if not text:
        return default
    known = _SCOPES.get(unicodedata.normalize("NFKC", text).lower())
    if known is not None:
        return known
    return text if text in {purpose_scope(key) for key in purpose_keys} else None


def _moment(text: str) -> datetime | None:
    for read_as in (_japanese, datetime.fromisoformat):
        moment = _tried(read_as, unicodedata.normalize("NFKC", text))
        if moment is not None and moment.year >= _EARLIEST:
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)
            return zoned.astimezone(UTC)
    return None


def _japanese(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("no date as people write it")
    return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001


def _tried(read_as: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return read_as(text)
    except (ValueError, OverflowError):
        return None
