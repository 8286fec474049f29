"""Numbers: which spellings are a Japanese mobile, and why the others are none."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contacts.phone import (
    NoPhone,
    Phone,
    Reason,
    by_phonenumbers,
    last_digits,
    mask,
    normalise,
)

# Marks people put into numbers, and the characters that decide about them.
MARKS = " \t\n\u00a0-‐‑‒–—―−ー－　()（）[]+＋.・/~０９"
SPELLING = st.text("0123456789０１９＋+-‐−ー－()（）　 ./#*x;携帯A", max_size=24)


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("090-1234-5678", "+819012345678"),
        ("０９０－１２３４－５６７８", "+819012345678"),
        ("０９０ー１２３４ー５６７８", "+819012345678"),
        ("携帯：090-1234-5678", "+819012345678"),
        ("+81(0)90-1234-5678", "+819012345678"),
        ("8190 1234 5678", "+819012345678"),
        ("010819012345678", "+819012345678"),
        ("9012345678", "+819012345678"),
        ("06012345678", "+816012345678"),
        ("+8106012345678", "+816012345678"),
        ("6012345678", "+816012345678"),
        ("(090) 1234-5678", "+819012345678"),
        ("090-1234-5678 (自宅)", "+819012345678"),
    ],
)
def test_a_mobile_is_known_however_it_is_spelled(text: str, e164: str) -> None:
    assert normalise(text) == Phone(e164=e164)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.MISSING),
        ("　 ", Reason.MISSING),
        ("090-XXXX-XXXX", Reason.LETTERS),
        ("O90-1234-5678", Reason.LETTERS),
        ("０９０－ＸＸＸＸ－ＸＸＸＸ", Reason.LETTERS),
        ("090-1234-5678 ext. 12", Reason.EXTENSION),
        ("090-1234-5678x12", Reason.EXTENSION),
        ("03-1234-5678 内線12", Reason.EXTENSION),
        ("0661234567", Reason.LANDLINE),
        ("05012345678", Reason.IP_PHONE),
        ("02012345678", Reason.PAGER_M2M),
        ("080-0123-4567", Reason.TOLL_FREE),
        ("0570-012-345", Reason.TOLL_FREE),
        ("+1 650 253 0000", Reason.FOREIGN),
        ("0005123456", Reason.INVALID),
        ("07000123456", Reason.INVALID),
        ("06006123456", Reason.INVALID),
        ("090-1234-567", Reason.INVALID),
        ("184-090-1234-5678", Reason.INVALID),
        ("09001234567890", Reason.INVALID),
        ("0200-12345-67890", Reason.INVALID),
        ("なし", Reason.INVALID),
    ],
)
def test_what_is_no_mobile_says_why(text: str, reason: Reason) -> None:
    assert normalise(text) == NoPhone(reason=reason)


@settings(max_examples=1500)
@given(SPELLING | st.text(max_size=20))
def test_the_fast_way_answers_like_phonenumbers_for_any_text(text: str) -> None:
    assert normalise(text) == by_phonenumbers(text)


@settings(max_examples=3000)
@given(
    st.sampled_from(["0", "+81", "81", "", "+", "(0)", "+81(0)"]),
    st.from_regex(r"[5-9]0[0-9]{8,9}", fullmatch=True),
    st.lists(st.tuples(st.integers(0, 14), st.sampled_from(MARKS)), max_size=5),
)
def test_the_fast_way_answers_like_phonenumbers_for_what_looks_like_a_number(
    start: str, national: str, marks: list[tuple[int, str]]
) -> None:
    text = start + national
    for place, mark in marks:
        text = text[:place] + mark + text[place:]
    assert normalise(text) == by_phonenumbers(text)


def test_the_fast_way_answers_like_phonenumbers_in_every_block_of_numbers() -> None:
    chance = random.Random(1)
    for block in range(10_000):
        national = f"{block:04d}{chance.randrange(10**6):06d}"
        for text in (f"0{national}", national, f"+81{national}"):
            assert normalise(text) == by_phonenumbers(text), text


def test_a_number_shows_its_ends_only() -> None:
    assert mask("+819012345678") == "090****5678"
    assert mask("+16502530000") == "****0000"
    assert last_digits("+819012345678") == "5678"


def test_a_number_does_not_show_in_a_repr() -> None:
    assert "9012345678" not in repr(normalise("09012345678"))
