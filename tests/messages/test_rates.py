from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages import rates
from hub.messages.rates import joined
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState
from hub.store.rates import Count

BAD = Receipt(state=ReceiptState.REJECTED, reason="bad_number")


@pytest.fixture
def told(make_house, clock):
    """Five messages: one rejected, one undelivered, three delivered after 2, 4 and 10 seconds."""
    house = make_house(5)
    house.gateway.answers = [BAD]
    house.create()
    house.drain()
    reported = [row for row in house.rows() if row.state == "submitted"]
    failed = DeliveryReport(
        id="x", key=reported[0].key, state=ReportState.UNDELIVERED, reason="unreachable"
    )
    house.report(failed)
    for row, wait in zip(reported[1:], (2, 2, 6), strict=True):
        clock.advance(wait)
        carrier = "docomo" if wait == 2 else "kddi"
        house.report(
            DeliveryReport(id=row.key, key=row.key, state=ReportState.DELIVERED, carrier=carrier)
        )
    return house


def of(house, by, days=1):
    with house.db.read() as tx:
        return rates.of(tx, by, house.clock() - timedelta(days=days))


@pytest.mark.parametrize(("by", "group"), [("gateway", "sms"), ("template", "sale")])
def test_what_arrived_how_fast_and_why_the_rest_did_not(told, by, group):
    (rate,) = of(told, by)
    assert rate.group == group
    assert dict(rate.states) == {"rejected": 1, "undelivered": 1, "delivered": 3}
    assert dict(rate.reasons) == {"bad_number": 1, "unreachable": 1}
    assert rate.delivered == 0.75
    assert rate.median_seconds == pytest.approx(4, abs=0.01)


def test_carriers_are_told_apart_where_the_gateway_names_them(told):
    found = {rate.group: rate for rate in of(told, "carrier")}
    assert {group: rate.states["delivered"] for group, rate in found.items()} == {
        "": 0,
        "docomo": 2,
        "kddi": 1,
    }
    assert found["kddi"].median_seconds == pytest.approx(10, abs=0.01)
    assert found[""].median_seconds is None


def test_what_left_before_is_not_counted(told, clock):
    clock.advance(2 * 86400)
    assert of(told, "gateway") == []


def test_what_never_left_is_not_counted(make_house):
    house = make_house(1)
    house.create(not_after=house.clock() + timedelta(minutes=1))
    house.clock.advance(61)
    house.reconcile()
    assert house.states() == ["expired"]
    assert of(house, "gateway") == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.sampled_from(["delivered", "undelivered", "rejected", "unknown"]),
            st.sampled_from([None, "quota"]),
            st.integers(1, 9),
        )
    )
)
def test_no_message_is_lost_in_the_figures(rows):
    counts = [Count(group=g, state=s, reason=r, count=n) for g, s, r, n in rows]
    total: Counter[str] = Counter()
    for group, _, _, count in rows:
        total[group] += count
    assert {rate.group: sum(rate.states.values()) for rate in joined(counts, {})} == total
    for rate in joined(counts, {}):
        assert rate.delivered is None or 0 <= rate.delivered <= 1
