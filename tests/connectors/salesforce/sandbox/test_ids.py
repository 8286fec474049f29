"""Record ids."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.sandbox.ids import Ids, is_id, whole

CONTACTS = Ids("003")
numbers = st.integers(0, 62**5 - 1)


def test_an_id_of_the_documentation_gets_the_three_characters_it_has_there():
    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
    assert whole("001D000000IqhSL") == "001D000000IqhSLIAZ"


@given(numbers)
def test_an_id_leads_back_to_its_number_with_fifteen_characters_or_eighteen(number):
    record_id = CONTACTS.of(number)
    assert is_id(record_id)
    assert CONTACTS.number(record_id) == CONTACTS.number(record_id[:15]) == number
    assert whole(record_id[:15]) == record_id


@given(numbers, numbers)
def test_ids_sort_as_their_numbers_do(one, other):
    assert (CONTACTS.of(one) < CONTACTS.of(other)) is (one < other)


@given(numbers)
def test_an_id_of_another_object_is_none_of_this_one(number):
    assert Ids("00Q").number(CONTACTS.of(number)) is None


def test_an_id_with_wrong_check_characters_is_none():
    assert not is_id("001D000000IqhSLIAA")
    assert not is_id("999999999999")
