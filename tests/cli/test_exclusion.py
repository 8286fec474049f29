"""`hub exclusion` as its user meets it."""

import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store.tables.access import audit
from hub.testing.leaks import leaked
from hub.testing.roster import person


@pytest.fixture
def someone(pulled, crm):
    """The record of a person who agreed, and their number as people write it."""
    index = int(crm.records()["consented"]["id"])
    number = person(index).e164
    return f"1:{index}", f"0{number[3:5]}-{number[5:9]}-{number[9:]}"


@pytest.fixture
def typing(monkeypatch):
    """Type a line at the terminal."""

    def type_(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))

    return type_


@pytest.fixture
def sheet(tmp_path: Path):
    def write(text: str, codec: str = "utf-8") -> str:
        (tmp_path / "list.csv").write_bytes(text.encode(codec))
        return str(tmp_path / "list.csv")

    return write


def actions(here):
    with here().database.read() as tx:
        return list(tx.execute(sa.select(audit.c.action).order_by(audit.c.id)).scalars())


def test_a_number_is_asked_for_and_stops_every_record_that_has_it(pulled, someone, typing, here):
    record, number = someone
    typing(number)
    told = pulled("exclusion", "add", "--reason", "店頭", "--agent", "田中")
    assert told.code == 0
    assert "Stopped (all advertising)." in told.out
    waiting = [e["record"] for e in pulled("optouts", "--open", "--json").json]
    assert record in waiting
    (listed,) = [e for e in pulled("exclusion", "list", "--json").json if e["by"] == "agent:田中"]
    assert (listed["origin"], listed["reason"], listed["scope"]) == ("agent", "店頭", "promotional")
    assert "exclusion.added" in actions(here)


@pytest.mark.parametrize(("channel", "origin", "method"), [
    ("phone", "agent", "voice"),
    ("in_person", "admin", "in_person"),
    ("writing", "admin", "paper"),
])  # fmt: skip
def test_how_the_person_said_it_is_kept(pulled, someone, typing, channel, origin, method):
    record, number = someone
    assert pulled("exclusion", "add", "crm", record, "--channel", channel).code == 0
    typing(number)
    (row,) = pulled("exclusion", "history", "--json").json
    assert (row["origin"], row["steps"][0]["method"]) == (origin, method)


def spellings(number: str) -> list[str]:
    digits = number.replace("-", "")
    wide = number.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))
    return [number, digits, f"+81 {digits[1:]}", f"81{digits[1:]}", digits[1:], wide]


def test_a_search_finds_a_number_in_any_spelling(pulled, someone, typing):
    record, number = someone
    pulled("exclusion", "add", "crm", record)
    for spelled in spellings(number):
        typing(spelled)
        told = pulled("exclusion", "search", "--json")
        assert (told.code, told.json[0]["scope"]) == (0, "promotional")
        assert leaked(told.out + told.err, [], [number, number.replace("-", "")]) is None


def test_a_number_that_is_not_on_the_list_is_told(pulled, typing):
    typing("090-0000-1111".replace("0000", "1000"))
    told = pulled("exclusion", "search")
    assert told.code == 1
    assert "not on the exclusion list" in told.err
    typing("03-1234-5678")
    assert "No number that can be texted (landline)" in pulled("exclusion", "search").err


def test_only_a_newer_signed_paper_takes_a_number_off(pulled, someone, typing, here):
    record, number = someone
    pulled("exclusion", "add", "crm", record, "--at", "2025-06-01T10:00")
    typing(number)
    (row,) = pulled("exclusion", "search", "--json").json
    paper = ("--paper", "棚3-12")
    old = pulled("exclusion", "lift", str(row["id"]), "--signed-at", "2025-06-01T10:00", *paper)
    assert old.code == 1
    assert "no newer than what the person said" in old.err
    ahead = pulled("exclusion", "lift", str(row["id"]), "--signed-at", "2999-01-01", *paper)
    assert ahead.code == 1
    done = pulled("exclusion", "lift", str(row["id"]), "--signed-at", "2025-06-02", *paper)
    assert done.code == 0
    typing(number)
    (past,) = pulled("exclusion", "history", "--json").json
    assert past["lifted_why"] == "paper"
    assert [step["event_type"] for step in past["steps"]] == ["withdrawn", "renewed"]
    assert past["steps"][1]["attachments"] == ["棚3-12"]
    assert "exclusion.lifted" in actions(here)
    again = pulled("exclusion", "lift", str(row["id"]), "--signed-at", "2025-06-03", *paper)
    assert again.code == 1


def test_a_file_is_looked_through_before_it_is_taken(pulled, someone, sheet):
    _, number = someone
    file = sheet(f"電話番号,理由\n{number},電話\n03-1234-5678,固定\n", "shift_jis")
    trial = pulled("exclusion", "import", file, "--dry-run", "--json")
    assert trial.code == 1
    assert (trial.json["encoding"], trial.json["added"]) == ("Shift_JIS", 1)
    assert trial.json["refused"] == [{"line": 3, "code": "landline", "words": "Landline"}]
    before = len(pulled("exclusion", "list", "--json").json)
    done = pulled("exclusion", "import", file, "--yes")
    assert "1 were put on the exclusion list." in done.out
    assert "line 3: Landline" in done.err
    assert len(pulled("exclusion", "list", "--json").json) == before + 1
    again = pulled("exclusion", "import", file, "--yes", "--json").json
    assert (again["added"], again["already"]) == (0, 1)


def test_nothing_is_taken_unless_it_is_agreed_to(pulled, someone, sheet, typing):
    before = len(pulled("exclusion", "list", "--json").json)
    typing("n")
    told = pulled("exclusion", "import", sheet(f"番号\n{someone[1]}\n"))
    assert told.code == 1
    assert "Nothing was put on the list." in told.err
    assert len(pulled("exclusion", "list", "--json").json) == before
    assert pulled("exclusion", "import", sheet("番号\n"), "--json").code == 2


def test_an_export_is_masked_and_one_in_clear_is_audited_and_comes_back(
    pulled, someone, tmp_path, here
):
    record, number = someone
    pulled("exclusion", "add", "crm", record, "--reason", "=1+1")
    masked, clear = tmp_path / "masked.csv", tmp_path / "clear.csv"
    assert pulled("exclusion", "export", str(masked)).code == 0
    text = masked.read_text(encoding="utf-8-sig")
    assert leaked(text, [], [number, number.replace("-", "")]) is None
    assert "'=1+1" in text
    assert pulled("exclusion", "export", str(clear), "--clear", "--encoding", "cp932").code == 0
    rows = list(csv.DictReader(clear.open(encoding="cp932", newline="")))
    assert number in [row["number"] for row in rows]
    assert clear.stat().st_mode & 0o077 == 0
    assert actions(here)[-2:] == ["exclusion.exported", "exclusion.exported_clear"]
    back = pulled("exclusion", "import", str(clear), "--dry-run", "--json").json
    assert back["already"] >= 1
    assert back["added"] == 0


def test_a_file_that_is_there_is_not_written_over(pulled, tmp_path):
    (tmp_path / "x.csv").write_text("mine")
    assert pulled("exclusion", "export", str(tmp_path / "x.csv")).code == 1
    assert (tmp_path / "x.csv").read_text() == "mine"
