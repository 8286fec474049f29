"""A CSV sheet as a spreadsheet opens it: in the encoding it knows, and with nothing that acts.

A cell that begins like a formula is one to a spreadsheet, whoever typed it into a CRM; it gets an
apostrophe before it (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

ENCODINGS: Mapping[str, str] = {
    "utf-8-bom": "utf-8-sig",
    "utf-8": "utf-8",
    "shift_jis": "shift_jis",
    "cp932": "cp932",
}
"""What a sheet may be written in, by Python's name for it. Excel knows UTF-8 only by its mark."""

DEFAULT = "utf-8-bom"

_ACTS = tuple("=+-@\t\r\n＝＋－＠|%")
_ROWS_AT_ONCE = 500


def write(
    head: Sequence[str], rows: Iterable[Sequence[str | int]], encoding: str = DEFAULT
) -> Iterator[bytes]:
    """Give the sheet piece by piece, lines ended as RFC 4180 has it.

    A character the encoding has not becomes a question mark. Raises KeyError for an encoding that
    is none of `ENCODINGS`.
    """
    codec = ENCODINGS[encoding]
    if codec == "utf-8-sig":
        yield b"\xef\xbb\xbf"
        codec = "utf-8"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(cell) for cell in head])
    for place, row in enumerate(rows, 1):
        writer.writerow([safe(cell) for cell in row])
        if place % _ROWS_AT_ONCE == 0:
            yield text.getvalue().encode(codec, errors="replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(codec, errors="replace")


def safe(cell: str | int) -> str | int:
    """Give a cell that no spreadsheet takes for a formula; whole numbers are none."""
    if isinstance(cell, int):
        return cell
    return f"'{cell}" if cell.startswith(_ACTS) else cell.replace("\0", "")


def unsafe(cell: str) -> str:
    """Give what stood in a cell before `safe` made it so."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_ACTS) else cell
