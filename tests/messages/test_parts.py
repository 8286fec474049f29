"""Reports of single parts of a long SMS give one end, in whatever order they come."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.messages.parts import joined
from hub.sdk import DeliveryReport, ReportState
from hub.store.reports import ReportRow

AT = datetime(2026, 1, 13, tzinfo=UTC)
DELIVERED, FAILED = ReportState.DELIVERED, ReportState.UNDELIVERED


def row(id_, state, part, parts=2, **about):
    about = {"reason": None, "billed_units": 1} | about
    return ReportRow(
        id=id_,
        message_id=1,
        state=state.value,
        received_at=AT,
        part=part,
        parts=parts,
        **about,
    )


@given(
    st.lists(st.tuples(st.sampled_from(list(ReportState)), st.integers(1, 3)), min_size=1),
    st.randoms(),
)
def test_the_order_makes_no_difference_and_only_whole_is_delivered(said, chance):
    reports = [row(place, state, part, 3) for place, (state, part) in enumerate(said)]
    expected = joined(reports)
    shuffled = list(reports)
    chance.shuffle(shuffled)
    assert joined(shuffled) == expected
    arrived = {part for state, part in said if state is DELIVERED}
    assert (expected.state == DELIVERED) == (arrived == {1, 2, 3})


def test_a_part_that_arrives_after_all_makes_the_message_whole():
    reports = [row(1, FAILED, 1), row(2, DELIVERED, 2)]
    assert (joined(reports).state, joined(reports).reason) == (FAILED, "partly")
    assert joined([*reports, row(3, DELIVERED, 1)]).state == DELIVERED


def test_what_the_parts_cost_adds_up():
    assert joined([row(1, DELIVERED, 1), row(2, DELIVERED, 2)]).billed_units == 2


def report(house, id_, state, part=None, **about):
    (message,) = house.rows()
    parts = 2 if part else None
    house.report(
        DeliveryReport(id=id_, key=message.key, state=state, part=part, parts=parts, **about)
    )


def sent(make_house):
    house = make_house(1)
    house.create()
    house.drain()
    return house


def test_a_message_is_delivered_when_all_its_parts_are(make_house):
    house = sent(make_house)
    report(house, "1", DELIVERED, 1, billed_units=1, carrier="docomo")
    assert house.states() == ["submitted"]
    report(house, "2", DELIVERED, 2, billed_units=1)
    (row_,) = house.rows()
    assert (row_.state, row_.billed_units, row_.carrier) == ("delivered", 2, "docomo")


def test_a_part_that_fails_fails_the_message_and_says_nothing_of_the_number(make_house):
    house = sent(make_house)
    report(house, "1", DELIVERED, 1)
    report(house, "2", FAILED, 2, reason="bad_number", permanent=True)
    (row_,) = house.rows()
    assert (row_.state, row_.reason, row_.number_dead) == ("undelivered", "partly", False)


def test_the_carrier_of_a_plain_report_is_kept(make_house):
    house = sent(make_house)
    report(house, "1", DELIVERED, carrier="softbank")
    assert house.rows()[0].carrier == "softbank"
