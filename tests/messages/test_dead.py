"""Numbers that take no SMS any more."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.dead import says_dead
from hub.messages.states import State
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState

counter = itertools.count(1)
REASONS = ["bad_number", "opted_out", "content", "auth", "quota", "unreachable", "other", None]


def report(row, state, **more):
    return DeliveryReport(id=f"d{next(counter)}", state=ReportState(state), key=row.key, **more)


def sent(make_house):
    house = make_house(1)
    house.create("first")
    house.drain()
    return house, house.rows()[0]


@given(st.sampled_from(State), st.sampled_from(REASONS), st.sampled_from([True, False, None]))
def test_only_the_gateways_word_about_the_number_itself_makes_it_dead(state, reason, permanent):
    about_the_number = reason not in ("opted_out", "content", "auth", "quota")
    failed = state in (State.UNDELIVERED, State.REJECTED)
    says_so = permanent is True or (permanent is None and reason == "bad_number")
    dead = says_dead(state, reason, permanent=permanent)
    assert dead is (failed and about_the_number and says_so)


def test_after_a_permanent_failure_the_consent_has_to_be_renewed(make_house, clock):
    house, row = sent(make_house)
    house.report(report(row, "undelivered", reason="unreachable", permanent=True))
    house.create("second")
    assert [each.reason for each in house.rows()] == ["unreachable", "number_dead"]
    clock.advance(3600)
    house.platform.agree(1, clock() - timedelta(minutes=5))
    house.pull()
    house.create("third")
    house.drain()
    assert house.states() == ["undelivered", "refused", "submitted"]


def test_a_failure_for_now_changes_nothing(make_house):
    house, row = sent(make_house)
    house.report(report(row, "undelivered", reason="unreachable", permanent=False))
    house.create("second")
    house.drain()
    assert house.states() == ["undelivered", "submitted"]


def test_a_delivery_that_is_reported_after_the_failure_counts(make_house):
    house, row = sent(make_house)
    house.report(report(row, "undelivered", permanent=True))
    house.report(report(row, "delivered"))
    house.create("second")
    house.drain()
    assert house.states() == ["delivered", "submitted"]


@pytest.mark.parametrize(("reason", "then"), [("bad_number", "refused"), ("content", "submitted")])
def test_a_gateway_that_takes_no_such_number_says_so_at_once(make_house, reason, then):
    house = make_house(1)
    house.gateway.answers = [Receipt(state=ReceiptState.REJECTED, reason=reason)]
    house.create("first")
    house.drain()
    house.create("second")
    house.drain()
    assert house.states() == ["rejected", then]


def test_a_number_that_nothing_reached_for_a_year_is_not_texted(make_house, clock):
    house, row = sent(make_house)
    house.report(report(row, "delivered"))
    clock.advance(364 * 24 * 3600)
    house.create("in time")
    house.drain()
    clock.advance(2 * 24 * 3600)
    house.create("too late")
    assert [each.state for each in house.rows()] == ["delivered", "submitted", "refused"]
    assert house.rows()[2].reason == "number_silent"
