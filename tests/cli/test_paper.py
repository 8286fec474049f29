"""`hub consent paper` as its user meets it."""

import io

import pytest
import sqlalchemy as sa

from hub.store.tables.consent import evidence, exclusion

from .test_json_shapes import keys, shown

NUMBER = "080-4444-5555"


@pytest.fixture
def enter(pulled, tmp_path, monkeypatch):
    """Enter a paper with these words of the command."""
    words = tmp_path / "words.txt"
    words.write_text("お得な情報をSMSで受け取ります。", encoding="utf-8")

    def call(*changes, number=NUMBER, signed="2026-01-10", file=words):
        monkeypatch.setattr("sys.stdin", io.StringIO(number + "\n"))
        given = ("--purpose", "campaign", "--signed-at", signed, "--wording-file", str(file))
        return pulled("consent", "paper", *given, "--paper", "棚3-12", *changes)

    return call


def test_a_signed_paper_is_a_consent_that_advertising_may_rest_on(enter, here):
    told = enter("--json", "--agent", "佐藤")
    assert told.code == 0
    assert keys(told.json) == keys(shown("hub consent paper"))
    assert (told.json["strength"], told.json["excluded"]) == (3, False)
    with here().database.read() as tx:
        row = tx.execute(
            sa.select(evidence).where(evidence.c.event_id == told.json["evidence"])
        ).one()
    assert (row.method, row.actor, row.event_type) == ("paper", "agent:佐藤", "given")
    assert row.source_value == "棚3-12"
    assert row.wording_sha256 is not None


def test_it_reopens_what_was_stopped_before_and_not_what_was_stopped_after(
    enter, pulled, here, monkeypatch
):
    def stop(at):
        monkeypatch.setattr("sys.stdin", io.StringIO(NUMBER + "\n"))
        assert pulled("exclusion", "add", "--at", at).code == 0

    stop("2026-01-09")
    assert enter("--json").json["excluded"] is False
    with here().database.read() as tx:
        lifted = sa.select(exclusion.c.lifted_why).where(exclusion.c.lifted_at.is_not(None))
        (why,) = tx.execute(lifted).scalars()
    assert why == "paper"
    stop("2026-01-12")
    told = enter()
    assert told.code == 0
    assert "stays on the exclusion list" in told.err


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signed": "2999-01-01"}, "nobody can have signed then"),
        ({"signed": "1970-01-01"}, "nobody can have signed then"),
        ({"number": "03-1234-5678"}, "No number that can be texted"),
        ({"file": "/dev/null"}, "wording: a paper without it proves nothing"),
    ],
)
def test_what_cannot_be_is_told(enter, changes, told):
    answer = enter(**changes)
    assert answer.code == 1
    assert told in answer.err


def test_a_paper_for_nothing_or_from_nowhere_is_refused(enter):
    assert enter("--purpose", "nothing").code == 1
    assert "paper: a paper without it" in enter("--paper", " ").err
