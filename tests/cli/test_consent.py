"""`hub consent` as its user meets it."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.testing.roster import person


@pytest.fixture
def declare(pulled, tmp_path: Path):
    (tmp_path / "wording.txt").write_text("SMSを受け取る", encoding="utf-8")

    def call(*words: str, start: str = "2024-04-01"):
        return pulled(
            "consent",
            "collection",
            "declare",
            "crm",
            *("--purpose", "campaign", "--method", "checkbox", "--not-preticked"),
            *("--wording-file", str(tmp_path / "wording.txt"), "--from", start),
            *("--signed-by", "佐藤", "--statement", "この画面で取得しました。"),
            *words,
        )

    return call


def test_a_declaration_gives_records_with_a_lone_tick_their_evidence(pulled, declare):
    before = pulled("sync", "crm", "--json").json["verdicts"]
    told = declare()
    assert told.code == 0
    assert "Run hub sync crm" in told.out
    after = pulled("sync", "crm", "--json").json["verdicts"]
    assert after["consented"] == before["consented"] + before["undated"]


def test_a_declaration_is_listed_as_it_was_signed(pulled, declare):
    declare("--where", "store=東京", "--where", "store=大阪", "--until", "2025-03-31")
    (listed,) = pulled("consent", "collection", "list", "--json").json
    assert listed["where"] == {"store": ["東京", "大阪"]}
    assert listed["period_from"] == "2024-03-31T15:00:00+00:00"
    assert listed["period_until"] == "2025-03-31T14:59:59.999999+00:00"
    assert (listed["signed_by"], listed["default_ticked"]) == ("佐藤", False)
    assert listed["wording"] == "SMSを受け取る"
    line = pulled("consent", "collection", "list", "crm").out.splitlines()[1]
    assert "2024-04-01 - 2025-03-31" in line
    assert "store=東京|大阪" in line


def test_a_declaration_taken_back_covers_nobody_any_more(pulled, declare):
    declare()
    pulled("sync", "crm")
    assert pulled("consent", "collection", "revoke", "1", "--by", "佐藤").code == 0
    again = pulled("consent", "collection", "revoke", "1", "--by", "佐藤")
    assert again.code == 1
    assert "was taken back at" in again.err
    assert "no declaration 7" in pulled("consent", "collection", "revoke", "7", "--by", "x").err
    assert pulled("sync", "crm", "--json").json["verdicts"]["undated"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--where", "shop=東京"), "The attributes of crm are: store"),
        (("--where", "store"), "write ATTRIBUTE=VALUE"),
        (("--until", "soon"), "write 2026-01-31"),
    ],
)
def test_wrong_words_are_wrong_usage(declare, words, told):
    answer = declare(*words)
    assert answer.code == 2
    assert told in answer.err


def test_a_period_that_has_not_begun_is_refused(declare):
    told = declare(start="2999-01-01")
    assert told.code == 1
    assert "it must have begun" in told.err


def test_a_persons_history_is_shown_with_the_number_masked(pulled, crm, here):
    index = int(crm.records()["consented"]["id"])
    number = person(index).e164
    told = pulled("consent", "show", "crm", f"1:{index}")
    assert told.code == 0
    assert number[-4:] in told.out
    assert number[3:] not in told.out
    assert "agreed" in told.out
    assert "checkbox" in told.out
    with here().database.read() as tx:
        rows = tx.execute(sa.text("SELECT actor, action, object FROM audit")).all()
    assert ("terminal", "person.seen") in [(row.actor, row.action) for row in rows]


def test_a_record_that_was_never_read_is_told(pulled):
    told = pulled("consent", "show", "crm", "1:99999")
    assert told.code == 1
    assert "crm: the record 1:99999 was never read." in told.err
    assert pulled("consent", "show", "crm", "99999").code == 2


def test_the_ledger_is_whole_and_its_head_can_be_kept(pulled):
    told = pulled("consent", "verify", "--json")
    assert (told.code, told.json["whole"], told.json["broken"]) == (0, True, [])
    assert pulled("consent", "verify", "--head", told.json["head"]).code == 0
    other = f"{told.json['entries']}:{'0' * 64}"
    assert pulled("consent", "verify", "--head", other).code == 1
    assert pulled("consent", "verify", "--head", "nonsense").code == 2


def test_a_changed_row_of_the_ledger_is_found(pulled, here):
    with here().database.write() as tx:
        tx.execute(sa.text("UPDATE evidence SET strength = 5 WHERE seq = 3"))
    told = pulled("consent", "verify")
    assert told.code == 1
    assert "Row 3 was changed." in told.err
    assert "nothing was changed" not in told.out
