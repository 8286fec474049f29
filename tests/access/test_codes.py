"""One-time codes: those of RFC 6238, good for a minute and a half, and never twice."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access import codes

# RFC 6238, appendix B: this secret, cut to six digits.
SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


def at(second):
    return datetime.fromtimestamp(second, UTC)


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(second, code):
    assert codes.step_of(SECRET, code, at(second), 0) == second // 30


WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
"""Full-width digits, as a Japanese keyboard gives them."""


@pytest.mark.parametrize("typed", ["081 804", "081-804", "081804".translate(WIDE), " 081804\t"])
def test_a_code_may_be_typed_with_spaces_and_full_width_digits(typed):
    assert codes.step_of(SECRET, typed, at(1111111109), 0) is not None


@pytest.mark.parametrize("typed", ["", "81804", "081805", "0818040", "x" * 5000, "0" * 6, "\0"])
def test_what_is_no_code_of_now_is_wrong(typed):
    assert codes.step_of(SECRET, typed, at(1111111109), 0) is None


@given(st.integers(-5, 5), st.integers(0, 29))
def test_a_code_is_good_in_its_step_and_the_ones_beside_it(steps, second):
    start = 1111111109 // 30 * 30
    found = codes.step_of(SECRET, "081804", at(start + steps * 30 + second), 0)
    assert (found is not None) == (abs(steps) <= 1)


@given(st.integers(-3, 3))
def test_a_code_of_a_used_step_or_before_is_not_good_again(ahead):
    step = 1111111109 // 30
    found = codes.step_of(SECRET, "081804", at(1111111109), step + ahead)
    assert (found is not None) == (ahead < 0)


def test_an_app_reads_the_secret_from_the_address():
    uri = codes.uri(SECRET, "sato@example.jp")
    assert uri.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in uri
    assert "issuer=SMS%20Connector%20Hub" in uri


def test_ten_recovery_codes_all_different_and_typed_in_any_way():
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    first = made[0]
    for typed in (first, first.replace("-", ""), first.upper(), first.replace("-", " ")):
        assert codes.recovery_hash(typed) == codes.recovery_hash(first)
    assert codes.recovery_hash(first) != codes.recovery_hash(made[1])


def test_secrets_differ_and_are_long_enough():
    assert codes.new_secret() != codes.new_secret()
    assert len(codes.new_secret()) == 32
    assert timedelta(seconds=codes.STEP) == timedelta(seconds=30)
