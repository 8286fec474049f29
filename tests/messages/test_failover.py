"""A message goes on to the next gateway only where the first one surely has it not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.failover import TRIES, fits, wants_elsewhere
from hub.sdk import AuthError, GatewayProfile, Receipt, ReceiptState

from .test_retrying import ROW

BUSY = Receipt(state=ReceiptState.RETRY_LATER, reason="gateway_busy", retry_after=1)
UNKNOWN = Receipt(state=ReceiptState.UNKNOWN)


def rejected(reason):
    return Receipt(state=ReceiptState.REJECTED, reason=reason)


def ordered(make_house, people=1, answers=(), **about):
    house = make_house(people, **about)
    house.route("sms", "spare")
    house.gateway.answers = list(answers)
    house.create(gateway_id=None)
    return house


def both_drain(house):
    house.drain()
    house.drain(gateway_id=house.spare_id)


@pytest.mark.parametrize("reason", ["auth", "quota", "unreachable"])
def test_a_refusal_for_the_accounts_sake_goes_on_under_the_same_key(make_house, reason):
    house = ordered(make_house, answers=[rejected(reason)])
    both_drain(house)
    (first,), (second,) = house.gateway.posts, house.spare.posts
    assert (first.id, first.text) == (second.id, second.text)
    (row,) = house.rows()
    assert (row.state, row.gateway_id) == ("submitted", house.spare_id)
    assert house.steps(row.id) == [
        "queued",
        "submitting",
        "queued",
        "submitting",
        "submitted",
    ]


@pytest.mark.parametrize("reason", ["bad_number", "content", "opted_out", "other"])
def test_a_refusal_for_number_or_text_ends_there(make_house, reason):
    house = ordered(make_house, answers=[rejected(reason)])
    both_drain(house)
    assert (house.states(), house.spare.posts) == (["rejected"], [])


def test_an_unknown_outcome_never_goes_elsewhere(make_house, clock):
    house = ordered(make_house, answers=[UNKNOWN])
    both_drain(house)
    house.connections.disable(house.gateway_id)
    clock.advance(31)
    house.reconcile()
    both_drain(house)
    assert (house.states(), house.spare.posts) == (["unknown"], [])


def test_a_gateway_that_keeps_saying_later_is_left(make_house, clock):
    house = ordered(make_house, answers=[BUSY] * TRIES)
    for _ in range(TRIES):
        assert house.spare.posts == []
        both_drain(house)
        clock.advance(1)
    assert (house.states(), len(house.gateway.posts)) == (["submitted"], TRIES)
    assert len(house.spare.posts) == 1


def test_a_refused_sign_in_parks_the_gateway_and_all_goes_by_the_next(make_house):
    house = ordered(make_house, people=3, answers=[AuthError("Wrong password.")])
    both_drain(house)
    house.reconcile()
    both_drain(house)
    assert house.states() == ["submitted"] * 3
    assert (len(house.gateway.posts), len(house.spare.posts)) == (1, 3)


def test_what_waits_at_a_disabled_gateway_goes_by_the_next(make_house):
    house = ordered(make_house)
    house.connections.disable(house.gateway_id)
    assert house.reconcile().moved_on == 1
    assert house.reconcile().moved_on == 0
    both_drain(house)
    assert (house.states(), len(house.spare.posts)) == (["submitted"], 1)


def test_a_gateway_that_was_named_is_not_left(make_house):
    house = make_house(1)
    house.route("sms", "spare")
    house.gateway.answers = [rejected("quota")]
    house.create()
    both_drain(house)
    assert (house.states(), house.spare.posts) == (["rejected"], [])


def test_a_text_the_next_gateway_cannot_carry_stays(make_house):
    house = make_house(1)
    house.spare.profile = replace(house.spare.profile, unsupported="様")
    house.route("sms", "spare")
    house.gateway.answers = [rejected("quota")]
    house.create(gateway_id=None)
    both_drain(house)
    assert (house.states(), house.spare.posts) == (["rejected"], [])


def test_its_segments_are_those_of_the_gateway_it_leaves_by(make_house):
    # 134 characters: two parts of 67 at the one, three of 66 at the other.
    fixed = "{{sender_name}}{{opt_out_url}}"
    house = make_house(1, body=f"{fixed}配信停止:{{{{opt_out_url}}}}" + "あ" * 40)
    house.spare.profile = replace(house.spare.profile, reference_bits=16)
    house.route("sms", "spare")
    house.create(gateway_id=None)
    before = house.rows()[0].segments
    text_length = None
    house.connections.disable(house.gateway_id)
    house.reconcile()
    both_drain(house)
    text_length = len(house.spare.posts[0].text)
    assert before == -(-text_length // 67)
    assert house.rows()[0].segments == -(-text_length // 66)


def test_an_opt_out_between_the_two_gateways_wins(make_house):
    house = ordered(make_house, answers=[rejected("quota")])
    house.drain()
    house.opt_out(house.contact_id(1))
    both_drain(house)
    assert (house.states(), house.spare.posts) == (["refused"], [])


def test_the_last_gateway_of_a_route_has_the_last_word(make_house):
    house = ordered(make_house, answers=[rejected("quota")])
    house.spare.answers = [rejected("quota")]
    both_drain(house)
    both_drain(house)
    assert house.states() == ["rejected"]
    assert (len(house.gateway.posts), len(house.spare.posts)) == (1, 1)


@given(
    st.sampled_from(list(ReceiptState)),
    st.sampled_from(["auth", "quota", "bad_number", "content", "opted_out", "other", None]),
    st.integers(1, 9),
)
def test_what_may_have_left_never_goes_elsewhere(state, reason, attempt):
    receipt = Receipt(state=state, reason=reason)
    if wants_elsewhere(replace(ROW, attempt=attempt), receipt):
        assert state in (ReceiptState.REJECTED, ReceiptState.RETRY_LATER)


@given(st.text(max_size=90))
def test_what_fits_has_no_character_the_gateway_lacks(text):
    profile = GatewayProfile(unsupported="髙", max_units=70)
    if fits(text, profile) is not None:
        assert "髙" not in text
        assert len(text.encode("utf-16-be", "surrogatepass")) <= 140
