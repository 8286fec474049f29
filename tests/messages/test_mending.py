import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.linter import Sender, lint
from hub.messages.mending import MENDED, mend
from hub.messages.templates import parse

SENDER = Sender(name="株式会社ハブ", contact="03-0000-0000", address="東京都新宿区1-1")
PIECES = st.sampled_from(
    [
        "セールのお知らせ",
        "株式会社ハブ",
        "ハブ",
        "{{name}}",
        "{{sender_name}}",
        "{{opt_out_url}}",
        "{{ opt_out_url }}",
        "配信停止",
        "配信停止できません",
        "営業",
        "停止",
        "stop",
        "Opt-out",
        ":",
        "。",
        "\n",
        " ",
        "できません",
        "はできません",
        "a",
        "{{store}}",
        "x" * 40,
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join).filter(str.strip)


def mended(body: str, sender: Sender = SENDER, language="ja") -> str:
    return mend(body, lint(parse(body), sender), sender, language)


@given(TEXTS, st.sampled_from(["ja", "en"]))
def test_a_mended_text_lints_clean_and_keeps_every_word(body, language):
    text = mended(body, language=language)
    assert lint(parse(text), SENDER) == []
    words = [part for part in parse(body).parts if isinstance(part, str)]
    assert all(word.strip("\n") in text for word in words)


@given(TEXTS)
def test_a_text_that_is_fit_stays_as_it_is(body):
    text = mended(body)
    assert mended(text) == text


@given(TEXTS, st.builds(Sender, name=st.just(""), contact=st.just(""), address=st.just("")))
def test_what_is_a_matter_of_settings_stays_told(body, sender):
    left = {finding.code for finding in lint(parse(mended(body, sender)), sender)}
    assert left == {"missing_official_name", "no_sender_page"}
    assert left - MENDED == {"no_sender_page"}


@pytest.mark.parametrize(
    ("body", "better"),
    [
        ("春のセール", "春のセール\n{{sender_name}} 配信停止:{{opt_out_url}}"),
        ("春のセール {{sender_name}}", "春のセール {{sender_name}}\n配信停止:{{opt_out_url}}"),
        (
            "{{sender_name}} 詳細 {{opt_out_url}}",
            "{{sender_name}} 詳細 配信停止:{{opt_out_url}}",
        ),
        (
            "ハブのセール 配信停止:{{opt_out_url}}\n",
            "ハブのセール 配信停止:{{opt_out_url}}\n{{sender_name}}",
        ),
    ],
)
def test_what_is_missing_is_put_where_a_reader_expects_it(body, better):
    assert mended(body) == better
