import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio import answers
from connectors.twilio.statuses import FAILURES, STATES, number
from hub.messages.reasons import REASONS
from hub.sdk import ReceiptState, ReportState

TAKEN = {"sid": "SM1", "status": "queued", "num_segments": "2"}


def refused(code, status=400):
    return answers.receipt(status, {"code": code, "message": "…", "status": status})


def test_201_is_an_sms_that_was_taken():
    receipt = answers.receipt(201, TAKEN)

    assert (receipt.state, receipt.reference) == (ReceiptState.ACCEPTED, "SM1")
    assert receipt.billed_units == 2


def test_segments_that_are_not_counted_yet_are_not_told():
    assert answers.receipt(201, TAKEN | {"num_segments": "0"}).billed_units is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (21610, "opted_out"),
        (21211, "bad_number"),
        (21614, "bad_number"),
        (21635, "bad_number"),
        (30006, "bad_number"),
        (21608, "sender"),
        (21612, "sender"),
        (21408, "sender"),
        (21617, "content"),
        (99999, "other"),
    ],
)
def test_a_refusal_is_final_and_has_its_reason(code, reason):
    receipt = refused(code)

    assert (receipt.state, receipt.reason) == (ReceiptState.REJECTED, reason)


@pytest.mark.parametrize("body", [{}, {"code": 20429}])
def test_429_surely_did_not_leave(body):
    receipt = answers.receipt(429, body, wait=7)

    assert (receipt.state, receipt.retry_after) == (ReceiptState.RETRY_LATER, 7)


@pytest.mark.parametrize("code", [21611, 30001])
def test_a_full_queue_is_tried_again_after_a_while(code):
    receipt = refused(code)

    assert (receipt.state, receipt.retry_after) == (ReceiptState.RETRY_LATER, 300)


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 403, 404, 407, 408, 500, 503])
def test_an_answer_that_is_not_twilios_says_neither_yes_nor_no(status):
    assert answers.receipt(status, {}).state is ReceiptState.UNKNOWN


@pytest.mark.parametrize("code", [20500, 20503, 21610])
def test_a_server_error_is_unknown_whatever_code_it_has(code):
    assert refused(code, 500).state is ReceiptState.UNKNOWN


@given(st.integers(100, 599), st.one_of(st.none(), st.integers(0, 99_999), st.text(max_size=5)))
def test_nothing_without_an_sid_is_ever_accepted(status, code):
    receipt = answers.receipt(status, {"code": code})

    assert receipt.state is not ReceiptState.ACCEPTED
    later = status == 429 or (400 <= status < 500 and number(code) in answers.QUEUE_FULL)
    assert (receipt.state is ReceiptState.RETRY_LATER) == (later and status != 408)


def test_every_reason_has_its_sentence():
    assert {each.reason for each in FAILURES.values()} <= set(REASONS)


@pytest.mark.parametrize("status", sorted(STATES))
def test_a_looked_up_message_tells_its_end_or_that_it_was_taken(status):
    found = answers.found({"sid": "SM1", "status": status, "error_code": None})

    if STATES[status] is ReportState.SUBMITTED:
        assert found == answers.accepted({"sid": "SM1"})
    else:
        assert (found.state, found.id) == (STATES[status], f"SM1-{status}")


@pytest.mark.parametrize(
    ("code", "state", "reason", "permanent"),
    [
        (30003, ReportState.UNDELIVERED, "unreachable", False),
        (30004, ReportState.UNDELIVERED, "unreachable", None),
        (30005, ReportState.UNDELIVERED, "bad_number", True),
        (30006, ReportState.UNDELIVERED, "bad_number", True),
        (30007, ReportState.UNDELIVERED, "content", None),
        (30008, ReportState.UNDELIVERED, "other", False),
        (30036, ReportState.EXPIRED, "expired", False),
        (21610, ReportState.UNDELIVERED, "opted_out", None),
        (None, ReportState.UNDELIVERED, "other", None),
    ],
)
def test_a_failure_says_whether_the_number_is_dead(code, state, reason, permanent):
    found = answers.found({"sid": "SM1", "status": "undelivered", "error_code": code})

    assert (found.state, found.reason, found.permanent) == (state, reason, permanent)


@pytest.mark.parametrize(
    ("value", "read"),
    [(21610, 21610), ("2", 2), ("", None), (None, None), ("x", None), (True, None), ("٣", None)],
)
def test_codes_and_counts_are_read_as_numbers_or_digits(value, read):
    assert number(value) == read
