"""`hub template` and `hub consent purpose` as their user meets them."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store import templates
from hub.store.tables.access import audit

GOOD = "{{sender_name}}です。{{name}}様へご案内。配信停止: {{opt_out_url}}"


@pytest.fixture
def text(tmp_path: Path):
    def write(content: str) -> str:
        (tmp_path / "text.txt").write_text(content, encoding="utf-8")
        return str(tmp_path / "text.txt")

    return write


def test_a_template_is_stored_in_versions(pulled, text):
    words = ("--purpose", "campaign", "--label", "春の案内", "--file")
    first = pulled("template", "add", "spring", *words, text(GOOD + "\n"))
    assert (first.code, first.out) == (0, 'Template "spring" is stored, version 1.\n')
    again = pulled("template", "add", "spring", *words, text(GOOD), "--json")
    assert again.json == {"key": "spring", "version": 1, "purpose": "campaign"}
    second = pulled("template", "add", "spring", *words, text(GOOD + "!"), "--json")
    assert second.json["version"] == 2
    (listed,) = pulled("template", "list", "--json").json
    assert (listed["key"], listed["version"], listed["label"]) == ("spring", 2, "春の案内")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("こんにちは", "missing_optout_url"),
        (GOOD + "{{shop}}", 'uses the field "shop", which there is not'),
        (GOOD + "}", "a brace that belongs to no field"),
        ("", "is empty"),
    ],
)
def test_a_text_that_cannot_go_is_refused_with_a_sentence(pulled, text, content, told):
    words = ("--purpose", "campaign", "--label", "x", "--file", text(content))
    answer = pulled("template", "add", "spring", *words)
    assert answer.code == 1
    assert told in answer.err
    assert pulled("template", "list", "--json").json == []


def test_lint_tells_what_is_missing_and_stores_nothing(pulled, text):
    told = pulled("template", "lint", text("春です"), "--purpose", "campaign", "--json")
    assert told.code == 1
    codes = [each["code"] for each in told.json["findings"]]
    assert codes == ["missing_official_name", "missing_optout_url", "missing_optout_statement"]
    fine = pulled("template", "lint", text("春です"), "--purpose", "booking")
    assert (fine.code, fine.err) == (0, "")
    assert "1 SMS" in fine.out
    assert pulled("template", "list", "--json").json == []


def test_lint_shows_the_text_as_it_would_pass(pulled, text):
    told = pulled("template", "lint", text("春です。" * 5), "--purpose", "campaign")
    assert "春です。\n  | {{sender_name}} 配信停止:{{opt_out_url}}" in told.err
    assert "1 SMS before, 2 after" in told.err
    better = pulled(
        "template", "lint", text("春です。" * 5), "--purpose", "campaign", "--json"
    ).json
    assert (better["segments"], better["mended_segments"]) == (1, 2)
    again = pulled("template", "lint", text(better["mended"]), "--purpose", "campaign")
    assert again.code == 0


def test_what_cannot_be_stored_is_shown_as_it_would_pass_at_creation_too(pulled, text):
    words = ("--purpose", "campaign", "--label", "x", "--file", text("春です"))
    assert "配信停止:{{opt_out_url}}" in pulled("template", "add", "spring", *words).err


def test_a_notice_that_looks_like_an_offer_needs_a_reason_which_is_kept(pulled, text, here):
    words = ("--purpose", "booking", "--label", "x", "--file", text("割引券のお渡しは明日です"))
    refused = pulled("template", "add", "pick-up", *words)
    assert refused.code == 1
    assert "transactional_with_offer" in refused.err
    stored = pulled("template", "add", "pick-up", *words, "--confirm", "注文された券の受け取り")
    assert stored.code == 0
    with here().database.read() as tx:
        row = templates.latest(tx, "pick-up")
        trail = tx.execute(sa.select(audit.c.action, audit.c.detail)).all()
    assert row is not None
    assert row.confirmed_why == "注文された券の受け取り"
    assert ("template.confirmed", {"codes": ["transactional_with_offer"]}) in [
        (each.action, each.detail) for each in trail
    ]


def test_an_error_cannot_be_confirmed(pulled, text):
    words = ("--purpose", "campaign", "--label", "x", "--file", text("春です"))
    assert pulled("template", "add", "spring", *words, "--confirm", "急ぎ").code == 1


def test_the_sender_page_counts_with_its_real_length(pulled, text):
    told = pulled("template", "lint", text("{{sender_page}}"), "--purpose", "booking", "--json")
    assert told.json["encoding"] == "gsm7"
    assert told.json["segments"] == 1


def test_a_field_of_the_mapping_may_be_used(pulled, text):
    told = pulled("template", "lint", text("{{store}}でお待ちします"), "--purpose", "booking")
    assert told.code == 0


def test_a_purpose_that_is_not_there_is_told(pulled, text):
    told = pulled("template", "lint", text(GOOD), "--purpose", "nope")
    assert told.code == 1
    assert 'There is no purpose "nope"' in told.err


def test_a_missing_file_is_wrong_usage(pulled):
    told = pulled("template", "lint", "/does/not/exist", "--purpose", "campaign")
    assert told.code == 2


def test_a_purpose_is_described_in_versions(run):
    words = ("--label", "お得な情報", "--text", "SMSでお送りします。")
    made = run("consent", "purpose", "add", "campaign", "--class", "mixed", *words, "--json")
    assert made.json["class"] == "promotional"
    again = run("consent", "purpose", "add", "campaign", "--class", "promotional", *words)
    assert again.out == 'Purpose "campaign" is stored, version 1 (promotional).\n'
    (listed,) = run("consent", "purpose", "list", "--json").json
    assert (listed["key"], listed["version"], listed["label"]) == ("campaign", 1, "お得な情報")


def test_a_purpose_with_a_name_that_means_something_else_is_refused(run):
    told = run(
        "consent", "purpose", "add", "all", "--class", "promotional", "--label", "x", "--text", "x"
    )
    assert told.code == 1
    assert "cannot name a purpose" in told.err
