"""`hub consent collection preview`, `show` and `revoke` as their user meets them."""

import pytest

from .conftest import PEOPLE

PERIOD = ("--from", "2020-01-01", "--where", "store=東京")


@pytest.fixture
def declared(pulled, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("お得な情報をSMSで受け取ります。", encoding="utf-8")
    how = ("--purpose", "campaign", "--method", "checkbox", "--wording-file", str(words))
    signed = ("--not-preticked", "--signed-by", "佐藤", "--statement", "店頭で取得しました。")
    told = pulled("consent", "collection", "declare", "crm", *how, *PERIOD, *signed, "--json")
    assert told.code == 0
    return pulled


def look(run):
    asked = ("--purpose", "campaign", *PERIOD)
    return run("consent", "collection", "preview", "crm", *asked, "--json").json


def test_a_preview_says_what_the_declaration_will_cover(pulled):
    said = look(pulled)
    assert said["records"] == PEOPLE
    assert said["records"] == said["covered"] + sum(each["count"] for each in said["others"])
    told = pulled("consent", "collection", "preview", "crm", "--purpose", "campaign", *PERIOD)
    assert f"Of {PEOPLE} records of crm" in told.out
    assert "Does not say yes to this purpose" in told.out


def test_show_tells_the_text_the_signer_and_what_rests_on_it(pulled, declared):
    said = look(declared)["covered"]
    assert declared("sync", "crm").code == 0
    shown = declared("consent", "collection", "show", "1", "--json").json
    assert (shown["signed_by"], shown["wording"]) == ("佐藤", "お得な情報をSMSで受け取ります。")
    assert shown["grounds"] == said
    assert "お得な情報をSMSで受け取ります。" in declared("consent", "collection", "show", "1").out


def test_taking_it_back_says_how_many_grounds_fall(declared):
    assert declared("sync", "crm").code == 0
    standing = declared("consent", "collection", "show", "1", "--json").json["grounds"]
    told = declared("consent", "collection", "revoke", "1", "--by", "佐藤", "--json")
    assert told.json["grounds"] == standing
    assert declared("consent", "collection", "show", "1", "--json").json["revoked_by"] == "佐藤"


def test_a_declaration_that_is_not_there_is_told(pulled):
    told = pulled("consent", "collection", "show", "9")
    assert told.code == 1
    assert "no declaration 9" in told.err


def test_a_purpose_that_is_not_there_is_told(pulled):
    told = pulled("consent", "collection", "preview", "crm", "--purpose", "nope", *PERIOD)
    assert told.code == 1
