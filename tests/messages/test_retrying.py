from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.retrying import FAILED, Way, way_of
from hub.messages.states import State
from hub.store.messages import MessageRow

from ..conftest import START

ROW = MessageRow(
    **dict.fromkeys(MessageRow.__dataclass_fields__, None)  # type: ignore[arg-type]
    | {"state": "unknown", "marked_at": START, "created_at": START, "number_dead": False}
)


def way(state, *, idempotency="none", may_double=False, now=START, **about):
    row = replace(ROW, state=state, **about)
    return way_of(row, idempotency, may_double=may_double, now=now)


@pytest.mark.parametrize("reason", ["quota", "auth", "unreachable", "other"])
def test_what_a_gateway_refused_for_now_goes_again_under_its_key(reason):
    assert way("rejected", reason=reason) is Way.QUEUE


@pytest.mark.parametrize("reason", ["bad_number", "opted_out", "content"])
@pytest.mark.parametrize("state", ["rejected", "undelivered"])
def test_what_would_fail_again_does_not_go(state, reason):
    assert way(state, reason=reason, may_double=True) is Way.NO_USE


def test_a_dead_number_is_not_tried_again():
    assert way("undelivered", number_dead=True, may_double=True) is Way.NO_USE


@pytest.mark.parametrize(
    ("idempotency", "expected"), [("key", Way.QUEUE), ("lookup", Way.ASK), ("none", Way.MAY_DOUBLE)]
)
def test_an_unknown_one_goes_again_as_its_gateway_allows(idempotency, expected):
    assert way("unknown", idempotency=idempotency) is expected


def test_a_key_that_its_gateway_may_have_forgotten_makes_nothing_safe():
    later = START + timedelta(hours=25)
    assert way("unknown", idempotency="key", now=later) is Way.MAY_DOUBLE
    assert way("unknown", idempotency="key", now=later, may_double=True) is Way.QUEUE


@pytest.mark.parametrize("state", ["undelivered", "expired"])
def test_what_its_gateway_had_taken_needs_a_new_key_and_a_persons_word(state):
    assert way(state, idempotency="key") is Way.MAY_DOUBLE
    assert way(state, idempotency="key", may_double=True) is Way.ANEW


@given(
    st.sampled_from(list(State)),
    st.sampled_from(["key", "lookup", "none"]),
    st.booleans(),
    st.integers(0, 72),
)
def test_nothing_that_may_double_goes_without_a_persons_word(state, idempotency, may_double, hours):
    now = START + timedelta(hours=hours)
    chosen = way(state, idempotency=idempotency, may_double=may_double, now=now)
    if state not in FAILED:
        assert chosen is Way.NOT_FAILED
    if chosen is Way.ANEW:
        assert may_double
    if chosen is Way.QUEUE and state is State.UNKNOWN and not may_double:
        assert idempotency == "key"
        assert hours <= 24


@given(st.sampled_from(sorted(FAILED)), st.sampled_from(["key", "lookup", "none"]), st.booleans())
def test_nothing_goes_after_its_last_moment(state, idempotency, may_double):
    about = {"idempotency": idempotency, "may_double": may_double, "not_after": START}
    assert way(state, **about) is Way.TOO_LATE
