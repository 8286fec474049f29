import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox_gateway.sandbox.length import measure


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 80, 1),
        ("€" * 81, 81, 2),
        ("a" * 152 + "€" + "a" * 151, 304, 2),
        ("a" * 152 + "€" + "a" * 152, 305, 3),
        ("ç", 1, 1),
        ("あ" * 70, 70, 1),
        ("あ" * 71, 71, 2),
        ("あ" * 134, 134, 2),
        ("あ" * 135, 135, 3),
        ("𠮷" * 35, 70, 1),
        ("𠮷" * 36, 72, 2),
        ("あ" * 66 + "𠮷" + "あ" * 66, 134, 3),
        ("あ" * 670, 670, 10),
    ],
)
def test_texts_are_counted_as_carriers_count_them(text, units, segments):
    length = measure(text)

    assert (length.units, length.segments) == (units, segments)


@given(st.text(max_size=300))
def test_segments_hold_the_text_and_none_is_needless(text):
    length = measure(text)

    assert length.segments == 1 or (length.segments - 1) * 66 < 2 * length.units
    assert length.units <= length.segments * 160
