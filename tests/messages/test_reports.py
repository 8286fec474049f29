import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.messages.states import State
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState

from .doubles import Gateway

counter = itertools.count(1)


def about(row, state, **more):
    return DeliveryReport(id=f"r{next(counter)}", state=ReportState(state), key=row.key, **more)


def test_a_report_moves_its_message_and_a_repeat_does_nothing(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    (row,) = house.rows()
    report = about(row, "delivered", billed_units=2)
    assert vars(house.report(report)) == {"new": 1, "repeated": 0, "matched": 1}
    assert vars(house.report(report)) == {"new": 0, "repeated": 1, "matched": 0}
    (row,) = house.rows()
    assert (row.state, row.billed_units) == ("delivered", 2)
    assert house.steps(row.id) == ["queued", "submitting", "submitted", "delivered"]


def test_a_report_that_names_the_gateways_own_id_is_matched_too(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    (row,) = house.rows()
    house.report(
        DeliveryReport(id="x", state=ReportState.UNDELIVERED, reference=row.gateway_reference)
    )
    assert house.states() == ["undelivered"]


@pytest.mark.parametrize("named", ["key", "reference"])
def test_a_report_that_comes_before_the_answer_waits_for_it(make_house, named):
    house = make_house(1)
    house.create()
    (row,) = house.rows()
    name = {"key": row.key} if named == "key" else {"reference": f"ref-{row.key}"}
    house.report(DeliveryReport(id="early", state=ReportState.DELIVERED, **name))
    assert house.states() == ["queued"]
    house.drain()
    assert house.states() == ["delivered"]


def test_a_report_settles_a_message_of_unknown_outcome(make_house):
    house = make_house(2, gateway=Gateway(idempotency="none"))
    house.gateway.answers = [Receipt(state=ReceiptState.UNKNOWN)] * 2
    house.create()
    house.drain()
    one, two = house.rows()
    house.report(about(one, "delivered"), about(two, "expired", reason="unreachable"))
    assert house.states() == ["delivered", "expired"]
    assert house.steps(two.id)[-2:] == ["submitted", "expired"]


def test_a_report_about_nobodys_message_is_kept_and_harmless(make_house):
    house = make_house(0)
    taken = house.report(DeliveryReport(id="x", state=ReportState.DELIVERED, key="unheard"))
    assert vars(taken) == {"new": 1, "repeated": 0, "matched": 0}
    assert house.reconcile().reports == 0


def test_a_person_who_opted_out_by_the_gateways_report_is_opted_out(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    house.report(about(house.rows()[0], "undelivered", reason="opted_out"))
    house.create("again")
    assert [row.reason for row in house.rows()] == ["opted_out", "suppressed_promotional"]


def test_an_opt_out_reported_before_the_answer_counts_at_once(make_house):
    house = make_house(1)
    house.create()
    house.report(about(house.rows()[0], "undelivered", reason="opted_out"))
    house.drain()
    assert [(row.state, row.reason) for row in house.rows()] == [
        ("refused", "suppressed_promotional")
    ]


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.sampled_from(list(ReportState)), min_size=1, max_size=5), st.randoms())
def test_reports_in_any_order_and_batches_come_to_one_end(make_house, reports, chance):
    house = make_house.one(2, gateway=Gateway(idempotency="none"))
    house.create(f"k{next(counter)}")
    house.drain()
    one, two = house.rows()[-2:]
    for state in reports:
        house.report(about(one, state))
    shuffled = list(reports)
    chance.shuffle(shuffled)
    house.report(*(about(two, state) for state in shuffled))
    one, two = house.rows()[-2:]
    assert one.state == two.state
    assert State(one.state) in (
        State.SUBMITTED,
        State.DELIVERED,
        State.UNDELIVERED,
        State.EXPIRED,
    )
