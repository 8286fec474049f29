import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages import characters
from hub.messages.characters import BadCharacter, suggest, unsupported
from hub.messages.segments import carries
from hub.sdk import GatewayProfile

JIS = GatewayProfile(counting="sjis_bytes")
MICROSOFT = GatewayProfile(counting="cp932_bytes")
UNICODE = GatewayProfile(counting="utf16")
PROFILES = st.sampled_from(
    [JIS, MICROSOFT, UNICODE, GatewayProfile(unsupported="~^—♡"), GatewayProfile(unsupported="()")]
)
TEXTS = st.text(
    st.one_of(st.sampled_from("髙﨑𠮷①㈱～〜—·♡“😀か\u3099e\u0301がア漢a1"), st.characters()),
    max_size=60,
)


@pytest.mark.parametrize(
    ("char", "instead"),
    [
        ("髙", "高"),
        ("﨑", "崎"),
        ("𠮷", "吉"),
        ("濵", "浜"),
        ("𣘺", "橋"),
        ("\ufa10", "塚"),
        ("①", "(1)"),
        ("⑳", "(20)"),
        ("㈱", "(株)"),
        ("～", "〜"),
        ("－", "−"),
        ("—", "―"),
        ("–", "-"),
        ("·", "・"),
        ("♡", ""),
        ("😀", ""),
        ("\u200b", ""),
        ("\u00a0", " "),
        ("Ⅲ", "III"),
        ("é", "e"),
        ("€", "ユーロ"),
        ("𩸽", None),
        ("가", None),
    ],
)
def test_what_shift_jis_lacks_has_its_usual_form_beside_it(char, instead):
    assert unsupported(f"漢字{char}", JIS) == [BadCharacter(char=char, index=2, suggestion=instead)]


def test_the_wave_dash_is_told_the_other_way_round_where_the_other_one_is_carried():
    assert suggest("～", JIS) == "〜"
    assert suggest("¥", MICROSOFT) == "￥"


def test_what_a_gateway_carries_is_not_told():
    assert unsupported("髙橋①㈱～", MICROSOFT) == []
    assert unsupported("髙橋①㈱～𠮷♡😀", UNICODE) == []


def test_a_gateway_that_cannot_carry_the_first_choice_gets_the_next():
    assert suggest("—", GatewayProfile(unsupported="—―")) == "-"
    assert suggest("①", GatewayProfile(unsupported="①()")) == "1"


def test_curly_quotes_become_straight_where_a_gateway_names_them():
    profile = GatewayProfile(unsupported="“”’")
    assert [each.suggestion for each in unsupported("“It’s”", profile)] == ['"', "'", '"']


def test_each_place_of_a_character_is_told():
    assert [each.index for each in unsupported("髙い髙橋", JIS)] == [0, 2]


def test_a_letter_and_its_mark_are_one_character():
    found = unsupported("か\u3099き", JIS)
    assert found == [BadCharacter(char="か\u3099", index=0, suggestion="が")]


def test_a_name_is_in_no_representation():
    assert "髙" not in repr(unsupported("髙橋", JIS))
    assert "高" not in repr(unsupported("髙橋", JIS))


def test_every_form_of_a_kanji_in_the_list_is_one_shift_jis_lacks_and_its_common_form_is_not():
    for rare, common in characters._VARIANTS.split():
        assert not carries(rare, JIS), rare
        assert carries(common, JIS), common


def test_the_common_form_is_another_character():
    # Where an editor had normalised the source, rare and common would be the same.
    for rare, common in characters._VARIANTS.split():
        assert unicodedata.normalize("NFC", rare) != common


@given(TEXTS, PROFILES)
def test_a_suggestion_can_always_be_carried(text, profile):
    for each in unsupported(text, profile):
        assert each.suggestion is None or carries(each.suggestion, profile)


@given(TEXTS, PROFILES)
def test_a_text_with_nothing_to_tell_is_carried_and_any_other_is_not(text, profile):
    assert (unsupported(text, profile) == []) is carries(text, profile)


@given(TEXTS, PROFILES)
def test_a_text_written_as_suggested_is_carried(text, profile):
    mended, end = "", 0
    for each in unsupported(text, profile):
        assert text[each.index :].startswith(each.char)
        assert each.index >= end
        mended += text[end : each.index] + (each.suggestion or "")
        end = each.index + len(each.char)
    assert carries(mended + text[end:], profile)
