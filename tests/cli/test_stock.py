"""`hub stock` as its user meets it."""

import csv

import sqlalchemy as sa

from hub.store.tables.access import audit
from hub.testing.leaks import leaked
from hub.testing.roster import roster

from .conftest import PEOPLE


def numbers():
    return [n for person in roster(PEOPLE) for n in (person.e164, person.typed) if n]


def test_it_says_who_may_be_texted_and_why_not_the_others(pulled):
    told = pulled("stock")
    assert told.code == 0
    assert "crm - campaign:" in told.out
    assert "may be texted." in told.out
    assert "no_evidence" in told.out
    assert "Declare how they agreed" in told.out
    assert leaked(told.out, [], numbers()) is None


def test_what_stock_says_is_what_a_dry_run_says(pulled, tmp_path):
    ad = tmp_path / "ad.txt"
    ad.write_text("{{sender_name}} 配信停止:{{opt_out_url}}", encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "春", "--file", str(ad))
    assert pulled("template", "add", "spring", *words).code == 0
    dry = pulled("send", "spring", "--from", "crm", "--via", "sms", "--dry-run", "--json").json
    (taken,) = pulled("stock", "crm", "--purpose", "campaign", "--json").json
    assert taken["may"] == dry["states"]["queued"]
    told = {each["code"]: each["count"] for each in taken["reasons"] if each["state"] == "barred"}
    assert told == {each["code"]: each["count"] for each in dry["reasons"]}


def test_the_sheets_hold_counts_and_records_masked(pulled, tmp_path, here):
    counts, records = tmp_path / "counts.csv", tmp_path / "records.csv"
    assert pulled("stock", "--csv", str(counts), "--records", str(records)).code == 0
    rows = list(csv.DictReader(records.open(encoding="utf-8-sig", newline="")))
    assert {row["connection"] for row in rows} == {"crm"}
    assert any("****" in row["number"] for row in rows)
    assert leaked(records.read_text(encoding="utf-8-sig"), [], numbers()) is None
    tally = list(csv.DictReader(counts.open(encoding="utf-8-sig", newline="")))
    assert sum(int(row["count"]) for row in tally if row["purpose"] == "campaign") > 0
    assert records.stat().st_mode & 0o077 == 0
    assert "stock.exported" in actions(here)


def test_whole_numbers_leave_only_by_a_flag_and_audited(pulled, tmp_path, here):
    records = tmp_path / "records.csv"
    assert pulled("stock", "crm", "--records", str(records), "--clear").code == 0
    someone = next(person for person in roster(PEOPLE) if person.verdict == "consented")
    national = f"0{someone.e164[3:5]}-{someone.e164[5:9]}-{someone.e164[9:]}"
    assert national in records.read_text(encoding="utf-8-sig")
    assert "stock.exported_clear" in actions(here)


def test_wrong_words_are_told(pulled):
    assert pulled("stock", "--clear").code == 2
    assert pulled("stock", "nope").code == 1
    assert pulled("stock", "--purpose", "nope").code == 1


def test_without_purposes_it_says_what_to_do(deployed):
    told = deployed("stock")
    assert told.code == 0
    assert "hub consent purpose add" in told.out


def actions(here):
    with here().database.read() as tx:
        return list(tx.execute(sa.select(audit.c.action)).scalars())
