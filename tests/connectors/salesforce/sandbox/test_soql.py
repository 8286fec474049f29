"""The query language, as text."""

import pytest

from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.soql import parse
from connectors.salesforce.sandbox.tree import (
    Compare,
    Count,
    Every,
    Group,
    Negated,
    Some,
    like_pattern,
)


def condition(text):
    return parse(f"SELECT Id FROM Contact WHERE {text}").condition


def refused(text):
    with pytest.raises(SalesforceError) as caught:
        parse(text)
    return caught.value.code


def test_a_whole_query_is_read():
    query = parse(
        "select Id, Account.Name from Contact where Name like 'A%' "
        "order by Name desc nulls last, Id limit 5 offset 10 for view"
    )
    assert [field.text for field in query.fields] == ["Id", "Account.Name"]
    assert (query.object, query.limit, query.offset) == ("Contact", 5, 10)
    orders = [(each.path.text, each.ascending, each.nulls_first) for each in query.orders]
    assert orders == [("Name", False, False), ("Id", True, True)]


def test_counts_and_groups_of_fields_are_read():
    assert parse("SELECT COUNT() FROM Lead").fields == (Count(None),)
    counted = parse("SELECT COUNT(Phone) FROM Lead").fields[0]
    assert isinstance(counted, Count)
    assert isinstance(parse("SELECT FIELDS(ALL) FROM Lead LIMIT 1").fields[0], Group)


def test_parentheses_bind_and_not_takes_one_part():
    found = condition("(a = 1 OR b = 2) AND NOT c = 3")
    assert isinstance(found, Every)
    some, negated = found.parts
    assert isinstance(some, Some)
    assert isinstance(negated, Negated)


def test_and_beside_or_needs_parentheses():
    assert refused("SELECT Id FROM Contact WHERE a = 1 AND b = 2 OR c = 3") == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (r"'it\'s \\ \n'", "string", "it's \\ \n"),
        ("-1.5", "number", "-1.5"),
        ("2026-01-05", "date", "2026-01-05"),
        ("2026-01-05T01:00:00.000+0900", "datetime", "2026-01-05T01:00:00.000+0900"),
        ("null", "word", "NULL"),
        ("LAST_N_DAYS:7", "word", "LAST_N_DAYS"),
    ],
)
def test_values_are_read_by_kind(text, kind, value):
    found = condition(f"a = {text}")
    assert isinstance(found, Compare)
    assert (found.values[0].kind, found.values[0].text) == (kind, value)


def test_lists_hold_values_or_a_query():
    listed = condition("a NOT IN ('x', 'y')")
    assert (listed.operator, len(listed.values)) == ("NOT IN", 2)
    assert condition("a IN (SELECT b FROM Lead)").values.object == "Lead"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT FROM Contact",
        "SELECT Id Contact",
        "SELECT Id FROM Contact WHERE",
        "SELECT Id FROM Contact WHERE a",
        "SELECT Id FROM Contact WHERE a = ",
        "SELECT Id FROM Contact WHERE a = 'x",
        "SELECT Id FROM Contact WHERE a IN ()",
        "SELECT Id FROM Contact WHERE (a = 1",
        "SELECT Id FROM Contact LIMIT x",
        "SELECT Id FROM Contact GROUP BY Id",
        "SELECT Id FROM Contact; DROP",
        "SELECT MAX(Id) FROM Contact",
    ],
)
def test_what_is_no_query_is_refused(text):
    assert refused(text) == "MALFORMED_QUERY"


def test_a_refusal_says_where():
    with pytest.raises(SalesforceError) as caught:
        parse("SELECT Id\nFROM Contact GROUP BY Id")
    assert "ERROR at Row:2:Column:14\nunexpected token: 'GROUP'" in caught.value.message


def test_an_offset_has_an_end():
    assert refused("SELECT Id FROM Contact OFFSET 2001") == "NUMBER_OUTSIDE_VALID_RANGE"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a%", "ABC", True),
        ("_b_", "abc", True),
        ("_b_", "abcd", False),
        (r"50\%", "50%", True),
        (r"50\%", "500", False),
        ("a.c", "abc", False),
    ],
)
def test_like_knows_two_marks_and_no_case(pattern, text, fits):
    assert (like_pattern(pattern).fullmatch(text) is not None) is fits
