"""The code of a double opt-in: what it is worth, how often, how long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent import codes
from hub.consent.codes import LIFE, TRIES, Typed
from hub.store.cipher import Cipher
from hub.store.keys import new_ring

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)


def judged(*, right: bool = True, tries: int = 0, waiting: bool = True, left: timedelta = LIFE):
    return codes.judge(right=right, tries=tries, waiting=waiting, expires_at=NOW + left, now=NOW)


@given(
    right=st.booleans(),
    tries=st.integers(0, 20),
    waiting=st.booleans(),
    left=st.timedeltas(-LIFE, LIFE),
)
def test_only_a_right_code_in_time_within_the_tries_is_worth_anything(right, tries, waiting, left):
    counts = right and waiting and tries < TRIES and left > timedelta(0)
    assert (judged(right=right, tries=tries, waiting=waiting, left=left) is Typed.RIGHT) is counts


def test_the_last_wrong_try_ends_it():
    assert judged(right=False, tries=TRIES - 2) is Typed.WRONG
    assert judged(right=False, tries=TRIES - 1) is Typed.OVER


def test_codes_have_six_digits_zeros_and_all():
    drawn = {codes.draw() for _ in range(3000)}
    assert all(len(code) == 6 and code.isdecimal() for code in drawn)
    assert any(code.startswith("0") for code in drawn)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456\n", "123456"),
        ("１２３-４５６", "123456"),
        ("#123456", "123456"),
        ("", ""),
        ("९९९९९९", ""),
        ("1" * 1000, "1" * 40),
    ],
)
def test_what_is_typed_is_read_by_its_digits(typed: str, code: str):
    assert codes.clean(typed) == code


@given(st.text(max_size=100))
def test_whatever_is_typed_gives_digits_or_nothing(typed: str):
    assert all(char in "0123456789" for char in codes.clean(typed))


def test_a_hash_holds_for_one_request_and_one_key_ring():
    one, other = Cipher(new_ring()), Cipher(new_ring())
    kept = codes.digest(one, "token", "123456")
    assert codes.same(one, kept, "token", "123456")
    assert not codes.same(one, kept, "another", "123456")
    assert not codes.same(one, kept, "token", "123457")
    assert not codes.same(other, kept, "token", "123456")
    assert not codes.same(one, None, "token", "123456")


def test_a_code_counts_though_the_keys_were_rotated_meanwhile():
    ring = new_ring()
    kept = codes.digest(Cipher(ring), "token", "123456")
    assert codes.same(Cipher(ring.plus("index", 2)), kept, "token", "123456")
