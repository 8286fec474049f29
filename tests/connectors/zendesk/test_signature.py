# SPDX-License-Identifier: GPL-3.0-or-later
"""How Zendesk's signatures are checked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.settings import PUBLIC_SECRET
from connectors.zendesk.signature import WINDOW, is_fresh, is_signed, sign

AT = "2024-01-02T03:04:05Z"
NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_timestamp_comes_before_the_body_and_the_key_is_not_decoded() -> None:
    body = b'{"ticket_id":"42","event":"sms.send"}'

    assert sign(PUBLIC_SECRET, AT, body) == "t/DMe+41BeJgvsvw+2kSvt3rUyNHCTCoMnUA964PQMA="


def test_a_request_without_a_body_is_signed_too() -> None:
    assert sign(PUBLIC_SECRET, AT, b"") == "XI57mUNSpbUd41j7b2EzhYl7zp9dD2xQ2Y2ESyeXasg="


@given(secret=st.text(min_size=1), body=st.binary(), other=st.binary())
def test_a_signature_holds_for_its_own_body_alone(secret: str, body: bytes, other: bytes) -> None:
    signature = sign(secret, AT, body)

    assert is_signed([secret], signature, AT, other) is (body == other)


@given(signature=st.text(), timestamp=st.text(), body=st.binary())
def test_what_a_stranger_makes_up_is_neither_believed_nor_a_crash(
    signature: str, timestamp: str, body: bytes
) -> None:
    assert not is_signed(["sesame"], signature, timestamp, body)


def test_one_of_several_secrets_is_enough() -> None:
    assert is_signed(["old", "new"], sign("new", AT, b"x"), AT, b"x")
    assert not is_signed(["old", "new"], sign("other", AT, b"x"), AT, b"x")


@given(seconds=st.integers(min_value=-1000, max_value=1000))
def test_five_minutes_count_both_ways(seconds: int) -> None:
    assert is_fresh(AT, NOW + timedelta(seconds=seconds)) is (abs(seconds) <= WINDOW.seconds)


def test_a_timestamp_without_a_zone_or_sense_is_not_fresh() -> None:
    assert not is_fresh("2024-01-02T03:04:05", NOW)
    assert not is_fresh("yesterday", NOW)
