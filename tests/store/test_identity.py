"""A store and its keys belong together; without them the hub does not start."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.config import Config, read_config
from hub.errors import ConfigError
from hub.store import facts, keyfacts
from hub.store.database import Database
from hub.store.identity import open_cipher, open_ring
from hub.store.keys import new_ring
from hub.store.upgrade import upgrade


@pytest.fixture
def database(empty_url):
    database = Database(empty_url)
    upgrade(database)
    yield database
    database.close()


def config(folder: Path, keys: str = "") -> Config:
    return read_config({"HUB_DATA_DIR": str(folder), "HUB_KEYS": keys})


def test_a_new_store_makes_itself_a_key_file_once(database, tmp_path: Path):
    ring = open_ring(database, config(tmp_path / "var"))
    file = tmp_path / "var" / "hub.keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text()
    assert open_ring(database, config(tmp_path / "var")) == ring
    assert file.read_text() == written


def test_a_store_whose_key_file_is_missing_refuses_to_start(database, tmp_path: Path):
    open_ring(database, config(tmp_path))
    (tmp_path / "hub.keys").unlink()
    with pytest.raises(ConfigError, match="is missing, and this store was written with it") as told:
        open_ring(database, config(tmp_path))
    assert told.value.key == "HUB_KEYS"
    assert "鍵ファイル" in told.value.words.ja
    assert not (tmp_path / "hub.keys").exists()


def test_a_store_with_the_keys_of_another_refuses_to_start(database, tmp_path: Path):
    open_ring(database, config(tmp_path))
    other = new_ring()
    with pytest.raises(ConfigError, match="data 1, index 1 missing or different") as told:
        open_ring(database, config(tmp_path, other.text()))
    assert other.text().split()[2] not in str(told.value)


def test_a_store_that_lacks_one_of_its_older_keys_refuses_to_start(database, tmp_path: Path):
    first, second = new_ring(), new_ring()
    both = first.text() + second.text().replace("data 1", "data 2").replace("index 1", "index 2")
    open_ring(database, config(tmp_path, both))
    with pytest.raises(ConfigError, match="data 2, index 2 missing or different"):
        open_ring(database, config(tmp_path, first.text()))


def test_a_key_that_is_added_is_needed_only_once_rows_use_it(database, tmp_path: Path):
    first = new_ring()
    open_ring(database, config(tmp_path, first.text()))
    both = first.plus("data", 2)
    assert set(open_ring(database, config(tmp_path, both.text())).data) == {1, 2}
    assert open_ring(database, config(tmp_path, first.text())) == first
    with database.write() as tx:
        keyfacts.announce(tx, "data", 2, both.fingerprints()["data:2"])
        assert keyfacts.use(tx, "data", 2, datetime.now(UTC))
    with pytest.raises(ConfigError, match="data 2 missing or different"):
        open_ring(database, config(tmp_path, first.text()))


def test_a_store_from_before_rotations_goes_on_with_its_newest_keys(database, tmp_path: Path):
    ring = new_ring().plus("data", 2)
    with database.write() as tx:
        for name, print_ in ring.fingerprints().items():
            facts.remember(tx, f"key:{name}", print_)
    cipher = open_cipher(database, config(tmp_path, ring.text()))
    assert (cipher.keys.data, cipher.keys.index) == (2, 1)


def test_two_processes_with_different_new_keys_do_not_both_begin_a_store(database, tmp_path: Path):
    mine, theirs = new_ring(), new_ring()
    with database.write() as tx:
        keyfacts.remember_first(tx, theirs, datetime.now(UTC))
        assert keyfacts.remember_first(tx, mine, datetime.now(UTC)).known == theirs.fingerprints()
    with pytest.raises(ConfigError, match="not the one of this store"):
        open_ring(database, config(tmp_path, mine.text()))


def test_keys_in_the_environment_need_no_file(database, tmp_path: Path):
    ring = new_ring()
    assert open_ring(database, config(tmp_path, ring.text())) == ring
    assert not (tmp_path / "hub.keys").exists()


def test_a_key_file_others_can_read_is_refused(database, tmp_path: Path):
    open_ring(database, config(tmp_path))
    (tmp_path / "hub.keys").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_ring(database, config(tmp_path))
