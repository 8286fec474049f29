"""What decides: answers, dates, the stricter of two, and where a pull stands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce import cursor as place
from connectors.salesforce.consentcode import parse
from connectors.salesforce.consents import ConsentRow, same_number, strictest
from connectors.salesforce.cursor import Cursor
from connectors.salesforce.merge import refuses, stricter, without_yes
from connectors.salesforce.moments import date_text, when_of
from connectors.salesforce.record import answer_of, labels_of, value_at
from connectors.salesforce.soql import among, text
from hub.sdk import Answer, ConsentReading, OptOutReading, Ref, SourceContact

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
ANSWERS = st.sampled_from(list(Answer))


def contact(answer: Answer, *, out: bool) -> SourceContact:
    return SourceContact(
        ref=Ref("Contact", "x"),
        number="",
        consents=(ConsentReading(answer=answer, field="c", value="", purpose="campaign"),),
        opt_out=OptOutReading(out=out, field="o", value=""),
    )


@given(ANSWERS, st.booleans(), ANSWERS, st.booleans())
def test_a_winner_never_says_more_than_either(
    one: Answer, one_out: bool, other: Answer, other_out: bool
) -> None:
    winner, loser = contact(one, out=one_out), contact(other, out=other_out)
    both = stricter(winner, loser)

    assert refuses(both) == (refuses(winner) or refuses(loser))
    assert both.opt_out is not None
    assert both.opt_out.out == (one_out or other_out)
    if both.consents[0].answer is Answer.YES:
        assert one is Answer.YES
    assert all(each.answer is Answer.NO for each in without_yes(loser).consents)


def _row(id_: str, status: str) -> ConsentRow:
    return ConsentRow(
        id=id_,
        key="k",
        status=status,
        at=None,
        until=None,
        source=None,
        stamp="",
        touched_at=NOW,
    )


@given(st.lists(st.sampled_from(["OptIn", "OptOut", "Seen", "NotSeen", ""]), max_size=5))
def test_of_many_consent_rows_the_strictest_counts(statuses: list[str]) -> None:
    rows = [_row(str(n), each) for n, each in enumerate(statuses)]
    row = strictest(rows)

    if row is None:
        assert not rows
    elif row.status == "OptIn":
        assert set(statuses) == {"OptIn"}
    elif "OptOut" in statuses:
        assert row.status == "OptOut"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (True, Answer.YES),
        ("true", Answer.YES),
        (False, Answer.SILENT),
        ("false", Answer.SILENT),
        (None, Answer.SILENT),
        ("", Answer.SILENT),
        ("はい", Answer.NO),
    ],
)
def test_a_box_in_json_and_in_csv_says_the_same(value: object, answer: Answer) -> None:
    assert answer_of(labels_of(value), frozenset({"true"})) is answer


def test_a_yes_beside_a_no_is_a_no() -> None:
    assert answer_of(labels_of("SMS;SMS停止"), frozenset({"SMS"})) is Answer.NO


def test_json_and_csv_dates_are_the_same_moment() -> None:
    assert when_of("2026-01-13T01:00:00.000+0000", end=False) == NOW
    assert when_of("2026-01-13T01:00:00.000Z", end=False) == NOW
    assert when_of("2026-01-13", end=True) == datetime(2026, 1, 13, 14, 59, 59, tzinfo=UTC)


@given(st.integers(0, 4_000_000_000))
def test_a_written_date_reads_back(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert when_of(date_text(at, type_="datetime"), end=False) == at


def test_related_values_are_found_in_json_and_in_csv() -> None:
    assert value_at({"Account": {"Name": "店"}}, "Account.Name") == "店"
    assert value_at({"Account.Name": "店"}, "Account.Name") == "店"
    assert value_at({"Account": None}, "Account.Name") is None


def test_numbers_are_compared_by_their_last_digits() -> None:
    assert same_number("090-1111-2222", "+81 90 1111 2222")
    assert not same_number("090-1111-2222", "090-1111-2223")
    assert not same_number("", "")


@given(st.text(max_size=40))
def test_no_value_leaves_its_quotes(value: str) -> None:
    quoted = text(value)
    inside = quoted[1:-1].replace("\\\\", "").replace("\\'", "")

    assert quoted[0] == quoted[-1] == "'"
    assert "'" not in inside


def test_long_lists_are_cut_into_addresses_that_fit() -> None:
    queries = list(among("Contact", ["Id"], "Id", [f"{n:018d}" for n in range(501)]))

    assert len(queries) == 3
    assert max(map(len, queries)) < 8_000


def test_a_consent_code_names_object_and_purpose() -> None:
    code = parse("ContactPointTypeConsent:SMS: 2026")

    assert code is not None
    assert code.purpose == "SMS: 2026"
    assert parse("SMS_Opt_In__c") is None
    assert parse("Account:x") is None


CURSORS = st.builds(
    Cursor,
    until=st.just(NOW),
    since=st.none() | st.just(NOW - timedelta(minutes=10)),
    stream=st.none() | st.integers(0, 3),
    last=st.text("0123456789abcdefABCDEF", max_size=18),
    job=st.text("0123456789abcdef", max_size=18),
    locator=st.text("abcXYZ", max_size=8),
    waited=st.integers(0, 9),
    rest=st.booleans(),
)


@given(CURSORS)
def test_a_cursor_reads_back_as_it_was_written(cursor: Cursor) -> None:
    assert place.load(place.dump(cursor, "m"), "m") == cursor
    assert place.load(place.dump(cursor, "m"), "other") is None


@given(CURSORS, st.integers(-3600, 86_400))
def test_a_round_begins_before_the_one_before_it_began(cursor: Cursor, later: int) -> None:
    following = cursor.next_round(NOW + timedelta(seconds=later))

    assert following.since is not None
    assert following.since <= cursor.until - place.OVERLAP


@pytest.mark.parametrize("text_", ["", "{", "[]", '{"of":"m"}', '{"of":"m","until":1}'])
def test_a_cursor_nobody_can_read_starts_anew(text_: str) -> None:
    assert place.load(text_, "m") is None
