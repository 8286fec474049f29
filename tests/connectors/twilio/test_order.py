from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio.order import LONGEST, SHORTEST, form, validity
from hub.sdk import Outgoing

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
SMS = Outgoing(id="0b6f", number="+819012345678", text="こんにちは")


def test_without_a_last_moment_twilio_decides():
    assert validity(None, NOW) is None
    assert "ValidityPeriod" not in form(SMS, {"From": "Shop"}, None)


@pytest.mark.parametrize(
    ("left", "period"),
    [(5, 5), (5.9, 5), (4.9, 0), (0, 0), (-60, 0), (36_000, 36_000), (90_000, 36_000)],
)
def test_the_last_moment_becomes_a_period(left, period):
    assert validity(NOW + timedelta(seconds=left), NOW) == period


@given(st.floats(-1e6, 1e6))
def test_a_period_never_outlives_the_last_moment(left):
    period = validity(NOW + timedelta(seconds=left), NOW)

    assert period == 0 or SHORTEST <= period <= min(left + 1e-3, LONGEST)


def test_our_key_travels_in_the_address_of_the_callback():
    sms = Outgoing(
        id="0b6f/ ?", number="+819012345678", text="x", callback_url="https://h.example/in/sms/"
    )

    assert form(sms, {"From": "Shop"}, None)["StatusCallback"] == (
        "https://h.example/in/sms/0b6f%2F%20%3F#rc=4&rp=5xx,ct,rt"
    )


def test_a_hub_without_a_public_address_names_none():
    assert "StatusCallback" not in form(SMS, {"From": "Shop"}, None)


def test_twilio_may_not_replace_characters():
    assert form(SMS, {"From": "Shop"}, 60) == {
        "From": "Shop",
        "To": "+819012345678",
        "Body": "こんにちは",
        "SmartEncoded": "false",
        "ValidityPeriod": "60",
    }
