from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.segments import (
    BASIC,
    EXTENSION,
    billed_units,
    carries,
    gateway_units,
    measure,
    split,
)
from hub.sdk import GatewayProfile

ROOM = {("gsm7", 8): 153, ("gsm7", 16): 152, ("ucs2", 8): 67, ("ucs2", 16): 66}

# Vectors of the facts on Japanese SMS, checked there against other programs.
VECTORS = [
    ("あ" * 70, "ucs2", 70, 1),
    ("あ" * 71, "ucs2", 71, 2),
    ("あ" * 134, "ucs2", 134, 2),
    ("あ" * 135, "ucs2", 135, 3),
    ("あ" * 660, "ucs2", 660, 10),
    ("あ" * 670, "ucs2", 670, 10),
    ("あ" * 671, "ucs2", 671, 11),
    ("A" * 160, "gsm7", 160, 1),
    ("A" * 161, "gsm7", 161, 2),
    ("A" * 1530, "gsm7", 1530, 10),
    ("A" * 159 + "あ", "ucs2", 160, 3),
    ("A" * 159 + "’", "ucs2", 160, 3),
    ("€" * 80, "gsm7", 160, 1),
    ("€" * 81, "gsm7", 162, 2),
    ("A" * 152 + "€" + "A" * 152, "gsm7", 306, 3),
    ("😀" * 35, "ucs2", 70, 1),
    ("😀" * 36, "ucs2", 72, 2),
    ("😀" * 67, "ucs2", 134, 3),
    ("A" * 69 + "😀", "ucs2", 71, 2),
    ("¥100", "gsm7", 4, 1),
    ("", "gsm7", 0, 1),
]

texts = st.text(
    st.one_of(st.sampled_from(sorted(BASIC | EXTENSION)), st.characters()), max_size=400
)


@pytest.mark.parametrize(("text", "encoding", "units", "segments"), VECTORS)
def test_a_text_is_counted_as_phones_count_it(text, encoding, units, segments):
    found = measure(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


def test_a_reference_of_16_bits_leaves_one_unit_less_in_each_part():
    assert measure("あ" * 133, 8).segments == 2
    assert measure("あ" * 133, 16).segments == 3


def test_the_alphabet_has_the_127_characters_of_the_standard():
    assert (len(BASIC), len(EXTENSION)) == (127, 9 + 1)
    assert "ç" not in BASIC
    assert "Ç" in BASIC
    assert "`" not in BASIC


@given(texts, st.sampled_from([8, 16]))
def test_the_parts_of_a_text_are_the_text_and_each_fits(text, bits):
    parts = split(text, bits)
    assert "".join(parts) == text
    encoding = measure(text).encoding
    if len(parts) > 1:
        for part in parts:
            assert 0 < cost(part, encoding) <= ROOM[encoding, bits]


@given(texts, st.sampled_from([8, 16]))
def test_no_part_could_take_the_next_character_too(text, bits):
    parts = split(text, bits)
    encoding = measure(text).encoding
    for part, following in pairwise(parts):
        assert cost(part + following[0], encoding) > ROOM[encoding, bits]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("€" * 81, [76, 5]),
        ("A" * 152 + "€" + "A" * 152, [152, 152, 1]),
        ("😀" * 36, [33, 3]),
        ("あ" * 66 + "😀" + "あ" * 66, [66, 66, 1]),
        ("あ" * 65 + "😀" + "あ" * 66, [66, 66]),
    ],
)
def test_no_escape_pair_and_no_surrogate_pair_is_split(text, lengths):
    assert [len(part) for part in split(text)] == lengths


@given(texts, texts, st.sampled_from([8, 16]))
def test_a_longer_text_never_takes_fewer_segments(text, more, bits):
    assert measure(text + more, bits).segments >= measure(text, bits).segments


@given(texts)
def test_a_larger_reference_never_makes_fewer_parts(text):
    assert measure(text, 16).segments >= measure(text, 8).segments


@given(texts, texts, st.sampled_from(["utf16", "sjis_bytes", "cp932_bytes"]), st.booleans())
def test_a_longer_text_never_costs_fewer_of_a_gateways_units(text, more, counting, doubles):
    profile = GatewayProfile(counting=counting, newline_units=2, wide_doubles=doubles)
    assert gateway_units(text + more, profile) >= gateway_units(text, profile)


def cost(text: str, encoding: str) -> int:
    if encoding == "ucs2":
        return len(text.encode("utf-16-be", errors="surrogatepass")) // 2
    return len(text) + sum(character in EXTENSION for character in text)


@pytest.mark.parametrize(
    ("counting", "text", "units"),
    [
        ("utf16", "あ😀a\n", 5),
        ("sjis_bytes", "あa\n", 5),
        ("cp932_bytes", "髙a", 3),
        ("sjis_bytes", "ｱ", 1),
    ],
)
def test_a_gateway_counts_in_its_own_units(counting, text, units):
    breaks = 1 if counting == "utf16" else 2
    profile = GatewayProfile(counting=counting, newline_units=breaks)
    assert gateway_units(text, profile) == units


@pytest.mark.parametrize(
    ("counting", "bad"),
    [("sjis_bytes", "髙①㈱﨑𠮷♡😀—～"), ("cp932_bytes", "𠮷♡😀·"), ("utf16", "\ud83d")],
)
def test_a_gateway_carries_what_its_alphabet_has(counting, bad):
    profile = GatewayProfile(counting=counting)
    assert carries("漢字カナabc", profile)
    for character in bad:
        assert not carries(f"漢字{character}", profile)


def test_a_gateway_may_name_further_characters_it_cannot_carry():
    assert not carries("a~b", GatewayProfile(unsupported="~^"))
    assert carries("a-b", GatewayProfile(unsupported="~^"))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a" * 140, 140),
        ("あ" * 70, 140),
        ("あ" + "a" * 69, 140),
        ("ｱ" * 70, 140),
        ("あ\na", 6),
        ("a\r\nb", 4),
    ],
)
def test_where_one_wide_character_makes_all_wide_each_counts_twice(text, units):
    profile = GatewayProfile(counting="sjis_bytes", newline_units=2, wide_doubles=True)
    assert gateway_units(text, profile) == units


@given(texts)
def test_counting_all_as_wide_never_makes_a_text_shorter(text):
    plain = GatewayProfile(counting="sjis_bytes", newline_units=2)
    strict = GatewayProfile(counting="sjis_bytes", newline_units=2, wide_doubles=True)
    assert gateway_units(text, strict) >= gateway_units(text, plain)


@pytest.mark.parametrize(
    ("text", "segments", "by_seventy"),
    [
        ("", 1, 1),
        ("あ" * 70, 1, 1),
        ("あ" * 71, 2, 2),
        ("あ" * 134, 2, 2),
        ("あ" * 140, 3, 2),
        ("あ" * 141, 3, 3),
        ("あ" * 660, 10, 10),
        ("a" * 160, 1, 3),
    ],
)
def test_what_is_charged_follows_the_gateways_own_rule(text, segments, by_seventy):
    assert billed_units(text, GatewayProfile()) == segments
    assert billed_units(text, GatewayProfile(billing="per_70")) == by_seventy
