"""`hub leak-report` as its user meets it."""

import json

import pytest

SPAN = ("--from", "2020-01-01", "--until", "2999-12-31")


@pytest.fixture
def seen(pulled, crm):
    """A deployment in which somebody was looked at."""
    record = f"1:{crm.records()['consented']['id']}"
    assert pulled("consent", "show", "crm", record).code == 0
    return pulled


def drafted(run, tmp_path, *words, kind="json"):
    file = tmp_path / f"report.{kind}"
    told = run("leak-report", *SPAN, *words, "--format", kind, "-o", str(file))
    assert told.code == 0, told.err
    return file.read_text(encoding="utf-8")


def test_it_counts_what_the_trail_knows(seen, tmp_path):
    report = json.loads(drafted(seen, tmp_path, "--known", "2026-01-13"))
    assert (report["people"], report["people_at_most"]) == (1, 1)
    assert report["over_threshold"] is False
    assert report["acts"] == {"person.seen": 1}
    assert report["deadlines"]["full"] == "2026-02-12"
    assert len(report["sections"]) == 9
    (row,) = seen("audit", "list", "--action", "leak_report", "--json").json
    assert row["detail"] == {"at_most": 1}


def test_what_only_a_human_can_know_is_marked(seen, tmp_path):
    text = drafted(seen, tmp_path, "--language", "ja", kind="markdown")
    assert text.startswith("# 個人データ漏えい等報告書(下書き)")
    for heading in ("4. 原因", "5. 二次被害", "7. 公表", "8. 再発防止"):
        after = text.partition(f"## {heading}")[2].partition("## ")[0]
        assert "【担当者が記入】" in after


def test_a_page_is_there_to_print(seen, tmp_path):
    page = drafted(seen, tmp_path, "--language", "en", "--connection", "crm", kind="html")
    assert "Report of a leak of personal data (draft)" in page
    assert "Connection: 顧客アプリ" in page
    assert "<script" not in page


def test_it_names_nobody(seen, crm, tmp_path):
    text = "".join(drafted(seen, tmp_path, kind=kind) for kind in ("json", "html", "markdown"))
    assert "contact:" not in text
    assert "090" not in text


def test_the_span_must_not_end_before_it_begins(pulled, tmp_path):
    words = ("--from", "2026-01-02", "--until", "2026-01-01", "-o", str(tmp_path / "x"))
    told = pulled("leak-report", *words)
    assert (told.code, "must lie behind" in told.err) == (2, True)
