import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contacts.exclusion_file import LONGEST_LINE, Refused, Wanted, detect, read
from hub.errors import ConfigError

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
NUMBER = "+819012345678"


def rows(data: bytes, **options):
    file = io.BytesIO(data)
    about = {"default_scope": "promotional", "purpose_keys": ["campaign"], "now": NOW}
    return list(read(file, detect(file), **(about | options)))


def text(content: str, codec: str = "utf-8"):
    return rows(content.encode(codec))


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("shift_jis", "Shift_JIS"),
    ],
)
def test_every_encoding_a_spreadsheet_saves_is_told_and_read(codec, name):
    data = "電話番号,理由\r\n090-1234-5678,電話で申し出\r\n".encode(codec)
    assert detect(io.BytesIO(data)).name == name
    (row,) = rows(data)
    assert (row.e164, row.note) == (NUMBER, "電話で申し出")


def test_what_only_windows_writes_is_cp932():
    data = "番号,理由\n09012345678,髙橋①\n".encode("cp932")
    assert detect(io.BytesIO(data)).name == "cp932"
    (row,) = rows(data)
    assert row.note == "髙橋①"


def test_utf16_is_told_with_what_to_do():
    with pytest.raises(ConfigError, match="UTF-16"):
        text("番号\n09012345678\n", "utf-16")


@pytest.mark.parametrize(
    "head",
    [
        "電話番号",
        "番号",
        "携帯電話番号",
        "phone",
        "Phone Number",
        "TEL",
        "ｐｈｏｎｅ",
        "mobile_number",
    ],
)
def test_the_column_of_numbers_has_many_names(head):
    (row,) = text(f"氏名,{head}\n佐藤,090-1234-5678\n")
    assert row.e164 == NUMBER


@pytest.mark.parametrize(
    "number",
    [
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "+81 90-1234-5678",
        "819012345678",
        "9012345678",
        "'090-1234-5678",
    ],
)
def test_a_number_may_be_spelled_in_any_way(number):
    (row,) = text(f"番号\n{number}\n")
    assert row.e164 == NUMBER


def test_without_names_the_columns_come_in_their_order():
    (row,) = text("09012345678,all,2026-01-10,電話\n")
    assert (row.line, row.scope, row.note) == (1, "all", "電話")
    assert row.said_at == datetime(2026, 1, 9, 15, tzinfo=UTC)


def test_a_file_without_a_column_of_numbers_is_refused_as_a_whole():
    with pytest.raises(ConfigError, match="names no column with numbers"):
        text("氏名,住所\n佐藤,東京\n")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-01-10", (2026, 1, 9, 15, 0)),
        ("2026/1/10", (2026, 1, 9, 15, 0)),
        ("2026年1月10日", (2026, 1, 9, 15, 0)),
        ("2026/1/10 9:05", (2026, 1, 10, 0, 5)),
        ("２０２６／１／１０　９：０５", (2026, 1, 10, 0, 5)),
        ("2026-01-10T09:05:00+09:00", (2026, 1, 10, 0, 5)),
        ("2026-01-10T00:05:00Z", (2026, 1, 10, 0, 5)),
    ],
)
def test_dates_are_read_as_people_write_them_in_japans_time(said, at):
    (row,) = text(f"番号,日時\n09012345678,{said}\n")
    assert row.said_at == datetime(*at, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("03-1234-5678", "landline"),
        ("+1 212 555 0100", "foreign"),
        ("090-XXXX-XXXX", "letters"),
        ("0120-000-000", "toll_free"),
        ("090****5678", "invalid"),
        ("0901234567", "invalid"),
        (",all", "missing"),
        ("09012345678,some", "scope"),
        ("09012345678,purpose:nope", "scope"),
        ("09012345678,,2026-02-30", "date"),
        ("09012345678,,0001-01-01", "date"),
        ("09012345678,,昨日", "date"),
        ("09012345678,,2027-01-01", "date_ahead"),
        ('"09012345678', "quotes"),
        ("x" * (LONGEST_LINE + 5), "too_long"),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_the_others_go_in(line, why):
    first, refused, last = text(f"番号,範囲,日時\n09012345678\n{line}\n08012345678\n")
    assert refused == Refused(line=3, why=why)
    assert [first.e164, last.e164] == [NUMBER, "+818012345678"]


def test_a_line_in_another_encoding_is_refused_alone():
    data = "番号,理由\n09012345678,電話\n".encode() + b"08012345678,\xff\xfe\xfa\n"
    good, bad = rows(data)
    assert (good.e164, bad) == (NUMBER, Refused(line=3, why="encoding"))


@pytest.mark.parametrize("scope", ["広告", "promotional", "", "Promotional"])
def test_a_scope_is_a_word_or_the_one_for_all_lines(scope):
    (row,) = text(f"番号,範囲\n09012345678,{scope}\n")
    assert row.scope == "promotional"


def test_one_purpose_can_be_excluded():
    (row,) = text("番号,範囲\n09012345678,purpose:campaign\n")
    assert row.scope == "purpose:campaign"


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_columns_may_be_set_apart_by_commas_tabs_or_semicolons(separator):
    (row,) = text(f"番号{separator}理由\n09012345678{separator}電話\n")
    assert row.note == "電話"


def test_nul_goes_no_further():
    (row,) = text("番号,理由\n09012345678,電\0話\n")
    assert "\0" not in row.note


def test_a_line_of_ten_megabytes_takes_no_memory():
    data = b"number\n" + b"9" * 10_000_000 + b"\n09012345678\n"
    file = io.BytesIO(data)
    tracemalloc.start()
    found = list(read(file, detect(file), default_scope="all", purpose_keys=[], now=NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [
        Refused(line=2, why="too_long"),
        Wanted(line=3, e164=NUMBER, scope="all", said_at=None, note=""),
    ]
    assert peak < 1_000_000


@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_lines_that_are_refused(data):
    try:
        found = rows(b"number,scope,date,reason\n" + data)
    except ConfigError:
        return
    lines = [each.line for each in found]
    assert lines == sorted(set(lines))
    assert all(2 <= line <= data.count(b"\n") + 2 for line in lines)


def test_no_number_and_no_note_is_in_a_representation():
    (row,) = text("番号,理由\n09012345678,佐藤様\n")
    assert "1234" not in repr(row)
    assert "佐藤" not in repr(row)
