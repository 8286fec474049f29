"""`hub consent purpose`: versions, what consents cover, holds."""

import pytest
import sqlalchemy as sa

from hub.store.tables.access import audit

from .test_json_shapes import keys, shown

CAMPAIGN = ("consent", "purpose", "add", "campaign", "--label", "お得な情報")
AD = (*CAMPAIGN, "--class", "promotional", "--text")


@pytest.fixture
def text(tmp_path):
    def write(content):
        (tmp_path / "text.txt").write_text(content, encoding="utf-8")
        return str(tmp_path / "text.txt")

    return write


def dry_run(pulled, text):
    ad = "{{sender_name}}です。配信停止: {{opt_out_url}}"
    spring = ("--purpose", "campaign", "--label", "春", "--file", text(ad))
    assert pulled("template", "add", "spring", *spring).code == 0
    told = pulled("send", "spring", "--from", "crm", "--via", "sms", "--dry-run", "--json").json
    return dict(told["states"]), {each["code"]: each["count"] for each in told["reasons"]}


def test_other_words_for_advertising_are_covered_by_no_older_consent(pulled, text):
    _, before = dry_run(pulled, text)
    assert "narrower_purpose" not in before
    told = pulled(*AD, "SMSと電話でお送りします。")
    assert told.code == 0
    assert "consents to earlier versions do not cover it" in told.out
    _, after = dry_run(pulled, text)
    assert after["narrower_purpose"] > 0
    assert pulled(*AD, "SMSと電話でお送りします。", "--same-as", "1").code == 0
    assert dry_run(pulled, text)[1] == before


def test_every_version_is_shown_with_its_consents(pulled):
    pulled(*AD, "新しい文言", "--json")
    versions = pulled("consent", "purpose", "show", "campaign", "--json").json
    assert [(each["version"], each["same_as"]) for each in versions] == [(1, None), (2, None)]
    assert versions[0]["consents"] > 0
    assert versions[1]["consents"] == 0
    assert keys(versions) == keys(shown("hub consent purpose show"))
    listed = pulled("consent", "purpose", "show", "campaign").out
    assert "新しい文言" in listed
    assert "no" in listed


def test_a_description_looks_as_the_manual_says(pulled):
    made = pulled(*AD, "別の文言", "--json").json
    assert keys(made) == keys(shown("hub consent purpose add"))


def test_what_cannot_be_declared_is_told(pulled):
    assert pulled(*AD, "x", "--same-as", "1", "--wider").code == 2
    told = pulled(*AD, "x", "--same-as", "7")
    assert told.code == 1
    assert "There is no version 7" in told.err
    told = pulled("consent", "purpose", "show", "nothing")
    assert (told.code, "There is no purpose" in told.err) == (1, True)


def test_under_a_hold_nobody_may_be_texted_until_it_is_released(pulled, here, text):
    hold = ("consent", "purpose", "hold", "campaign", "--why", "措置命令 1号")
    before = dry_run(pulled, text)
    assert pulled(*hold).code == 0
    assert "already" in pulled(*hold).out
    states, reasons = dry_run(pulled, text)
    assert states.keys() == {"refused"}
    assert reasons["legal_hold"] > 0
    assert "held" in pulled("consent", "purpose", "list").out
    assert pulled("consent", "purpose", "release", "campaign").code == 0
    assert "no hold" in pulled("consent", "purpose", "release", "campaign").out
    assert dry_run(pulled, text) == before
    with here().database.read() as tx:
        actions = tx.execute(sa.select(audit.c.action)).scalars().all()
    assert {"purpose.held", "purpose.released"} <= set(actions)


def test_a_purpose_nobody_described_cannot_be_held(pulled):
    for words in (("hold", "nothing", "--why", "x"), ("release", "nothing")):
        told = pulled("consent", "purpose", *words)
        assert told.code == 1
        assert "There is no purpose" in told.err
