"""The key ring: how it is written, read and guarded."""

import resource
import stat
import threading
from pathlib import Path

import pytest

from hub.errors import ConfigError, TransientError
from hub.store.keys import (
    KEY_BYTES,
    changing,
    new_ring,
    parse,
    read_file,
    replace_file,
    write_file,
)


def test_a_new_ring_has_one_key_of_each_kind_and_no_two_rings_are_the_same():
    one, other = new_ring(), new_ring()
    assert set(one.data) == set(one.index) == {1}
    assert len(one.data[1]) == len(one.index[1]) == KEY_BYTES
    assert len({one.data[1], one.index[1], other.data[1], other.index[1]}) == 4


def test_a_ring_is_read_as_it_was_written():
    ring = new_ring()
    assert parse(ring.text()) == ring
    assert parse(ring.text().strip().replace("\n", ",")) == ring
    assert parse("# a comment\n\n" + ring.text()) == ring


def test_older_keys_stay_in_the_ring():
    old, new = new_ring(), new_ring()
    text = old.text() + new.text().replace("data 1", "data 2").replace("index 1", "index 2")
    ring = parse(text)
    assert ring.data == {1: old.data[1], 2: new.data[1]}
    assert ring.index == {1: old.index[1], 2: new.index[1]}


@pytest.mark.parametrize(
    "line",
    [
        "data",
        "data one AAAA",
        "data 1 AAAA",
        "secret 1 {key}",
        "data 1 {key} more",
        "data 0 {key}",
        "data 70000 {key}",
        "data 2 not*base64",
    ],
)
def test_a_wrong_line_is_named_by_its_number_and_never_shown(line):
    ring = new_ring().text()
    key = ring.split()[2]
    with pytest.raises(ConfigError) as told:
        parse(ring + line.format(key=key))
    assert told.value.key == "HUB_KEYS"
    assert "line 3" in told.value.words.en
    assert key not in str(told.value)


def test_the_same_number_twice_is_refused():
    ring = new_ring().text()
    with pytest.raises(ConfigError, match="line 3"):
        parse(ring + ring)


def test_a_ring_needs_both_kinds_of_keys():
    data, index = new_ring().text().splitlines()
    for text in ("", data, index):
        with pytest.raises(ConfigError, match="no data key or no index key"):
            parse(text)


def test_the_key_file_is_readable_by_its_owner_alone(tmp_path: Path):
    path = tmp_path / "deep" / "hub.keys"
    ring = new_ring()
    write_file(path, ring)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_file(path) == ring


def test_a_key_file_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path):
    path = tmp_path / "hub.keys"
    write_file(path, new_ring())
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        read_file(path)


def test_a_key_file_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "hub.keys"
    ring = new_ring()
    write_file(path, ring)
    with pytest.raises(FileExistsError):
        write_file(path, new_ring())
    assert read_file(path) == ring


def test_a_changed_key_file_takes_the_place_of_the_old_one_whole(tmp_path: Path):
    path = tmp_path / "hub.keys"
    ring = new_ring()
    write_file(path, ring)
    # What a process left that was killed while it wrote.
    (tmp_path / "hub.keys.new").write_text("data 1")
    before = path.stat().st_ino
    replace_file(path, ring.plus("data", 2))
    assert path.stat().st_ino != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_file(path).data[1] == ring.data[1]
    assert set(read_file(path).data) == {1, 2}
    assert [each.name for each in tmp_path.iterdir()] == ["hub.keys"]


def test_a_key_file_behind_a_link_stays_behind_it(tmp_path: Path):
    (tmp_path / "safe").mkdir()
    real, path = tmp_path / "safe" / "ring", tmp_path / "hub.keys"
    ring = new_ring()
    write_file(real, ring)
    path.symlink_to(real)
    replace_file(path, ring.plus("index", 2))
    assert path.is_symlink()
    assert set(read_file(real).index) == {1, 2}


def test_with_no_room_for_a_new_key_the_old_file_stays_and_that_is_told(tmp_path: Path):
    path = tmp_path / "hub.keys"
    ring = new_ring()
    write_file(path, ring)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(TransientError, match="It is as it was") as told:
            replace_file(path, ring.plus("data", 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "元のまま" in told.value.words.ja
    assert read_file(path) == ring
    assert [each.name for each in tmp_path.iterdir()] == ["hub.keys"]


def test_whoever_wants_to_change_a_key_file_waits_for_the_other(tmp_path: Path):
    path = tmp_path / "hub.keys"
    ring = new_ring()
    write_file(path, ring)

    def add() -> None:
        with changing(path):
            known = read_file(path)
            replace_file(path, known.plus("data", max(known.data) + 1))

    at_once = [threading.Thread(target=add) for _ in range(8)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join(10)
    assert set(read_file(path).data) == set(range(1, 10))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    with (
        pytest.raises(TransientError, match="cannot be written"),
        changing(tmp_path / "gone" / "hub.keys"),
    ):
        pass


def test_keys_are_kept_out_of_repr_and_fingerprints_say_nothing_of_them():
    ring = new_ring()
    assert repr(ring) == "KeyRing()"
    prints = ring.fingerprints()
    assert set(prints) == {"data:1", "index:1"}
    assert ring.data[1].hex() not in prints.values()
    assert prints != new_ring().fingerprints()
    assert prints == parse(ring.text()).fingerprints()
