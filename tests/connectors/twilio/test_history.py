from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio.history import CANNOT_TELL, CLOCKS, LATE, SETTLED, choose
from hub.sdk import Outgoing, ReceiptState, ReportState, Sent

POSTED = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
NUMBER, TEXT = "+819012345678", "ご予約は明日です"
SMS = Outgoing(id="0b6f", number=NUMBER, text=TEXT)


def asked(after=timedelta(minutes=10), **changes):
    known = {"since": POSTED, "posted_at": POSTED, "asked_at": POSTED + after}
    return Sent(outgoing=SMS, **known | changes)


def listed(sid="SM1", at=POSTED, **changes):
    return {
        "sid": sid,
        "body": TEXT,
        "to": NUMBER,
        "direction": "outbound-api",
        "status": "queued",
        "num_segments": "1",
        "error_code": None,
        "date_created": format_datetime(at),
        "date_sent": None,
    } | changes


def test_one_sms_with_this_text_is_the_one():
    found = choose([listed()], asked())

    assert (found.state, found.reference) == (ReceiptState.ACCEPTED, "SM1")


def test_it_is_found_while_it_still_waits_at_twilio_and_after_it_arrived():
    assert choose([listed(status="delivered")], asked()).state is ReportState.DELIVERED


def test_a_trial_accounts_text_is_recognised():
    body = f"Sent from your Twilio trial account - {TEXT} "

    assert choose([listed(body=body)], asked()).reference == "SM1"


def test_none_once_enough_time_has_passed_never_arrived():
    assert choose([], asked(after=SETTLED)) is None


def test_none_before_that_cannot_be_told():
    assert choose([], asked(after=SETTLED - timedelta(seconds=1))) == CANNOT_TELL


def test_two_that_could_be_it_are_never_guessed():
    assert choose([listed("SM1"), listed("SM2")], asked()) == CANNOT_TELL


def test_what_is_known_as_another_message_is_not_taken_for_this_one():
    both = [listed("SM1"), listed("SM2")]

    assert choose(both, asked(others=frozenset({"SM1"}))).reference == "SM2"
    assert choose(both, asked(others=frozenset({"SM1", "SM2"}))) is None


def test_the_same_text_of_another_day_is_not_this_one():
    assert choose([listed(at=POSTED - timedelta(days=1))], asked()) is None


@pytest.mark.parametrize("body", ["", "another text", None])
def test_an_sms_of_that_time_whose_text_differs_leaves_it_open(body):
    assert choose([listed(body=body)], asked()) == CANNOT_TELL
    assert choose([listed(body=body, at=POSTED - timedelta(days=1))], asked()) is None


@pytest.mark.parametrize(
    "other",
    [{"to": "+819000000000"}, {"direction": "inbound"}],
)
def test_replies_and_other_numbers_do_not_count(other):
    assert choose([listed(**other)], asked()) is None


@pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 13 Jan 2026 01:00:00 -0000"])
def test_an_sms_without_a_time_can_be_it_but_never_proves_that_it_is_not(date):
    assert choose([listed(date_created=date)], asked()).reference == "SM1"
    assert choose([listed(date_created=date, body="x")], asked()) == CANNOT_TELL


seconds = st.integers(-int(CLOCKS.total_seconds()), int(LATE.total_seconds()))
entries = st.lists(
    st.tuples(seconds, st.booleans(), st.booleans()), max_size=4
)  # when, this text, known as another's


@given(entries, st.integers(0, 900))
def test_never_is_said_only_where_nothing_of_that_time_is_left(drawn, after):
    messages = [
        listed(f"SM{place}", POSTED + timedelta(seconds=when), body=TEXT if same else "another")
        for place, (when, same, _) in enumerate(drawn)
    ]
    others = frozenset(f"SM{place}" for place, (_, _, known) in enumerate(drawn) if known)
    found = choose(messages, asked(after=timedelta(seconds=after), others=others))

    left = [entry for entry in drawn if not entry[2]]
    same = [entry for entry in left if entry[1]]
    assert (found is None) == (not left and after >= SETTLED.total_seconds())
    accepted = found is not None and found.state is ReceiptState.ACCEPTED
    assert accepted == (len(same) == 1)
    assert not (accepted and found.reference in others)
