"""`hub backup` and `hub restore`: a restored hub texts nobody who opted out since."""

import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.factory import Hub
from hub.messages import dispatch
from hub.messages.reconcile import reconcile
from hub.optout import act, pushes
from hub.store import backup, restored
from hub.store.database import Database
from hub.store.tables.base import metadata
from hub.store.tables.consent import exclusion
from hub.store.tables.messages import message
from hub.store.tables.optouts import push
from hub.store.upgrade import upgrade

from .conftest import Run

HERE = Callable[[], Hub]
AD = "{{sender_name}}です。{{name}}様へご案内。配信停止: {{opt_out_url}}"


@pytest.fixture
def waiting(pulled: Run, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The deployment with advertising SMS made, and none sent yet."""
    monkeypatch.setenv("HUB_REDIS_URL", redis_url)
    file = tmp_path / "spring.txt"
    file.write_text(AD, encoding="utf-8")
    words = ("--purpose", "campaign", "--label", "春", "--file", str(file))
    assert pulled("template", "add", "spring", *words).code == 0
    told = pulled("send", "spring", "--from", "crm", "--via", "sms", "--yes")
    assert told.code == 0, told.err
    return pulled


def contact_ids(hub: Hub) -> list[int]:
    """Give who has an SMS waiting, or parked, in the order they were made."""
    with hub.database.read() as tx:
        ids = sa.select(message.c.contact_id).where(message.c.state.in_(["queued", "unknown"]))
        return list(tx.execute(ids.order_by(message.c.id)).scalars())


def stop(hub: Hub, contact_id: int, scope: str = "all") -> None:
    with hub.database.write() as tx:
        act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope=scope,
            origin="page",
            actor="person",
            occurred_at=hub.clock(),
            now=hub.clock(),
            sink_connections=hub.connections.with_role("opt_out_sink"),
        )


def drain(hub: Hub) -> None:
    gateway = hub.connections.row("sms").id
    for _ in range(3):
        reconcile(hub.database, hub.cipher, hub.connections, hub.bells, hub.clock)
        dispatch.drain(
            hub.database,
            hub.cipher,
            hub.senders,
            hub.connections,
            hub.bells,
            hub.clock,
            gateway,
            "test",
            hub.clock() + timedelta(seconds=20),
            policy=hub.policy,
        )
    pushes.push_open(hub.database, hub.connections, hub.clock)


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as tx:
        return {
            table.name: [
                tuple(row)
                for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
            if table.name not in backup.LEFT_OUT
        }


def lose_store(folder: Path) -> None:
    for file in folder.glob("hub.sqlite3*"):
        file.unlink()


def test_whoever_opted_out_since_gets_nothing_and_the_platform_is_told(
    waiting: Run, here: HERE, tmp_path: Path, phone: PhoneSandbox
) -> None:
    file = tmp_path / "monday.backup"
    assert waiting("backup", str(file)).code == 0
    first, second, *_ = contact_ids(here())
    stop(here(), first)
    stop(here(), second, "promotional")
    lose_store(tmp_path / "var")
    told = waiting("restore", str(file), "--json")
    assert told.code == 0, told.err
    assert told.json["journal"]["stopped"] == 2
    assert sum(told.json["parked"].values()) == len(contact_ids(here()))
    drain(here())
    assert phone.messages == []
    with here().database.read() as tx:
        waits = sa.select(message.c.reason).where(message.c.state.not_in(["refused"]))
        assert set(tx.execute(waits).scalars()) == {"restored"}
        listed = sa.select(exclusion.c.contact_id).where(exclusion.c.origin == "page")
        assert set(tx.execute(listed).scalars()) == {first, second}
        assert set(tx.execute(sa.select(push.c.state)).scalars()) == {"done"}
    assert waiting("consent", "verify").code == 0
    assert waiting("audit", "verify").code == 0


def test_a_person_may_let_a_parked_message_go_and_the_gate_still_decides(
    waiting: Run, here: HERE, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    first, *_ = contact_ids(here())
    stop(here(), first)
    lose_store(tmp_path / "var")
    waiting("restore", str(file))
    with here().database.read() as tx:
        parked = sa.select(message.c.id).where(message.c.state == "unknown")
        ids = tx.execute(parked.order_by(message.c.id)).scalars().all()
    for id_ in ids[:2]:
        waiting("messages", "retry", str(id_), "--may-double")
    drain(here())
    with here().database.read() as tx:
        now = sa.select(message.c.state).where(message.c.id.in_(ids)).order_by(message.c.id)
        rows = tx.execute(now).scalars().all()
    assert rows[0] == "refused"
    assert rows[1] not in ("unknown", "refused")
    assert set(rows[2:]) <= {"unknown"}


def test_a_store_with_rows_is_only_replaced_by_name(waiting: Run, tmp_path: Path) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    refused = waiting("restore", str(file))
    assert refused.code == 1
    assert "has rows already" in refused.err
    assert waiting("restore", str(file), "--replace", "other").code == 2
    assert waiting("restore", str(file), "--replace", "hub.sqlite3").code == 0


def test_wrong_keys_are_refused_before_anything_is_written(waiting: Run, tmp_path: Path) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    lose_store(tmp_path / "var")
    keys = tmp_path / "var" / "hub.keys"
    kept = keys.rename(tmp_path / "kept.keys")
    told = waiting("restore", str(file))
    assert told.code == 1
    assert "key ring is not the one of this backup" in told.err
    assert not (tmp_path / "var" / "hub.sqlite3").exists()
    assert not keys.exists()
    shutil.copy(kept, keys)
    assert waiting("restore", str(file)).code == 0


def test_a_lost_journal_has_to_be_said(waiting: Run, tmp_path: Path, here: HERE) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    lose_store(tmp_path / "var")
    (tmp_path / "var" / "optouts.jsonl").unlink(missing_ok=True)
    told = waiting("restore", str(file))
    assert told.code == 1
    assert "--without-journal" in told.err
    assert "No journal was applied" in waiting("restore", str(file), "--without-journal").err


def test_the_journal_alone_mends_a_copy_that_was_put_back(
    waiting: Run, here: HERE, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(var / "hub.sqlite3")) as live:
        live.execute("VACUUM INTO ?", (str(copy),))
    stop(here(), contact_ids(here())[0])
    lose_store(var)
    shutil.copy(copy, var / "hub.sqlite3")
    assert waiting("restore", "--journal-only", "--json").json["journal"]["stopped"] == 1
    assert waiting("restore", "--journal-only", "--json").json["journal"]["stopped"] == 0


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_file_that_was_harmed_is_refused_and_nothing_is_kept(
    waiting: Run, tmp_path: Path, harm: str, here: HERE
) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    assert waiting("backup", str(file), "--verify").code == 0
    content = file.read_bytes()
    if harm == "cut":
        file.write_bytes(content[: len(content) * 2 // 3])
    elif harm == "changed":
        text = gzip.decompress(content)
        file.write_bytes(gzip.compress(text.replace(b'"queued"', b'"refused"', 1)))
    else:
        file.write_bytes(b"PK\x03\x04 something else")
    lose_store(tmp_path / "var")
    told = waiting("restore", str(file))
    assert told.code == 1
    assert "no whole backup" in told.err
    if harm != "other":
        assert waiting("backup", str(file), "--verify").code == 1
        with here().database.read() as tx:
            assert tx.execute(sa.select(sa.func.count()).select_from(message)).scalar() == 0


def test_a_backup_holds_no_clear_number_and_no_key(
    waiting: Run, tmp_path: Path, here: HERE
) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    text = gzip.decompress(file.read_bytes())
    assert b"+81" not in text
    for line in (tmp_path / "var" / "hub.keys").read_text().splitlines():
        assert line.split()[-1].encode() not in text


def test_sqlite_to_postgresql_and_back_is_the_same_store(
    waiting: Run, here: HERE, tmp_path: Path, postgres_url: str
) -> None:
    hub = here()
    there = Database(postgres_url)
    upgrade(there)
    back = Database(f"sqlite:///{tmp_path / 'back.sqlite3'}")
    upgrade(back)
    source = hub.database
    for number, target in enumerate((there, back)):
        file = tmp_path / str(number)
        with file.open("wb") as out:
            backup.save(source, hub.cipher, out, hub.clock())
        with target.write() as tx:
            backup.clear(tx)
            backup.load(tx, hub.cipher, file)
        assert everything(target) == everything(hub.database)
        source = target
    with there.write() as tx:
        highest = tx.execute(sa.select(sa.func.max(message.c.id))).scalar_one()
        following = tx.exec_driver_sql(
            "SELECT nextval(pg_get_serial_sequence('message', 'id'))"
        ).scalar_one()
        assert following == highest + 1
    there.close()
    back.close()


def test_a_killed_restore_leaves_nothing_or_a_whole_store(
    waiting: Run, tmp_path: Path, here: HERE
) -> None:
    file = tmp_path / "b"
    waiting("backup", str(file))
    lose_store(tmp_path / "var")
    Database(here().config.database_url).close()
    for seconds in (0.9, 1.4, 1.9, 2.4):
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "restore", str(file), "--replace", "hub.sqlite3"],
            env=dict(os.environ),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        database = Database(here().config.database_url)
        with database.read() as tx:
            count = tx.execute(sa.select(sa.func.count()).select_from(message)).scalar()
            assert (restored.restored_at(tx) is not None) == bool(count)
        database.close()
    assert waiting("restore", str(file), "--replace", "hub.sqlite3").code == 0


def test_a_killed_backup_leaves_no_file_of_that_name_or_a_whole_one(
    waiting: Run, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    for seconds in (0.8, 1.0, 1.2, 1.6):
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "backup", str(file)],
            env=dict(os.environ),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if file.exists():
            assert waiting("backup", "--verify", str(file)).code == 0
            file.unlink()
    assert waiting("backup", str(file)).code == 0
    assert waiting("backup", "--verify", str(file)).code == 0
