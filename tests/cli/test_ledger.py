"""`hub consent verify` with the heads kept outside, and `hub consent heads`."""

import pytest
import sqlalchemy as sa


@pytest.fixture
def kept(pulled):
    """A deployment whose heads were kept once."""
    assert pulled("consent", "heads", "--now").code == 0
    return pulled


@pytest.fixture
def file(tmp_path):
    return tmp_path / "var" / "heads.jsonl"


def cut(here):
    with here().database.write() as tx:
        tx.execute(sa.text("DELETE FROM evidence WHERE seq = (SELECT max(seq) FROM evidence)"))


def test_the_heads_are_kept_and_shown(kept, file):
    assert file.exists()
    (place,) = kept("consent", "heads", "--json").json
    assert place["file"] == str(file)
    assert place["troubles"] == []
    assert [each["chain"] for each in place["newest"]] == ["ledger", "audit"]
    told = kept("consent", "heads")
    assert told.code == 0
    assert "audit trail" in told.out


def test_rows_cut_off_are_found_without_saying_a_head(kept, here):
    assert kept("consent", "verify").code == 0
    cut(here)
    told = kept("consent", "verify")
    assert told.code == 1
    assert "rows after it were cut off" in told.err
    (broken,) = kept("consent", "verify", "--json").json["broken"]
    assert broken["kind"] == "truncated"


def test_a_file_that_is_gone_is_told_and_comes_back_by_an_administrator_alone(kept, file):
    file.unlink()
    told = kept("consent", "verify")
    assert told.code == 1
    assert "It was there and is gone." in told.err
    assert "nothing was changed" in told.out
    assert kept("consent", "heads", "--now").code == 1
    assert not file.exists()
    assert kept("consent", "heads", "--restart").code == 2
    assert kept("consent", "heads", "--restart", "--why", "disk lost").code == 0
    assert "begun anew" in kept("consent", "heads").out
    assert kept("consent", "verify").code == 0
    rows = kept("audit", "list", "--action", "heads.restarted", "--json").json
    assert [row["actor"] for row in rows] == ["terminal"]


def test_a_second_file_is_named_by_a_variable(pulled, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere.jsonl"
    monkeypatch.setenv("HUB_HEADS_FILE", str(other))
    assert len(pulled("consent", "heads", "--now", "--json").json) == 2
    assert other.exists()


def heads_of(told):
    return [
        (each["level"], each["found"]) for each in told.json["findings"] if each["about"] == "heads"
    ]


def test_the_doctor_looks_at_the_heads(pulled, kept, here, file):
    ((level, found),) = heads_of(pulled("doctor", "--json"))
    assert (level, "ledger" in found) == ("ok", True)
    file.chmod(0o644)
    ((level, found),) = heads_of(pulled("doctor", "--json"))
    assert (level, "Others can read" in found) == ("warn", True)
    file.chmod(0o600)
    cut(here)
    ((level, found),) = heads_of(pulled("doctor", "--json"))
    assert (level, "rows were cut off" in found) == ("bad", True)
