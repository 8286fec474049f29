"""Before a key is used, every process is asked whether it has it."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store import keys, roll, rotation
from hub.store.identity import open_cipher, open_ring
from hub.store.roll import KeyWatch
from hub.store.tables.base import hub_fact

from .vault import NOW, Vault, config_of


@pytest.fixture
def vault(store_url: str, tmp_path: Path):
    vault = Vault(store_url, tmp_path)
    yield vault
    vault.db.close()


def facts(vault: Vault) -> dict[str, str]:
    with vault.db.read() as tx:
        rows = tx.execute(sa.select(hub_fact).where(hub_fact.c.key.startswith("roll:")))
        return {row.key.split(":", 2)[-1]: row.value.split()[0] for row in rows}


def ask(vault: Vault, now=NOW) -> roll.Question:
    coming = rotation.next_key(vault.db, vault.config, "data")
    with vault.db.write() as tx:
        return roll.ask(tx, coming.kind, coming.number, coming.print, now)


def without(vault: Vault, question: roll.Question) -> list[str]:
    with vault.db.read() as tx:
        return roll.without(tx, question)


def test_nothing_is_written_while_nobody_asks(vault: Vault):
    watch = KeyWatch(vault.db, open_cipher(vault.db, vault.config), "host:1")
    watch.look()
    assert facts(vault) == {}


def test_a_process_that_reads_the_same_file_has_the_key(vault: Vault):
    watch = KeyWatch(vault.db, open_cipher(vault.db, vault.config), "host:1")
    question = ask(vault)
    watch.look()
    assert without(vault, question) == []
    assert facts(vault)["host:1"] == "yes"


def test_a_process_without_the_key_is_named_until_it_has_it(vault: Vault, tmp_path: Path):
    there = config_of(tmp_path / "there")
    keys.write_file(there.key_file, open_ring(vault.db, vault.config))
    watch = KeyWatch(vault.db, open_cipher(vault.db, there), "other:7")
    question = ask(vault)
    watch.look()
    assert without(vault, question) == ["other:7"]
    keys.replace_file(there.key_file, open_ring(vault.db, vault.config))
    watch.look()
    assert without(vault, question) == []


def test_a_question_and_its_answers_are_forgotten_when_it_ends(vault: Vault):
    question = ask(vault)
    watch = KeyWatch(vault.db, vault.cipher, "host:1")
    watch.look()
    with vault.db.write() as tx:
        roll.end(tx, question)
    watch.look()
    assert facts(vault) == {}


def test_a_question_whose_asker_was_killed_is_forgotten_by_a_later_one(vault: Vault):
    ask(vault)
    ask(vault, NOW + timedelta(minutes=1))
    assert len(facts(vault)) == 2
    ask(vault, NOW + timedelta(hours=2))
    assert len(facts(vault)) == 1


def test_two_questions_at_once_do_not_disturb_each_other(vault: Vault):
    watch = KeyWatch(vault.db, vault.cipher, "host:1")
    one, other = ask(vault), ask(vault)
    watch.look()
    with vault.db.write() as tx:
        roll.end(tx, one)
    assert facts(vault)["host:1"] == "yes"
    assert without(vault, other) == []


def test_a_watch_answers_by_itself(vault: Vault):
    stop = KeyWatch(vault.db, open_cipher(vault.db, vault.config), "host:1").start(every=0.05)
    question = ask(vault)
    until = time.monotonic() + 10
    while "host:1" not in facts(vault) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    assert without(vault, question) == []
    assert facts(vault)["host:1"] == "yes"
