import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mediasms.results import MEANINGS, number_of, report
from hub.messages.dead import says_dead
from hub.messages.reasons import REASONS
from hub.messages.states import State, rank
from hub.sdk import ReportState

SMSID = "ab" * 16


def of(number):
    return report(SMSID, SMSID, number)


@pytest.mark.parametrize(
    ("number", "state", "reason", "permanent"),
    [
        (1, "delivered", None, None),
        (2, "submitted", None, None),
        (3, "delivered", "opened", None),
        (5, "undelivered", "bad_number", True),
        (7, "undelivered", "unreachable", False),
        (14, "undelivered", "unreachable", False),
        (16, "undelivered", "unreachable", None),
        (17, "rejected", "bad_number", True),
        (22, "undelivered", "handset_refuses", None),
        (24, "submitted", None, None),
        (26, "delivered", None, None),
        (27, "rejected", "outside_hours", None),
        (30, "rejected", "repeated_text", None),
        (32, "undelivered", "partly", False),
        (34, "rejected", "canceled_there", None),
        (35, "rejected", "quota", None),
        (36, "rejected", "content", None),
        (37, "rejected", "opted_out", None),
        (39, "submitted", None, None),
        (42, "undelivered", "partly", False),
        (43, "undelivered", "unreachable", False),
    ],
)
def test_each_result_has_its_meaning(number, state, reason, permanent):
    told = of(number)

    assert (told.state.value, told.reason, told.permanent) == (state, reason, permanent)


def test_the_same_result_twice_is_one_report_and_another_is_another():
    assert of(14) == of(14)
    assert of(14).id != of(1).id


@pytest.mark.parametrize("number", [None, 6, 33, 44, 9999])
def test_a_result_nobody_knows_here_is_kept_and_changes_nothing(number):
    told = of(number)

    assert told.state is ReportState.SUBMITTED
    assert told.reason.startswith("mediasms_")


def test_only_the_exclusion_list_opts_a_person_out():
    stops = [number for number in MEANINGS if of(number).reason == "opted_out"]

    assert stops == [37]


def test_only_numbers_that_take_no_sms_at_all_are_called_dead():
    dead = [
        number
        for number in MEANINGS
        if of(number).state in (ReportState.UNDELIVERED, ReportState.REJECTED)
        and says_dead(State.UNDELIVERED, of(number).reason, permanent=of(number).permanent)
    ]

    assert dead == [5, 17, 23]


def test_every_reason_of_a_failure_has_a_sentence():
    for number in MEANINGS:
        told = of(number)
        if told.state in (ReportState.UNDELIVERED, ReportState.REJECTED):
            assert told.reason in REASONS, number


def test_a_delivery_counts_more_than_any_failure_before_or_after_it():
    """The console tries again by itself, and nothing says in which order results come."""
    delivered = rank(of(1).state)

    assert all(rank(of(number).state) <= delivered for number in MEANINGS)
    assert rank(of(14).state) < delivered


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("1", 1),
        ("送信済", 1),
        ("ドコモ 圏外・OFF", 14),
        ("NG ワード", 36),
        ("Rakuten 一部受信", 42),
        ("配信停止希望", 37),
        ("", None),
        ("-1", None),
        ("１", None),
        ("1" * 50, None),
        ("?", None),
    ],
)
def test_a_result_is_read_as_number_or_word(told, number):
    assert number_of(told) == number


@given(st.text())
def test_no_text_breaks_the_reading_of_a_result(text):
    report(SMSID, SMSID, number_of(text))
