"""The opt-out journal: on disk before the commit, whole lines only, safe from many processes."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.optout import act
from hub.optout.journal import Journal, behind_since
from hub.optout.journal_apply import Applied, apply
from hub.optout.journal_file import Line, Reading, append, read
from hub.store.cipher import Cipher
from hub.store.keys import new_ring
from hub.store.tables.consent import exclusion

from .conftest import START, World


@pytest.fixture
def journal(world: World, tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal" / "optouts.jsonl", world.cipher)
    world.db.witness = journal
    return journal


def changes(journal: Journal) -> list[tuple[str, str]]:
    lines = read(journal.path, journal._cipher, Reading())
    return [(line.change, line.scope) for line in lines]


def forget_all(world: World) -> None:
    """Put the store back to before anybody opted out, as an older backup would."""
    with world.db.write() as tx:
        for table in ("opt_out_push", "evidence", "exclusion"):
            tx.exec_driver_sql(f"DELETE FROM {table}")


def put_back(world: World, *paths: Path) -> Applied:
    with world.db.write() as tx:
        return apply(
            tx, world.cipher, paths, since=None, now=world.now, sink_connections=world.sinks
        )


def undo(world: World, exclusion_id: int) -> None:
    with world.db.write() as tx:
        assert act.undo(
            tx,
            world.cipher,
            contact_id=world.contact_id,
            exclusion_id=exclusion_id,
            message_id=None,
            actor="person",
            now=world.now,
            sink_connections=world.sinks,
        )


def test_a_stop_and_its_end_are_written_and_the_file_is_its_owners(
    world: World, journal: Journal
) -> None:
    stopped = world.stop()
    assert changes(journal) == [("stop", "promotional")]
    undo(world, stopped.exclusion_id or 0)
    assert changes(journal) == [("stop", "promotional"), ("lift", "promotional")]
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_stop_is_on_disk_before_its_commit_and_an_end_only_after_it(
    world: World, journal: Journal
) -> None:
    class Lost(Exception):
        pass

    def lose(connection: sa.Connection) -> None:
        raise Lost

    sa.event.listen(world.db.engine, "commit", lose)
    with pytest.raises(Lost):
        world.stop()
    sa.event.remove(world.db.engine, "commit", lose)
    assert changes(journal) == [("stop", "promotional")]
    stopped = world.stop(scope="all")
    sa.event.listen(world.db.engine, "commit", lose)
    with pytest.raises(Lost):
        undo(world, stopped.exclusion_id or 0)
    sa.event.remove(world.db.engine, "commit", lose)
    assert [change for change, _ in changes(journal)] == ["stop", "stop"]


def test_what_the_store_lost_comes_back_with_its_ledger_entry_and_its_pushes(
    world: World, journal: Journal
) -> None:
    world.agree(START - timedelta(days=9))
    world.stop()
    told = world.pushes()
    forget_all(world)
    assert put_back(world, journal.path).stopped == 1
    assert world.pushes() == told
    world.agree(START - timedelta(days=9))
    assert world.verdict().reason == "suppressed_promotional"


def test_applying_it_twice_or_from_two_copies_changes_nothing_more(
    world: World, journal: Journal, tmp_path: Path
) -> None:
    world.stop()
    world.stop(scope="all")
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(journal.path.read_bytes())
    forget_all(world)
    assert put_back(world, journal.path, copy).stopped == 2
    pushes = world.pushes()
    assert put_back(world, journal.path, copy).stopped == 0
    assert world.pushes() == pushes


def test_a_stop_that_was_taken_back_does_not_come_back(world: World, journal: Journal) -> None:
    undo(world, world.stop().exclusion_id or 0)
    forget_all(world)
    done = put_back(world, journal.path)
    assert (done.stopped, done.lifted) == (0, 0)
    assert world.pushes() == []


def test_a_stop_of_the_backup_that_was_taken_back_since_is_lifted(
    world: World, journal: Journal
) -> None:
    stopped = world.stop()
    undo(world, stopped.exclusion_id or 0)
    with world.db.write() as tx:
        tx.execute(sa.update(exclusion).values(lifted_at=None, lifted_by=None, lifted_why=None))
    assert put_back(world, journal.path).lifted == 1
    assert put_back(world, journal.path).lifted == 0


@pytest.mark.parametrize("harm", ["cut", "changed", "removed", "noise"])
def test_a_line_that_was_harmed_is_told_and_the_others_still_count(
    world: World, journal: Journal, harm: str
) -> None:
    for scope in ("promotional", "purpose:news", "all"):
        world.stop(scope=scope)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    lines[1] = {
        "cut": lines[1][:40],
        "changed": lines[1].replace(b"purpose:news", b"purpose:olds"),
        "removed": b"",
        "noise": b"\xff\x00{]\n",
    }[harm]
    journal.path.write_bytes(b"".join(lines) if harm != "cut" else lines[0] + lines[1])
    if harm == "cut":
        world.stop(scope="purpose:late")
    forget_all(world)
    done = put_back(world, journal.path)
    assert (done.damaged, done.gaps) == {"removed": (0, 1)}.get(
        harm, (1, 0 if harm == "cut" else 1)
    )
    assert done.stopped == 2


def test_a_line_under_other_keys_is_not_believed(world: World, journal: Journal) -> None:
    world.stop()
    line = next(read(journal.path, world.cipher, Reading()))
    append(journal.path, Cipher(new_ring()), [line])
    met = Reading()
    assert len(list(read(journal.path, world.cipher, met))) == 1
    assert met.damaged == 1


def test_where_it_cannot_be_written_the_opt_out_is_stored_and_caught_up_later(
    world: World, journal: Journal
) -> None:
    journal.path.mkdir(parents=True)
    stopped = world.stop()
    assert stopped.exclusion_id is not None
    with world.db.read() as tx:
        assert behind_since(tx) == START
    journal.path.rmdir()
    assert journal.catch_up(world.db) == 1
    with world.db.read() as tx:
        assert behind_since(tx) is None
    assert changes(journal) == [("stop", "promotional")]
    assert journal.catch_up(world.db) == 0


def test_a_journal_that_is_gone_is_made_anew_from_the_store(world: World, journal: Journal) -> None:
    undo(world, world.stop().exclusion_id or 0)
    world.stop(scope="all")
    before = sorted(changes(journal))
    journal.path.unlink()
    journal.catch_up(world.db)
    assert sorted(changes(journal)) == before


def test_many_may_write_at_once_and_the_chain_holds(world: World, tmp_path: Path) -> None:
    path = tmp_path / "optouts.jsonl"

    def line(number: int) -> Line:
        return Line(
            change="stop",
            key=str(number),
            lookups=((1, b"0123456789abcdef"),),
            scope="all",
            origin="page",
            actor="person",
            acted_at=START,
            at=START,
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append(path, world.cipher, [line(n), line(-n)]), range(1, 60)))
    met = Reading()
    assert len(list(read(path, world.cipher, met))) == 118
    assert (met.damaged, met.gaps) == (0, 0)


def test_it_holds_no_clear_number_and_no_record(world: World, journal: Journal) -> None:
    world.stop(connection_id=world.crm, source_ref="12:1", note="090-1234-5678")
    text = journal.path.read_text()
    assert "12:1" not in text
    assert "1234" not in text
    assert set(json.loads(text)) >= {"change", "key", "lookups", "seal", "before"}


def test_one_who_took_it_back_and_said_stop_again_since_the_backup_is_barred(
    world: World, journal: Journal
) -> None:
    first = world.stop(scope="all")
    undo(world, first.exclusion_id or 0)
    world.wait(minutes=1)
    world.stop(scope="all")
    with world.db.write() as tx:
        # The older backup: the first stop stands, the second was not yet said.
        for table in ("opt_out_push", "evidence"):
            tx.exec_driver_sql(f"DELETE FROM {table}")
        tx.execute(sa.delete(exclusion).where(exclusion.c.id != first.exclusion_id))
        tx.execute(sa.update(exclusion).values(lifted_at=None, lifted_by=None, lifted_why=None))
    put_back(world, journal.path)
    with world.db.read() as tx:
        standing = sa.select(exclusion.c.scope).where(exclusion.c.lifted_at.is_(None))
        assert list(tx.execute(standing).scalars()) == ["all"]
