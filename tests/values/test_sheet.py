import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.values.sheet import ENCODINGS, safe, unsafe, write


def read(data: bytes, codec: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(codec), newline="")))


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_a_sheet_is_read_back_in_the_encoding_that_was_asked_for(name):
    data = b"".join(write(["番号", "件数"], [["090-1234-5678", 3], ["佐藤, 花子", 4]], name))
    assert read(data, ENCODINGS[name]) == [
        ["番号", "件数"],
        ["090-1234-5678", "3"],
        ["佐藤, 花子", "4"],
    ]


def test_a_spreadsheet_is_told_that_it_is_utf8():
    assert b"".join(write(["a"], [], "utf-8-bom")).startswith(b"\xef\xbb\xbf")


def test_a_character_the_encoding_has_not_does_not_end_the_sheet():
    data = b"".join(write(["a"], [["𠮷野家"], ["次"]], "shift_jis"))
    assert read(data, "shift_jis") == [["a"], ["?野家"], ["次"]]


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "|x"])
def test_no_cell_is_a_formula(cell):
    assert safe(cell) == f"'{cell}"


@given(st.text())
def test_whatever_is_typed_no_cell_begins_like_a_formula_and_the_text_comes_back(cell):
    shown = str(safe(cell))
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
    if "\0" not in cell and not cell.startswith("'"):
        assert unsafe(shown) == cell


def test_many_rows_come_in_pieces():
    pieces = list(write(["a"], [["x"]] * 2000, "utf-8"))
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 2001
