"""Which of a person's numbers an SMS is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contacts.choice import NoChoice, OwnNumber, chosen, own_numbers
from hub.values.contact import FurtherNumber, NumberKind, SourceContact
from hub.values.ref import Ref

MAPPED, OTHER, SHARED = "+819011112222", "+818033334444", "+817055556666"


def contact(number: str = "090-1111-2222", *further: tuple[str, NumberKind]) -> SourceContact:
    return SourceContact(
        ref=Ref("ticket", "1"),
        number=number,
        further=[FurtherNumber(number=text, kind=kind, label="電話") for text, kind in further],
    )


def own(e164: str, kind: NumberKind = NumberKind.IDENTITY, *, mapped: bool = False) -> OwnNumber:
    return OwnNumber(e164=e164, kind=kind, label="", mapped=mapped)


THREE = (
    own(MAPPED, NumberKind.PRIMARY, mapped=True),
    own(OTHER),
    own(SHARED, NumberKind.SHARED),
)


def test_a_persons_numbers_are_their_mobiles_the_mapped_one_first() -> None:
    found = own_numbers(
        contact(
            "090-1111-2222",
            ("03-1234-5678", NumberKind.IDENTITY),
            ("080 3333 4444", NumberKind.IDENTITY),
            ("+819011112222", NumberKind.IDENTITY),
            ("09011112222", NumberKind.SHARED),
            ("07055556666", NumberKind.SHARED),
        )
    )

    assert [(each.e164, each.kind, each.mapped) for each in found] == [
        (MAPPED, "primary", True),
        (OTHER, "identity", False),
        (SHARED, "shared", False),
    ]
    assert "1111" not in repr(found)


def test_without_a_wish_it_is_the_mapped_number() -> None:
    assert chosen(THREE) is THREE[0]
    assert chosen(THREE, "  ") is THREE[0]


def test_without_a_mapped_one_it_is_the_first_that_nobody_shares() -> None:
    assert chosen(THREE[::-1][:2]) is THREE[1]
    assert chosen(THREE[2:]) is NoChoice.NONE
    assert chosen(own_numbers(contact("03-1234-5678"))) is NoChoice.NONE


@pytest.mark.parametrize(
    ("wish", "meant"),
    [
        ("080-3333-4444", 1),
        ("+818033334444", 1),
        ("4444", 1),
        ("４４４４", 1),
        (" 33334444 ", 1),
        ("2222", 0),
        ("070-5555-6666", 2),
    ],
)
def test_a_wish_names_one_by_all_of_it_or_by_its_last_digits(wish: str, meant: int) -> None:
    assert chosen(THREE, wish) is THREE[meant]


@pytest.mark.parametrize("wish", ["444", "5555", "080-9999-9999", "自宅", "3333-44444", "**4444"])
def test_a_wish_for_anything_else_is_for_nobody(wish: str) -> None:
    assert chosen(THREE, wish) is NoChoice.UNKNOWN


def test_digits_that_two_numbers_end_in_are_not_enough() -> None:
    twins = (own("+819011114444"), own("+818033334444"))

    assert chosen(twins, "4444") is NoChoice.UNCLEAR
    assert chosen(twins, "1114444") is twins[0]


@given(
    st.lists(st.from_regex(r"\+81[6-9]0[1-9][0-9]{7}", fullmatch=True), max_size=4, unique=True),
    st.text(alphabet="0123456789+-０ 自宅", max_size=14),
)
def test_nothing_is_ever_chosen_but_one_of_the_persons_own_numbers(
    texts: list[str], wish: str
) -> None:
    numbers = [own(text) for text in texts]
    found = chosen(numbers, wish)

    assert isinstance(found, NoChoice) or any(found is each for each in numbers)
