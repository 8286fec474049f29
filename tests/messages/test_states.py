import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.states import FINAL, FIRST, NEXT, State, after_report, allowed, rank
from hub.sdk import ReportState

REPORTED = frozenset({State.DELIVERED, State.UNDELIVERED, State.EXPIRED})


def test_the_table_is_the_one_that_was_promised():
    assert {state.value for state in FIRST} == {"queued", "held", "refused"}
    assert {was.value: {to.value for to in after} for was, after in NEXT.items() if after} == {
        "held": {"queued", "canceled", "expired"},
        "queued": {"claimed"},
        "claimed": {"submitting", "refused", "held", "queued"},
        "submitting": {"submitted", "rejected", "queued", "unknown"},
        "submitted": {"delivered", "undelivered", "expired"},
        "unknown": {"submitted", "delivered", "undelivered", "rejected", "queued"},
        "expired": {"undelivered", "delivered"},
        "undelivered": {"delivered"},
        "rejected": {"queued"},
    }


def test_a_message_is_not_made_in_a_later_state():
    assert not allowed(None, State.SUBMITTED)


@pytest.mark.parametrize("state", [State.DELIVERED, State.REFUSED, State.CANCELED])
def test_nothing_leads_out_of_an_end(state):
    assert not any(allowed(state, to) for to in State)


def end_of(start: State, reports: list[ReportState]) -> State:
    state, known = start, 0
    for report in reports:
        for to in after_report(state, known, report):
            assert allowed(state, to)
            state, known = to, rank(report)
    return state


@given(
    st.sampled_from([State.SUBMITTED, State.UNKNOWN]),
    st.lists(st.sampled_from(list(ReportState)), min_size=1, max_size=6),
    st.randoms(),
)
def test_reports_give_the_same_end_in_any_order_and_repeated(start, reports, chance):
    shuffled = reports + reports[:2]
    chance.shuffle(shuffled)
    end = end_of(start, reports)
    assert end == end_of(start, shuffled)
    assert end in REPORTED | {State.SUBMITTED}


@given(st.sampled_from(list(State)), st.integers(0, 5), st.sampled_from(list(ReportState)))
def test_a_report_brings_no_message_back(state, known, report):
    after = after_report(state, known, report)
    if state in FINAL - REPORTED:
        assert after == ()
    for to in after:
        assert to in REPORTED | {State.SUBMITTED}


def test_a_delivery_overrules_an_earlier_failure_and_not_the_other_way_round():
    assert after_report(State.UNDELIVERED, 3, ReportState.DELIVERED) == (State.DELIVERED,)
    assert after_report(State.DELIVERED, 4, ReportState.UNDELIVERED) == ()


def test_a_message_that_was_never_sent_does_not_become_delivered():
    assert after_report(State.QUEUED, 0, ReportState.DELIVERED) == ()
