from datetime import timedelta
from itertools import pairwise

from hub.messages import missing
from hub.sdk import DeliveryReport, Receipt, ReceiptState, ReportState, TransientError

from .doubles import Gateway


def sent_house(make_house, people=1):
    house = make_house(people)
    house.create()
    house.drain()
    assert house.states() == ["submitted"] * people
    return house


def ask(house):
    return missing.ask(house.db, house.cipher, house.connections, house.bells, house.clock)


def knows(house, state, **more):
    for row in house.rows():
        house.gateway.found[row.key] = DeliveryReport(
            id=f"{row.key}-{state}", state=ReportState(state), key=row.key, **more
        )


def test_a_report_that_does_not_come_is_asked_for_and_counts_like_a_posted_one(make_house, clock):
    house = sent_house(make_house, 3)
    knows(house, "delivered")
    assert ask(house) == 0
    clock.advance(601)
    assert ask(house) == 3
    assert house.states() == ["delivered"] * 3
    (row, *_) = house.rows()
    posted = house.gateway.found[row.key]
    assert vars(house.report(posted)) == {"new": 0, "repeated": 1, "matched": 0}


def test_the_reconcile_pass_asks(make_house, clock):
    house = sent_house(make_house)
    knows(house, "delivered")
    clock.advance(601)
    assert house.reconcile().reports == 1
    assert house.states() == ["delivered"]


def test_a_message_is_asked_about_ever_more_rarely_and_at_last_no_more(make_house, clock):
    house = sent_house(make_house)
    (row,) = house.rows()
    begun = row.submitted_at
    waits = [missing.PATIENCE]
    while (rest := missing.rest(row, begun + waits[-1])) < timedelta(days=365):
        waits.append(waits[-1] + rest)
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes[:6] == [10, 20, 40, 80, 160, 320]
    assert max(after - before for before, after in pairwise(minutes)) == 360
    assert waits[-1] >= missing.GIVE_UP
    assert len(waits) < 25


def test_between_two_questions_nobody_is_asked(make_house, clock):
    house = sent_house(make_house)
    asked = []
    house.gateway.find = asked.append
    for seconds, times in ((601, 1), (300, 1), (400, 2), (1_000, 2), (400, 3)):
        clock.advance(seconds)
        ask(house)
        assert len(asked) == times
    assert house.states() == ["submitted"]


def test_what_was_accepted_is_never_sent_again_on_a_gateways_word(make_house, clock):
    """It said once that it took the SMS; that it knows nothing of it now proves nothing."""
    house = sent_house(make_house)
    clock.advance(601)
    assert ask(house) == 0
    assert house.states() == ["submitted"]
    (row,) = house.rows()
    house.gateway.found[row.key] = Receipt(state=ReceiptState.REJECTED, reason="other")
    clock.advance(1201)
    assert ask(house) == 0
    assert house.states() == ["submitted"]
    assert len(house.gateway.posts) == 1


def test_a_gateway_that_fails_is_asked_once_a_pass_and_rests(make_house, clock):
    house = sent_house(make_house, 3)
    asked = []

    def away(key):
        asked.append(key)
        raise TransientError("Away.", "接続できません。")

    house.gateway.find = away
    clock.advance(601)
    assert ask(house) == 0
    assert ask(house) == 0
    assert len(asked) == 1


def test_a_gateway_that_posts_no_reports_is_asked_sooner(make_house, clock):
    gateway = Gateway()
    object.__setattr__(gateway.profile, "reports", False)
    house = make_house(1, gateway=gateway)
    house.create()
    house.drain()
    knows(house, "delivered")
    clock.advance(61)
    assert ask(house) == 1
    assert house.states() == ["delivered"]


def test_a_parked_gateway_is_not_asked(make_house, clock):
    house = sent_house(make_house)
    knows(house, "delivered")
    house.connections.disable(house.gateway_id)
    clock.advance(601)
    assert ask(house) == 0


def test_an_opt_out_that_is_found_by_asking_opts_out(make_house, clock):
    house = sent_house(make_house)
    knows(house, "rejected", reason="opted_out")
    clock.advance(601)
    assert ask(house) == 1
    house.create("second")
    assert [row.reason for row in house.rows()] == ["opted_out", "suppressed_promotional"]


def test_no_pass_asks_for_more_than_a_few(make_house, clock):
    house = sent_house(make_house, 30)
    knows(house, "delivered")
    clock.advance(601)
    assert [ask(house), ask(house), ask(house)] == [missing.BATCH, 30 - missing.BATCH, 0]
