"""Passwords: long rather than odd, none that everybody tries, kept as argon2id."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access import passwords

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 300,
        "password1234",
        "Passw0rd!Passw0rd!",
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop1234",
        "abcdefghijklmn",
        "administrator1!",
        "sato123456789",
        "ababababababab",
        "            ",
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password):
    assert passwords.problem(password, "sato@example.jp") is not None


@pytest.mark.parametrize(
    "password", [GOOD, "令和七年のみかん箱おいしい", "tR8#kq!mW2zL", "sea otter 4 lunch"]
)
def test_a_long_password_of_unrelated_words_is_taken_without_other_rules(password):
    assert passwords.problem(password, "sato@example.jp") is None


def test_only_the_same_password_is_right():
    kept = passwords.make(GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in kept
    assert passwords.right(GOOD, kept)
    assert not passwords.right(GOOD + ".", kept)
    assert not passwords.right("", kept)


def test_two_users_with_one_password_are_kept_differently():
    assert passwords.make(GOOD) != passwords.make(GOOD)


def test_a_full_width_keyboard_types_the_same_password():
    wide = "".join(chr(ord(each) + 0xFEE0) if each != " " else "\u3000" for each in GOOD)
    assert passwords.right(wide, passwords.make(GOOD))


@settings(max_examples=5, deadline=None)
@given(st.text(max_size=40))
def test_where_no_password_is_kept_none_is_right(password):
    assert not passwords.right(password, None)
