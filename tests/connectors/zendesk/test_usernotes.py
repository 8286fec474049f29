# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes field of a user."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.marks import ends_with_mark, mark_of
from connectors.zendesk.usernotes import MOST_LINES, folded, marks_of

AT = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
LINES = st.lists(
    st.text(st.characters(categories=["L", "N"], include_characters=" ー"), min_size=1)
)


def test_an_sms_has_one_line_that_its_newer_state_replaces() -> None:
    sent = folded("常連のお客様", mark_of("m1", "sent"), "SMSを送信しました。", AT)
    both = folded(sent, mark_of("m1", "delivered"), "SMSが届きました。", AT)

    mark = mark_of("m1", "delivered")
    assert both == f"常連のお客様\nSMSが届きました。 (2026-01-13 10:00) {mark}"


@given(lines=LINES, count=st.integers(min_value=1, max_value=25))
def test_people_s_lines_stay_and_ours_are_limited(lines: list[str], count: int) -> None:
    notes = "\n".join(lines)
    for number in range(count):
        notes = folded(notes, mark_of(f"m{number}", "sent"), "SMSを送信しました。", AT)

    after = notes.splitlines()
    assert [line for line in after if not ends_with_mark(line)] == "\n".join(lines).splitlines()
    assert len(marks_of(notes)) == min(count, MOST_LINES)
    assert marks_of(notes)[-1] == mark_of(f"m{count - 1}", "sent")
