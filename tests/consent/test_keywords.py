import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.consent.keywords import AMBIGUOUS, Keyword, Vocabulary, bare, classify

STOPS = [
    "STOP",
    "stop all",
    "Unsubscribe",
    "opt out",
    "停止",
    "配信停止",
    "ストップ",
    "退会",
    "不要",
]


@pytest.mark.parametrize(
    "text",
    [
        *STOPS,
        "ＳＴＯＰ",
        "ｽﾄｯﾌﾟ",
        "「停止」",
        "停 止!",
        "st\u200bop",
        "STOP🙏",
        "停止\n山田",
        "\n\nstop.",
    ],
)
def test_a_whole_line_that_says_stop_is_a_stop(text: str) -> None:
    assert classify(text) is Keyword.STOP


@pytest.mark.parametrize(
    "text",
    [
        "停止しないで",
        "もう送らないでください",
        "please stop texting me",
        "配信停止の方法は?",
        "やめて",
    ],
)
def test_a_text_that_only_holds_the_word_is_for_a_person_to_read(text: str) -> None:
    assert classify(text) is Keyword.NEAR_STOP


@pytest.mark.parametrize(
    ("text", "keyword"), [("再開", "start"), ("START", "start"), ("HELP", "help")]
)
def test_start_and_help_are_known(text: str, keyword: str) -> None:
    assert classify(text) == keyword


@pytest.mark.parametrize(
    "text",
    ["", "  ", "キャンセル", "予約をキャンセルしたい", "いいえ", "はい", "ありがとう", "send it"],
)
def test_an_ordinary_answer_is_none_of_them(text: str) -> None:
    assert classify(text) is None


def test_look_alikes_of_another_script_stay_different() -> None:
    assert classify("ЅТОР") is None


noise = st.text(st.sampled_from(" 　.,!?「」。、…\u200b\u2060🙏-*"), max_size=5)


@given(noise, st.sampled_from(STOPS), noise, st.text(max_size=40))
def test_noise_around_a_stop_never_hides_it(before: str, word: str, after: str, rest: str) -> None:
    assert classify(f"{before}{word}{after}\n{rest}") is Keyword.STOP


@given(st.text(max_size=200))
def test_any_text_is_understood_without_error(text: str) -> None:
    assert classify(text) in (*Keyword, None)


@given(st.text(max_size=20), st.sampled_from(STOPS), st.text(max_size=20))
def test_a_japanese_stop_word_anywhere_is_at_least_looked_at(
    before: str, word: str, after: str
) -> None:
    found = classify(f"{before}{word}{after}")
    if not word.isascii():
        assert found is not None


@pytest.mark.parametrize("word", sorted(AMBIGUOUS))
def test_a_word_that_may_mean_the_booking_can_be_taken_out(word: str) -> None:
    assert classify(word) is Keyword.STOP
    assert classify(word, Vocabulary(without=frozenset({word}))) is None


@given(st.frozensets(st.sampled_from([bare(word) for word in STOPS])))
def test_no_other_word_can_be_taken_out(words: frozenset[str]) -> None:
    vocabulary = Vocabulary(without=words)
    assert {classify(word, vocabulary) for word in STOPS} == {Keyword.STOP}


def test_a_deployments_own_word_is_a_stop_in_any_form_and_near_inside_a_sentence() -> None:
    vocabulary = Vocabulary(extra=frozenset({bare("キャンセル")}))
    assert classify("ｷｬﾝｾﾙ!", vocabulary) is Keyword.STOP
    assert classify("予約をキャンセルしたい", vocabulary) is Keyword.NEAR_STOP
    assert classify("キャンセル") is None
