"""The made-up people every sandbox shares."""

from collections import Counter
from datetime import date
from itertools import islice

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.testing.roster import (
    MOST_PEOPLE,
    NumberKind,
    SalesforceKind,
    Verdict,
    count,
    first,
    person,
    roster,
    walk,
)

indexes = st.integers(1, MOST_PEOPLE)


def test_the_same_index_is_the_same_person_whatever_the_size_of_the_roster():
    assert roster(200) == roster(500)[:200]


def test_a_million_people_are_made_one_by_one():
    people = walk(MOST_PEOPLE)
    assert [each.index for each in islice(people, 3)] == [1, 2, 3]
    with pytest.raises(ValueError, match="1 to 1,000,000"):
        walk(MOST_PEOPLE + 1)


@given(indexes)
def test_a_sendable_number_is_a_valid_japanese_mobile(index):
    number = person(index).e164
    if number is not None:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


@given(indexes, indexes)
def test_two_people_have_one_number_only_where_that_is_meant(one, other):
    a, b = person(one), person(other)
    if one != other and a.e164 and a.e164 == b.e164:
        assert a.shares_with == other


def test_nobody_else_shares_a_number_among_a_hundred_thousand():
    people = list(walk(100_000))
    held = Counter(each.e164 for each in people if each.e164)
    shared = {each.e164 for each in people if each.shares_with}
    assert {number for number, times in held.items() if times > 1} == shared


def test_pairs_who_share_agree_once_and_differ_once():
    pairs = {
        (each.verdict, person(each.shares_with).verdict)
        for each in walk(200)
        if each.shares_with and each.shares_with > each.index
    }
    assert (Verdict.CONSENTED, Verdict.CONSENTED) in pairs
    assert (Verdict.CONSENTED, Verdict.WITHDRAWN) in pairs


def test_two_hundred_people_show_every_kind_of_number_and_verdict():
    people = roster()
    assert {each.number_kind for each in people} == set(NumberKind)
    assert {each.verdict for each in people} == set(Verdict)
    for sign in "髙﨑𠮷":
        assert any(sign in each.name for each in people)


def test_numbers_are_typed_in_many_notations():
    typed = [each.typed for each in roster() if each.number_kind is NumberKind.MOBILE]
    for mark in ("-", "０", "+81 ", "(自宅)", " "):
        assert any(mark in number for number in typed)
    assert any(number[0] in "789" for number in typed)  # a spreadsheet ate the zero


def test_expired_consents_had_ended_by_january_2026():
    expired = [each for each in roster() if each.verdict is Verdict.EXPIRED]
    assert all(each.consent_until and each.consent_until < date(2026, 1, 1) for each in expired)
    dated = [each for each in expired if each.consented_at]
    assert dated
    assert all(each.consented_at.date() < each.consent_until for each in dated)


def test_some_who_agreed_have_nothing_but_a_tick():
    bare = [
        each for each in roster() if each.verdict is Verdict.CONSENTED and each.consented_at is None
    ]
    assert len(bare) >= 10
    assert all(each.wording == "" for each in bare)


def test_salesforce_and_zendesk_hold_parts_of_the_same_people():
    people = roster()
    held = Counter(each.salesforce for each in people)
    assert held[SalesforceKind.CONTACT] >= 120
    assert held[SalesforceKind.LEAD] >= 10
    consented = [each for each in people if each.verdict is Verdict.CONSENTED and each.e164]
    assert any(each.salesforce and each.zendesk for each in consented)
    assert any(each.salesforce and not each.zendesk for each in consented)


@given(st.integers(1, 500), st.sampled_from(list(Verdict)))
def test_a_count_is_what_walking_would_find(people, verdict):
    assert count(people, verdict) == sum(each.verdict is verdict for each in walk(people))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_first_of_a_kind_has_a_mobile_of_their_own(verdict):
    found = first(200, verdict)
    assert found
    assert found.verdict is verdict
    assert found.e164
    assert found.shares_with is None


def test_a_person_is_printed_without_number_and_address():
    one = person(1)
    assert one.typed not in repr(one)
    assert one.email not in repr(one)
