"""kintone's query language as the sandbox reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kintone.sandbox.errors import KintoneError
from connectors.kintone.sandbox.query import Call, Compare, Every, Number, Query, Some, parse

ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def quoted(value):
    return '"' + "".join(ESCAPES.get(sign, sign) for sign in value) + '"'


@given(st.text())
def test_a_string_reads_back_as_it_was_before_escaping(value):
    assert parse(f"氏名 = {quoted(value)}").condition == Compare("氏名", "=", (value,))


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_list_reads_back_whole(values):
    listed = ",".join(quoted(value) for value in values)
    assert parse(f"店舗 not in ({listed})").condition == Compare("店舗", "not in", tuple(values))


@given(st.text())
def test_no_text_gets_out_of_its_quotes(value):
    query = parse(f"(氏名 = {quoted(value)}) and $id > 5 order by $id asc limit 500")
    assert isinstance(query.condition, Every)
    assert query.condition.parts[1] == Compare("$id", ">", (Number("5"),))
    assert (query.orders, query.limit) == ((("$id", True),), 500)


def read(text):
    """The query, or the code of the error it is told by."""
    try:
        return parse(text)
    except KintoneError as exc:
        return exc.code


@given(st.text(alphabet=st.sampled_from('abc "\\()=<>,。氏\n\t')))
def test_any_text_is_a_query_or_a_told_error(text):
    assert isinstance(read(text), Query) or read(text) == "CB_VA01"


def test_and_binds_closer_than_or():
    a, b, c = (Compare(name, "=", ("1",)) for name in "abc")
    assert parse('a = "1" or b = "1" and c = "1"').condition == Some((a, Every((b, c))))
    assert parse('(a = "1" or b = "1") and c = "1"').condition == Every((Some((a, b)), c))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("$id in (1, 2)", Compare("$id", "in", (Number("1"), Number("2")))),
        ("年 >= -1.5", Compare("年", ">=", (Number("-1.5"),))),
        ("日 = TODAY()", Compare("日", "=", (Call("TODAY", ()),))),
        ("日 < FROM_TODAY(-5, DAYS)", Compare("日", "<", (Call("FROM_TODAY", ("-5", "DAYS")),))),
        ('メモ not like "x"', Compare("メモ", "not like", ("x",))),
        ("日 is not empty", Compare("日", "is not empty", ())),
        ('limit = "1"', Compare("limit", "=", ("1",))),
        ("", None),
    ],
)
def test_conditions_are_read(text, condition):
    assert parse(text).condition == condition


@pytest.mark.parametrize("text", ["limit 10 offset 20", "offset 20 limit 10"])
def test_limit_and_offset_come_in_any_order(text):
    assert parse(text) == Query(limit=10, offset=20)


@pytest.mark.parametrize(
    "text",
    [
        "氏名 = '単引用符'",
        '氏名 = "改\n行"',
        '氏名 = "タ\tブ"',
        '氏名 = "閉じない',
        '氏名 = "\\x"',
        '"氏名" = "x"',
        '氏名 == "x"',
        "氏名 = x",
        '氏名 = "x" and',
        '(氏名 = "x"',
        '氏名 in "x"',
        "氏名 in ()",
        "limit ten",
        "limit 1 limit 2",
        '氏名 = "x" limit 5 order by $id',
    ],
)
def test_broken_syntax_is_told_on_the_query(text):
    with pytest.raises(KintoneError) as told:
        parse(text)
    assert told.value.code == "CB_VA01"
    assert list(told.value.errors) == ["query"]


@pytest.mark.parametrize(
    ("text", "code"), [("limit 501", "GAIA_QU01"), ("offset 10001", "GAIA_QU02")]
)
def test_pages_have_their_bounds(text, code):
    with pytest.raises(KintoneError) as told:
        parse(text)
    assert told.value.code == code
