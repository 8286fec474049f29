"""A key is retired only when nothing needs it any more."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store import keyfacts, retiring, rotation
from hub.store.cipher import Cipher
from hub.store.cleansing import noted
from hub.store.identity import open_cipher, open_ring
from hub.store.keys import new_ring
from hub.store.retiring import Refusal
from hub.store.tables.people import link

from .vault import NOW, Vault

LATER = NOW + rotation.SETTLED


@pytest.fixture
def vault(store_url: str, tmp_path: Path):
    vault = Vault(store_url, tmp_path)
    yield vault
    vault.db.close()


def retire(
    vault: Vault, number: int, kind: keyfacts.Kind = "data", now: datetime = LATER
) -> Refusal | None:
    with vault.db.write() as tx:
        refusal = retiring.retire(tx, kind, number, now)
    if refusal is None:
        rotation.take_out(vault.config, kind, number)
    return refusal


def test_an_old_key_is_retired_once_nothing_is_under_it(vault: Vault):
    vault.fill(2)
    vault.rotate()
    refusal = retire(vault, 1)
    assert refusal is not None
    assert refusal.why == "rows"
    assert refusal.rows["link.name_enc"] == vault.count("link.name_enc")
    rotation.follow(vault.db, vault.cipher, "data")
    assert retire(vault, 1) is None
    assert set(open_ring(vault.db, vault.config).data) == {2}
    assert vault.read(open_cipher(vault.db, vault.config)) == vault.texts
    assert retire(vault, 1) == Refusal(why="retired")


def test_a_key_is_not_retired_while_a_process_may_still_write_with_it(vault: Vault):
    vault.rotate()
    soon = LATER - timedelta(seconds=1)
    assert retire(vault, 1, now=soon) == Refusal(why="settling", until=LATER)
    assert retire(vault, 1) is None


def test_the_key_in_use_and_one_that_is_not_there_are_not_retired(vault: Vault):
    assert retire(vault, 1) == Refusal(why="used")
    assert retire(vault, 9) == Refusal(why="unknown")


def test_a_retired_number_is_never_given_again(vault: Vault):
    vault.rotate()
    rotation.follow(vault.db, vault.cipher, "data")
    assert retire(vault, 1) is None
    assert vault.rotate() == 3


def test_the_files_are_written_anew_after_a_key_is_retired(vault: Vault):
    vault.rotate()
    retire(vault, 1)
    with vault.db.read() as tx:
        assert noted(tx)


def test_killed_before_the_file_was_changed_a_retired_key_is_taken_out_later(vault: Vault):
    vault.rotate()
    rotation.follow(vault.db, vault.cipher, "data")
    with vault.db.write() as tx:
        assert retiring.retire(tx, "data", 1, LATER) is None
    assert set(open_ring(vault.db, vault.config).data) == {1, 2}
    with vault.db.read() as tx:
        states = {(row.kind, row.number): row.state for row in rotation.listing(tx, new_ring())}
    assert states["data", 1] == "retired"
    assert retire(vault, 1) == Refusal(why="retired")
    assert rotation.take_out(vault.config, "data", 1)
    assert set(open_ring(vault.db, vault.config).data) == {2}


def test_a_key_stays_while_a_value_is_under_it_that_nothing_opens(vault: Vault):
    vault.fill(1)
    blob = Cipher(new_ring()).encrypt("x", "elsewhere")
    with vault.db.write() as tx:
        tx.execute(sa.update(link).values(name_enc=blob))
    vault.rotate()
    rotation.follow(vault.db, vault.cipher, "data")
    refusal = retire(vault, 1)
    assert refusal is not None
    assert set(refusal.rows) == {"link.name_enc"}
