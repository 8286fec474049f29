import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.messages.linter import WORDS, Sender, lint
from hub.messages.templates import parse

SENDER = Sender(name="株式会社ハブ", contact="03-0000-0000", address="東京都新宿区1-1")


def codes(body: str, sender: Sender = SENDER) -> list[str]:
    return [finding.code for finding in lint(parse(body), sender)]


@pytest.mark.parametrize(
    "body",
    [
        "セール {{sender_name}} 配信停止:{{opt_out_url}}",
        "セール 株式会社ハブ 配信停止は{{opt_out_url}}",
        "{{sender_name}}\n配信停止はこちら\n{{opt_out_url}}",
        "{{sender_name}} {{opt_out_url}} (配信停止)",
        "{{sender_name}} STOP: {{opt_out_url}}",
        "{{sender_name}} Opt-out {{opt_out_url}}",
    ],
)
def test_a_text_with_all_items_is_fit(body):
    assert codes(body) == []


def test_the_official_name_must_be_there():
    assert codes("ハブ 配信停止:{{opt_out_url}}") == ["missing_official_name"]


def test_a_sender_without_an_official_name_is_no_sender():
    nobody = Sender(name="", contact="03", address="東京")
    assert codes("{{sender_name}} 配信停止:{{opt_out_url}}", nobody) == ["missing_official_name"]


def test_the_opt_out_link_must_be_there():
    assert codes("{{sender_name}} 配信停止できます") == ["missing_optout_url"]


def test_the_words_about_opting_out_must_be_there():
    assert codes("{{sender_name}} 詳しくは{{opt_out_url}}") == ["missing_optout_statement"]


@pytest.mark.parametrize(
    "body",
    [
        "配信停止もできます。ところで今日は大変お得なセールです {{opt_out_url}} {{sender_name}}",
        "配信停止:{{name}}{{opt_out_url}} {{sender_name}}",
    ],
)
def test_the_words_must_stand_directly_beside_the_link(body):
    assert codes(body) == ["optout_statement_not_adjacent"]


@pytest.mark.parametrize("lack", [{"contact": ""}, {"address": ""}])
def test_the_linked_page_must_have_address_and_contact(lack):
    sender = Sender(**{**vars(SENDER), **lack})
    assert codes("{{sender_name}} 配信停止:{{opt_out_url}}", sender) == ["no_sender_page"]


@pytest.mark.parametrize(
    "body",
    [
        "{{sender_name}} 本日営業停止:{{opt_out_url}}",
        "{{sender_name}} 配信停止できません {{opt_out_url}}",
        "{{sender_name}} 配信停止はできかねます {{opt_out_url}}",
        "{{sender_name}} nonstop {{opt_out_url}}",
    ],
)
def test_words_that_only_look_like_it_do_not_count(body):
    assert codes(body) == ["missing_optout_statement"]


def test_spaces_do_not_make_another_name_of_the_official_one():
    assert codes("株式会社 ハブ 配信停止:{{opt_out_url}}") == []


def test_every_code_has_a_sentence_in_both_languages():
    found = codes("あ", Sender(name="", contact="", address=""))
    assert set(found) | {"optout_statement_not_adjacent"} == set(WORDS)
    assert all(words.ja and words.en and words.ja != words.en for words in WORDS.values())


@given(st.lists(st.sampled_from(["配信", "停止", "{{name}}", "あ", "{{sender_name}}", "。"])))
def test_a_text_without_the_link_is_never_fit(parts):
    body = "".join(parts)
    if body.strip():
        assert "missing_optout_url" in codes(body)
