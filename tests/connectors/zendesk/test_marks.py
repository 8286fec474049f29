# SPDX-License-Identifier: GPL-3.0-or-later
"""The marks that end our notes."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.marks import ends_with_mark, mark_of, marks_in


@given(thread=st.text(), id_=st.text(), said=st.text())
def test_a_mark_is_the_same_at_every_try_and_is_found_again(
    thread: str, id_: str, said: str
) -> None:
    text = f"{said} {mark_of(thread, id_)}"

    assert marks_in(text)[-1] == mark_of(thread, id_)
    assert ends_with_mark(text)


def test_what_people_write_is_not_taken_for_ours() -> None:
    assert not ends_with_mark("注文番号 #12345678 の件")
    assert not ends_with_mark("#a1b2c3d4-9f3c を確認済み")
