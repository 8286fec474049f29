"""Starting with something wrong: one sentence that names it, nothing started, nothing changed."""

from pathlib import Path

import pytest

from hub.factory import build
from hub.store.keys import new_ring, write_file

from .machine import Machine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(machine: Machine, tmp_path):
    """Starts on a folder of its own; give the settings that make it so."""
    return {"HUB_DATA_DIR": str(tmp_path / "var")}


def new_store(bare):
    """Make a store with its keys, as the first start does."""
    database = build({**bare, "HUB_PLUGINS_FILE": str(ROOT / "plugins.toml")}).database
    database.close()


def plugins(tmp_path, text):
    file = tmp_path / "plugins.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_malformed_plugins_file_tells_the_line(machine, bare, tmp_path):
    file = plugins(tmp_path, '[plugins]\nload = ["kintone"]\n[connections.crm\n')
    code, said = machine.refused(**bare, HUB_PLUGINS_FILE=file)
    assert code == 1
    assert "line 3" in said
    assert "Traceback" not in said


def test_a_plugins_file_that_is_not_there_tells_which(machine, bare, tmp_path):
    code, said = machine.refused(**bare, HUB_PLUGINS_FILE=str(tmp_path / "none.toml"))
    assert code == 1
    assert "none.toml" in said
    assert "Traceback" not in said


def test_a_wrong_setting_tells_its_name(machine, bare):
    code, said = machine.refused(**bare, HUB_PORT="eighty")
    assert code == 1
    assert "HUB_PORT: write a whole number" in said


def test_a_store_without_its_keys_does_not_start(machine, bare, tmp_path):
    new_store(bare)
    keys = tmp_path / "var" / "hub.keys"
    mode = keys.stat().st_mode & 0o777
    assert mode == 0o600
    keys.rename(tmp_path / "kept.keys")
    code, said = machine.refused(**bare)
    assert code == 1
    assert "is missing, and this store was written with it" in said
    assert not keys.exists()


def test_a_store_with_the_keys_of_another_does_not_start(machine, bare, tmp_path):
    new_store(bare)
    keys = tmp_path / "var" / "hub.keys"
    keys.unlink()
    write_file(keys, new_ring())
    code, said = machine.refused(**bare)
    assert code == 1
    assert "not the one of this store" in said


def test_keys_that_are_none_do_not_start(machine, bare):
    code, said = machine.refused(**bare, HUB_KEYS="sesame-open")
    assert code == 1
    assert "sesame-open" not in said
    assert "Traceback" not in said
