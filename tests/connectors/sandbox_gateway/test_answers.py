from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox_gateway import answers
from hub.sdk import ReceiptState

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
bodies = st.dictionaries(
    st.sampled_from(["id", "key", "state", "reason", "segments", "report", "at", "permanent"]),
    json_values,
)
WHOLE = {
    "id": "r1",
    "key": "k",
    "state": "delivered",
    "at": "2026-01-13T10:00:00+09:00",
    "segments": 2,
}


@given(st.integers(100, 599), bodies)
def test_an_sms_counts_as_taken_only_with_a_2xx_and_an_id(status, body):
    receipt = answers.receipt(status, body)

    taken = 200 <= status < 300 and isinstance(body.get("id"), str) and body["id"] != ""
    assert (receipt.state is ReceiptState.ACCEPTED) == taken


@given(st.integers(100, 599), bodies)
def test_only_a_429_promises_that_a_repeat_is_safe(status, body):
    later = answers.receipt(status, body).state is ReceiptState.RETRY_LATER

    assert later == (status == 429)


@given(bodies)
def test_no_answer_to_a_look_up_breaks_the_reading(body):
    found = answers.found(body)

    assert found is None or getattr(found, "reason", None) in answers.REASONS | {None}


def test_a_reason_that_is_not_known_counts_as_other():
    assert answers.receipt(422, {"reason": "phase of the moon"}).reason == "other"


def test_times_are_read_as_utc():
    assert answers.report(WHOLE).at == datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"key": None},
        {"state": "teleported"},
        {"state": ["delivered"]},
        {"at": "yesterday"},
        {"at": "2026-01-13T10:00:00"},
        {"at": None},
    ],
)
def test_a_report_with_a_part_missing_is_no_report(wrong):
    assert answers.report(WHOLE) is not None
    assert answers.report(WHOLE | wrong) is None
