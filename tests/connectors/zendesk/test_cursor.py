# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pull stands."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk import cursor
from hub.sdk import FieldMapping


@given(after=st.one_of(st.none(), st.text()))
def test_a_place_is_read_back_as_it_was_written(after: str | None) -> None:
    of = cursor.fingerprint("acme", FieldMapping(phone="phone"))

    assert cursor.load(cursor.dump(after, of), of) == after


def test_another_mapping_or_account_reads_everything_anew() -> None:
    of = cursor.fingerprint("acme", FieldMapping(phone="phone"))
    written = cursor.dump("MTc2", of)

    for other in (
        cursor.fingerprint("acme", FieldMapping(phone="phone", consent="sms_consent")),
        cursor.fingerprint("other", FieldMapping(phone="phone")),
    ):
        assert cursor.load(written, other) is None


@given(text=st.one_of(st.none(), st.text()))
def test_a_place_nobody_can_read_is_the_beginning(text: str | None) -> None:
    assert cursor.load(text, "of") is None
