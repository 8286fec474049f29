"""`hub audit` as its user meets it."""

import csv
import json
import stat

import pytest
import sqlalchemy as sa

from hub.cli.trail import COLUMNS
from hub.consent import heads
from hub.store.audit import add_audit


@pytest.fixture
def trail(pulled, crm, here):
    """A deployment in which a few things were done."""
    record = f"1:{crm.records()['consented']['id']}"
    assert pulled("consent", "show", "crm", record).code == 0
    assert pulled("connections", "--disable", "sms").code == 0
    hub = here()
    with hub.database.write() as tx:
        add_audit(
            tx,
            at=hub.clock(),
            actor="user:3",
            action="=HYPERLINK()",
            object_="@x",
            address="192.0.2.7",
            detail={"rows": 2},
        )
    return pulled


def test_it_lists_who_did_what_newest_first(trail):
    told = trail("audit", "list")
    assert told.code == 0
    lines = told.out.splitlines()
    assert "user:3" in lines[1]
    assert "connection.disable" in lines[2]
    assert "person.seen" in lines[3]
    assert len(trail("audit", "list", "--limit", "2").out.splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "actions"),
    [
        (("--action", "person."), ["person.seen"]),
        (("--actor", "user:3"), ["=HYPERLINK()"]),
        (("--object", "connection:sms"), ["connection.disable"]),
        (("--address", "192.0.2.7"), ["=HYPERLINK()"]),
        (("--from", "2999-01-01"), []),
        (("--until", "2001-01-01"), []),
    ],
)
def test_rows_are_found_by_what_is_asked(trail, words, actions):
    listed = trail("audit", "list", *words, "--json").json
    assert all(set(row) == set(COLUMNS) for row in listed)
    assert [row["action"] for row in listed] == actions
    if not actions:
        assert "Nothing of that kind was done." in trail("audit", "list", *words).out


def test_a_spreadsheet_takes_no_cell_for_a_formula(trail, tmp_path):
    file = tmp_path / "trail.csv"
    assert trail("audit", "export", "-o", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.reader(file.open(encoding="utf-8-sig", newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[-2][3:5] == ["'=HYPERLINK()", "'@x"]
    # That it was exported stands in the trail, and in the file too.
    assert rows[-1][3] == "audit.exported"
    assert all(not cell.startswith(("=", "@", "+", "-")) for row in rows for cell in row)


def test_json_has_one_row_a_line(trail, tmp_path):
    file = tmp_path / "trail.jsonl"
    words = ("--format", "json", "--action", "person.", "-o", str(file))
    assert trail("audit", "export", *words).code == 0
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert (row["actor"], row["action"]) == ("terminal", "person.seen")
    (noted,) = trail("audit", "list", "--action", "audit.", "--json").json
    assert noted["detail"] == {"rows": 1, "format": "json"}


def test_a_whole_trail_is_told_and_its_head_can_be_kept(trail):
    told = trail("audit", "verify", "--json")
    assert (told.code, told.json["whole"], told.json["broken"]) == (0, True, [])
    assert trail("audit", "verify", "--head", told.json["head"]).code == 0
    assert trail("audit", "verify", "--head", f"1:{'0' * 64}").code == 1
    assert trail("audit", "verify", "--head", "nonsense").code == 2
    assert "nothing was changed" in trail("audit", "verify").out


def test_a_changed_row_is_found(trail, here):
    with here().database.write() as tx:
        tx.execute(sa.text("UPDATE audit SET actor = 'nobody' WHERE seq = 2"))
    told = trail("audit", "verify")
    assert told.code == 1
    assert "Row 2 was changed." in told.err


def test_a_row_slipped_in_is_found(trail, here):
    with here().database.write() as tx:
        tx.execute(
            sa.text(
                "INSERT INTO audit (at, actor, action, object, detail) "
                "VALUES ('2026-01-01 00:00:00.000000', 'x', 'y', 'z', '{}')"
            )
        )
    told = trail("audit", "verify")
    assert told.code == 1
    assert "was slipped in." in told.err


def test_rows_cut_off_are_found_by_the_heads_kept_outside(trail, here):
    hub = here()
    heads.keep(hub.database, hub.config, hub.clock())
    with hub.database.write() as tx:
        tx.execute(sa.text("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"))
    told = trail("audit", "verify")
    assert told.code == 1
    assert "rows after it were cut off" in told.err
    assert "The store ends before what is kept there" in told.err
