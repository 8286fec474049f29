import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.misfits import Misfit, find_misfits, tally, visible
from hub.messages.segments import carries
from hub.messages.templates import parse, render
from hub.sdk import GatewayProfile

JIS = GatewayProfile(counting="sjis_bytes")
TEMPLATE = parse("{{name}}様 {{store}}の①日目です")
KEN = {"name": "髙﨑", "store": "本店"}


def test_a_character_is_told_with_the_field_that_brings_it():
    assert find_misfits(TEMPLATE, KEN, JIS) == (
        Misfit(char="髙", place="name", suggestion="高"),
        Misfit(char="﨑", place="name", suggestion="崎"),
        Misfit(char="①", place=None, suggestion="(1)"),
    )


def test_without_values_only_the_text_itself_is_looked_at():
    assert [each.char for each in find_misfits(TEMPLATE, {}, JIS)] == ["①"]


def test_the_same_character_twice_in_a_field_is_told_once():
    assert len(find_misfits(parse("{{name}}"), {"name": "髙い髙"}, JIS)) == 1


@pytest.mark.parametrize(
    ("misfit", "ja", "en"),
    [
        (
            Misfit(char="髙", place="name", suggestion="高"),
            "差し込み項目「name」の「髙」はゲートウェイで送れません。「高」なら送れます。",
            '"髙" in the field name cannot be carried by the gateway. "高" can.',
        ),
        (
            Misfit(char="♡", place=None, suggestion=""),
            "本文の「♡」はゲートウェイで送れません。削除してください。",
            '"♡" in the text cannot be carried by the gateway. Leave it out.',
        ),
        (
            Misfit(char="𩸽", place="name", suggestion=None),
            "差し込み項目「name」の「𩸽」はゲートウェイで送れません。かなで書いてください。",
            '"𩸽" in the field name cannot be carried by the gateway. Write it in kana.',
        ),
    ],
)
def test_the_sentence_says_which_where_and_what_instead(misfit, ja, en):
    assert (misfit.words().ja, misfit.words().en) == (ja, en)


@pytest.mark.parametrize(
    ("char", "shown"),
    [("\u200b", "U+200B"), ("\u200d", "U+200D"), ("\ufe0f", "U+FE0F"), ("\ud83d", "U+D83D")],
)
def test_what_shows_nothing_by_itself_is_told_by_its_number(char, shown):
    assert visible(char) == shown


def test_many_peoples_misfits_are_counted_and_the_first_few_are_named():
    name = find_misfits(TEMPLATE, KEN, JIS)
    text = find_misfits(TEMPLATE, {}, JIS)
    told = tally([(link, name if link < 5 else text) for link in range(1, 8)])
    assert [(each.misfit.char, each.people, each.links) for each in told] == [
        ("①", 7, (1, 2, 3)),
        ("髙", 4, (1, 2, 3)),
        ("﨑", 4, (1, 2, 3)),
    ]


@given(
    st.text(st.sampled_from("髙か\u3099①a山～"), max_size=8),
    st.text(st.sampled_from("髙か\u3099①a山～"), max_size=8),
)
def test_every_text_that_cannot_go_has_a_misfit_with_a_place_in_it(name, store):
    values = {"name": f"{name}.", "store": f"{store}."}
    found = find_misfits(TEMPLATE, values, JIS)
    assert bool(found) is not carries(render(TEMPLATE, values), JIS)
    for each in found:
        assert each.char[0] in (values[each.place] if each.place else "様 の①日目です")
