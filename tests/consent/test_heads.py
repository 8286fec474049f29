"""Heads kept outside the store, and what they show."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.access import trail
from hub.config import Config, read_config
from hub.consent import heads, ledger
from hub.consent.entry import Entry
from hub.consent.heads import Chain, Trouble
from hub.consent.heads_file import HeadsFile, Unreadable
from hub.store.audit import add_audit
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.tables.access import audit
from hub.store.tables.consent import evidence

Make = Callable[..., Entry]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return read_config({"HUB_DATA_DIR": str(tmp_path / "var")})


@pytest.fixture
def file(config: Config) -> Path:
    return config.data_dir / "heads.jsonl"


@pytest.fixture
def grow(db: Database, cipher: Cipher, entry: Make, now: datetime) -> Callable[..., None]:
    def call(count: int = 1, at: datetime = now) -> None:
        with db.write() as tx:
            ledger.append(tx, cipher, [entry()] * count, at)
            for _ in range(count):
                add_audit(
                    tx,
                    at=at,
                    actor="terminal",
                    action="person.seen",
                    object_="contact:1",
                    address=None,
                    detail={},
                )

    return call


def lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def troubles(db: Database, config: Config, now: datetime) -> list[Trouble]:
    with db.read() as tx:
        return [trouble for each in heads.look(tx, config, now) for trouble in each.troubles]


def cut(db: Database, down_to: int) -> None:
    with db.write() as tx:
        tx.execute(sa.delete(evidence).where(evidence.c.seq > down_to))


def test_the_newest_hash_of_each_chain_is_kept_where_it_has_grown(db, config, file, grow, now):
    grow(3)
    heads.keep(db, config, now)
    heads.keep(db, config, now)
    grow(1)
    heads.keep(db, config, now)
    kept = [(each["chain"], each["seq"]) for each in lines(file)]
    assert kept == [("ledger", 3), ("audit", 3), ("ledger", 4), ("audit", 4)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with db.read() as tx:
        head = ledger.head(tx)
    assert head
    assert lines(file)[2]["hash"] == head.hash.hex()


def test_an_empty_store_keeps_nothing(db, config, file, now):
    heads.keep(db, config, now)
    assert not file.exists()
    assert troubles(db, config, now) == []


def test_rows_cut_off_are_found_and_the_file_is_left_alone(db, config, file, grow, now, cipher):
    grow(3)
    heads.keep(db, config, now)
    before = file.read_bytes()
    cut(db, 2)
    assert troubles(db, config, now) == [Trouble.TRUNCATED]
    assert [each.vouches for each in heads.keep(db, config, now)] == [False]
    assert file.read_bytes() == before
    with db.read() as tx:
        found = ledger.verify(tx, cipher, heads.known(config, Chain.LEDGER)).broken
    assert [(each.kind, each.seq) for each in found] == [("truncated", 2)]


def test_a_ledger_written_anew_from_some_row_on_is_found(db, config, grow, now, cipher):
    grow(3)
    heads.keep(db, config, now)
    cut(db, 1)
    grow(4, now + timedelta(seconds=1))
    assert troubles(db, config, now) == [Trouble.REWRITTEN]
    with db.read() as tx:
        assert ledger.verify(tx, cipher).whole
        found = ledger.verify(tx, cipher, heads.known(config, Chain.LEDGER)).broken
    assert [(each.kind, each.seq) for each in found] == [("rewritten", 3)]


def test_an_audit_trail_that_was_cut_off_is_found(db, config, grow, now):
    grow(3)
    heads.keep(db, config, now)
    with db.write() as tx:
        tx.execute(sa.delete(audit).where(audit.c.seq == 3))
    assert troubles(db, config, now) == [Trouble.TRUNCATED]
    with db.read() as tx:
        found = trail.verify(tx, heads.known(config, Chain.AUDIT)).broken
    assert [(each.kind, each.seq) for each in found] == [("truncated", 2)]


def test_a_file_that_is_gone_is_told_and_not_made_anew(db, config, file, grow, now):
    grow()
    heads.keep(db, config, now)
    file.unlink()
    grow()
    assert [each.troubles for each in heads.keep(db, config, now)] == [(Trouble.MISSING,)]
    assert not file.exists()
    assert troubles(db, config, now) == [Trouble.MISSING]


def test_an_administrator_has_it_begin_anew_with_a_reason(db, config, file, grow, now):
    grow(3)
    heads.keep(db, config, now)
    cut(db, 1)
    heads.begin_anew(db, config, why="put back from a backup", by="terminal", now=now)
    assert troubles(db, config, now) == []
    begun = [each for each in lines(file) if each.get("begin")]
    assert [(each["why"], each["by"]) for each in begun] == [("put back from a backup", "terminal")]
    # What was kept before stays readable.
    assert lines(file)[0]["seq"] == 3
    assert {seq for seq, _ in heads.known(config, Chain.LEDGER)} == {1}


def test_a_head_is_told_to_be_old_only_where_the_chain_grew_meanwhile(db, config, grow, now):
    grow()
    heads.keep(db, config, now)
    later = now + timedelta(hours=1)
    assert troubles(db, config, later) == []
    grow(1, later)
    assert troubles(db, config, later) == [Trouble.OLDER]
    assert [each.troubles for each in heads.keep(db, config, later)] == [()]
    assert troubles(db, config, later) == []


def test_that_nothing_was_ever_kept_is_told_after_a_while(db, config, grow, now):
    grow()
    assert troubles(db, config, now) == []
    assert troubles(db, config, now + timedelta(hours=1)) == [Trouble.NEVER_KEPT]


def test_a_second_file_is_kept_elsewhere_and_vouches_alone(db, grow, now, tmp_path, cipher):
    other = tmp_path / "elsewhere" / "heads.jsonl"
    config = read_config({"HUB_DATA_DIR": str(tmp_path / "var"), "HUB_HEADS_FILE": str(other)})
    grow(3)
    heads.keep(db, config, now)
    assert lines(other) == lines(config.data_dir / "heads.jsonl")
    cut(db, 2)
    (config.data_dir / "heads.jsonl").unlink()
    assert troubles(db, config, now) == [Trouble.MISSING, Trouble.TRUNCATED]
    with db.read() as tx:
        assert not ledger.verify(tx, cipher, heads.known(config, Chain.LEDGER)).whole


def test_a_line_cut_in_two_by_a_crash_is_passed_over_and_told(db, config, file, grow, now):
    grow()
    heads.keep(db, config, now)
    with file.open("ab") as half:
        half.write(b'{"chain": "ledger", "se')
    grow()
    assert [each.troubles for each in heads.keep(db, config, now)] == [(Trouble.DAMAGED,)]
    with HeadsFile.reading(file) as kept:
        assert [(each.chain, each.seq) for each in kept.newest()] == [("ledger", 2), ("audit", 2)]


def test_a_file_that_others_may_write_is_told(db, config, file, grow, now):
    grow()
    heads.keep(db, config, now)
    file.chmod(0o666)
    assert troubles(db, config, now) == [Trouble.OPEN]


def test_a_file_that_cannot_be_opened_is_told(db, config, file, grow, now):
    grow()
    file.parent.mkdir(parents=True)
    file.mkdir()
    assert [each.troubles for each in heads.keep(db, config, now)] == [(Trouble.UNREADABLE,)]
    assert troubles(db, config, now) == [Trouble.UNREADABLE]
    with pytest.raises(Unreadable, match="cannot be opened or written"):
        heads.begin_anew(db, config, why="x", by="terminal", now=now)


@pytest.mark.parametrize("line", ["[]", "1", "{}", "nonsense", '{"at": "soon"}', '{"at": 3}'])
def test_a_line_that_is_no_head_counts_as_damage(db, config, file, grow, now, line):
    file.parent.mkdir(parents=True)
    file.write_text(line + "\n")
    file.chmod(0o600)
    grow()
    assert [each.troubles for each in heads.keep(db, config, now)] == [(Trouble.DAMAGED,)]


def test_many_processes_keep_heads_in_order(db, config, file, grow, now):
    def work(_: int) -> None:
        grow()
        heads.keep(db, config, now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(16)))
    places = [each["seq"] for each in lines(file) if each["chain"] == "ledger"]
    assert places == sorted(set(places))
    assert places[-1] == 16
    assert troubles(db, config, now) == []
