"""Data keys are rotated while others work: nothing is lost, whoever is killed and whenever."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.consent import ledger
from hub.consent.entry import Entry, EventType, Ground, Method
from hub.errors import ConfigError
from hub.store import keyfacts, keys, people, rotation, sealed
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.identity import open_cipher, open_ring
from hub.store.keys import new_ring
from hub.store.tables.base import metadata
from hub.store.tables.people import contact, link

from .vault import NOW, Vault, config_of


@pytest.fixture
def vault(store_url: str, tmp_path: Path):
    vault = Vault(store_url, tmp_path)
    yield vault
    vault.db.close()


# ---- every column ----


def test_every_encrypted_column_is_covered_and_names_its_own_row():
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_enc")
    }
    assert named == set(sealed.CONTEXTS) == {each.name for each in sealed.columns()}
    contexts = [each.context(*(["x"] * len(each.named_by))) for each in _by_name()]
    assert len(set(contexts)) == len(contexts)


def _by_name() -> list[sealed.Sealed]:
    return [each for each in sealed.columns() if each.name != "contact.number_enc"]


def test_a_rotation_puts_every_value_under_the_new_key(vault: Vault):
    vault.fill(7)
    assert vault.under() == {1}
    assert vault.rotate() == 2
    seen: list[int] = []
    done = rotation.follow(vault.db, vault.cipher, "data", seen.append)
    assert done == rotation.Followed(changed=len(vault.texts), left=0)
    assert seen == sorted(seen)
    assert seen[-1] == len(vault.texts)
    assert vault.under() == {2}
    assert vault.read() == vault.texts


def test_new_rows_use_the_new_key_and_old_ones_still_open_before_they_followed(vault: Vault):
    vault.fill(2)
    vault.rotate()
    vault.fill(2)
    assert vault.under() == {1, 2}
    assert vault.read() == vault.texts


def test_a_step_is_a_short_transaction_of_its_own(vault: Vault):
    vault.fill(5)
    vault.rotate()
    names = next(each for each in sealed.columns() if each.name == "link.name_enc")
    with vault.db.write() as tx:
        first = sealed.seal_again(tx, vault.cipher, names, 2, 0, 2)
    assert (first.seen, first.changed) == (2, 2)
    with vault.db.write() as tx:
        second = sealed.seal_again(tx, vault.cipher, names, 2, first.last or 0, 2)
    assert second.last
    assert first.last
    assert second.last > first.last
    assert vault.read() == vault.texts


def test_a_value_that_no_key_opens_stays_and_is_counted(vault: Vault):
    vault.fill(2)
    blob = Cipher(new_ring()).encrypt("x", "elsewhere")
    with vault.db.write() as tx:
        broken = tx.execute(sa.select(link.c.id).limit(1)).scalar_one()
        tx.execute(sa.update(link).where(link.c.id == broken).values(name_enc=blob))
    vault.rotate()
    done = rotation.follow(vault.db, vault.cipher, "data")
    assert done.left == 1
    with vault.db.read() as tx:
        assert tx.execute(sa.select(link.c.name_enc).where(link.c.id == broken)).scalar() == blob


# ---- beside others ----


def test_what_somebody_else_is_writing_is_never_overwritten(vault: Vault):
    vault.fill(3)
    vault.rotate()
    with vault.db.read() as tx:
        row = tx.execute(sa.select(link.c.id, link.c.connection_id, link.c.ref).limit(1)).one()
    fresh = vault.cipher.encrypt("新しい名前", people.name_context(row.connection_id, row.ref))
    walking = threading.Thread(
        target=rotation.follow, args=(vault.db, Cipher(vault.cipher.keys), "data")
    )
    with vault.db.write() as tx:
        tx.execute(sa.update(link).where(link.c.id == row.id).values(name_enc=fresh))
        walking.start()
        walking.join(0.5)
    walking.join(20)
    assert not walking.is_alive()
    rotation.follow(vault.db, vault.cipher, "data")
    assert vault.read() == vault.texts | {("link.name_enc", row.id): "新しい名前"}
    assert vault.under() == {2}


def test_an_erasure_in_the_middle_stays_an_erasure(vault: Vault):
    vault.fill(3)
    vault.rotate()
    with vault.db.write() as tx:
        id_ = tx.execute(sa.select(sa.func.min(contact.c.id))).scalar_one()
        tx.execute(sa.update(contact).where(contact.c.id == id_).values(number_enc=None))
    rotation.follow(vault.db, vault.cipher, "data")
    with vault.db.read() as tx:
        query = sa.select(contact.c.number_enc).where(contact.c.id == id_)
        assert tx.execute(query).scalar() is None


def test_two_rotations_at_once_make_one_new_key_and_both_end_well(vault: Vault):
    vault.fill(20)
    vaults = [vault, vault]
    numbers: list[int] = []

    def rotate(one: Vault) -> None:
        coming = rotation.next_key(one.db, one.config, "data")
        rotation.announce(one.db, one.config, coming)
        with one.db.write() as tx:
            keyfacts.use(tx, "data", coming.number, NOW)
        rotation.follow(one.db, open_cipher(one.db, one.config), "data")
        numbers.append(coming.number)

    both = [threading.Thread(target=rotate, args=(one,)) for one in vaults]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    rotation.follow(vault.db, vault.cipher, "data")
    # One may have begun after the other was through: then there are two keys, and none is lost.
    assert len(numbers) == 2
    assert set(numbers) <= {2, 3}
    assert vault.under() == {max(numbers)}
    assert vault.read(open_cipher(vault.db, vault.config)) == vault.texts


def test_the_ledger_verifies_before_during_and_after(vault: Vault):
    with vault.db.write() as tx:
        who = tx.execute(sa.insert(contact).values(lookup=b"n" * 16, created_at=NOW))
        entry = Entry(
            event_type=EventType.GIVEN,
            ground=Ground.CONSENT,
            contact_id=int(who.inserted_primary_key[0]),
            purpose_key="campaign",
            method=Method.CHECKBOX,
            actor="person",
            personal={"number": "+819012345678"},
        )
        ledger.append(tx, vault.cipher, [entry] * 5, NOW)

    def whole() -> bool:
        with vault.db.read() as tx:
            return ledger.verify(tx, vault.cipher).whole

    assert whole()
    vault.rotate()
    assert whole()
    personal = next(each for each in sealed.columns() if each.name == "evidence.personal_enc")
    with vault.db.write() as tx:
        assert sealed.seal_again(tx, vault.cipher, personal, 2, 0, 2).changed == 2
    assert vault.under() == {1, 2}
    assert whole()
    rotation.follow(vault.db, vault.cipher, "data")
    assert vault.under() == {2}
    assert whole()


# ---- killed ----


@pytest.mark.parametrize("steps", range(5))
def test_whoever_was_killed_after_any_step_the_next_run_ends_it(vault: Vault, steps: int):
    vault.fill(2)

    def coming():
        return rotation.next_key(vault.db, vault.config, "data")

    def use():
        with vault.db.write() as tx:
            keyfacts.use(tx, "data", 2, NOW)

    def some():
        with vault.db.write() as tx:
            sealed.seal_again(tx, vault.cipher, sealed.columns()[0], 2, 0, 1)

    acts = [coming, lambda: rotation.announce(vault.db, vault.config, coming()), use, some]
    for act in acts[:steps]:
        act()
        # Whoever starts now finds store and ring in order.
        assert Vault.read(vault, open_cipher(vault.db, vault.config)) == vault.texts
        vault.cipher.look_again()
    with vault.db.read() as tx:
        waiting = rotation.unfinished(tx, "data")
    if not waiting:
        assert vault.rotate() == 2
    rotation.follow(vault.db, vault.cipher, "data")
    assert vault.under() == {2}
    assert vault.read() == vault.texts


ROTATE = """
import sys
from hub.store import rotation
from hub.store.database import Database
from hub.store.identity import open_cipher
from tests_vault import config_of
db = Database(sys.argv[1])
rotation.STEP = 5
rotation.follow(db, open_cipher(db, config_of(sys.argv[2])), "data", lambda n: print(n, flush=True))
"""


def test_a_process_killed_in_the_middle_loses_nothing(vault: Vault, tmp_path: Path):
    vault.fill(60)
    vault.rotate()
    script = ROTATE.replace("tests_vault", "vault")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(vault.db.url.render_as_string(False)), str(tmp_path)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parent), "PATH": "/usr/bin"},
    ) as process:
        assert process.stdout
        for _ in range(3):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert vault.under() == {1, 2}
    assert vault.read() == vault.texts
    done = rotation.follow(vault.db, vault.cipher, "data")
    assert 0 < done.changed < len(vault.texts)
    assert vault.under() == {2}
    assert vault.read() == vault.texts


# ---- the ring and the store ----


def test_a_process_that_runs_learns_the_new_key_when_it_meets_it(vault: Vault):
    running = open_cipher(vault.db, vault.config)
    vault.rotate()
    vault.fill(1)
    assert vault.under() == {2}
    assert vault.read(running) == vault.texts
    assert running.keys.data == 2


def test_a_process_that_runs_writes_with_the_new_key_soon(vault: Vault):
    time = [0.0]
    running = Cipher(vault.cipher.keys, vault.cipher._source, timer=lambda: time[0])
    vault.rotate()
    assert running.encrypt("x", "y")[1:3] == b"\0\1"
    time[0] = 5.0
    assert running.encrypt("x", "y")[1:3] == b"\0\2"


def test_a_process_without_the_new_key_writes_nothing_and_says_what_to_do(store_url, tmp_path):
    here, there = Vault(store_url, tmp_path / "here"), config_of(tmp_path / "there")
    keys.write_file(there.key_file, open_ring(here.db, here.config))
    elsewhere = open_cipher(here.db, there)
    here.rotate()
    elsewhere.look_again()
    with pytest.raises(ConfigError, match="uses data key 2, and this process does not") as told:
        elsewhere.encrypt("x", "y")
    assert "データ鍵2" in told.value.words.ja
    with pytest.raises(ConfigError, match="data 2 missing or different"):
        open_ring(here.db, there)


def test_a_key_that_nobody_uses_yet_keeps_nobody_from_starting(vault: Vault, tmp_path: Path):
    old = open_ring(vault.db, vault.config)
    coming = rotation.next_key(vault.db, vault.config, "data")
    rotation.announce(vault.db, vault.config, coming)
    assert open_cipher(vault.db, vault.config).keys.data == 1
    elsewhere = config_of(tmp_path / "elsewhere", HUB_KEYS=old.text())
    assert open_cipher(vault.db, elsewhere).keys.data == 1


def test_two_hosts_cannot_rotate_to_different_keys_of_one_number(store_url, tmp_path: Path):
    here, there = Vault(store_url, tmp_path / "here"), config_of(tmp_path / "there")
    keys.write_file(there.key_file, open_ring(here.db, here.config))
    mine = rotation.next_key(here.db, here.config, "data")
    theirs = rotation.next_key(here.db, there, "data")
    assert mine.number == theirs.number == 2
    rotation.announce(here.db, here.config, mine)
    with pytest.raises(ConfigError, match="Another host began to rotate to data key 2"):
        rotation.announce(here.db, there, theirs)
    assert set(open_ring(here.db, there).data) == {1}
    keys.replace_file(there.key_file, open_ring(here.db, here.config))
    again = rotation.next_key(here.db, there, "data")
    assert again.print == mine.print
    rotation.announce(here.db, there, again)


def test_a_wrong_key_of_the_same_number_is_never_written_with(store_url, tmp_path: Path):
    here = Vault(store_url, tmp_path / "here")
    ring = open_ring(here.db, here.config)
    there = config_of(tmp_path / "there")
    keys.write_file(there.key_file, ring.plus("data", 2))
    elsewhere = open_cipher(here.db, there)
    assert here.rotate() == 2
    elsewhere.look_again()
    with pytest.raises(ConfigError, match="does not have it"):
        elsewhere.encrypt("x", "y")


def test_a_key_file_that_is_lost_or_changed_leaves_a_running_process_its_keys(vault: Vault):
    vault.fill(1)
    file = vault.config.key_file
    text = file.read_text()
    file.unlink()
    vault.cipher.look_again()
    assert vault.read() == vault.texts
    keys.write_file(file, new_ring())
    vault.cipher.look_again()
    assert vault.read() == vault.texts
    file.write_text("broken")
    vault.cipher.look_again()
    assert vault.read() == vault.texts
    vault.fill(1)
    file.write_text(text)
    assert vault.read(open_cipher(vault.db, vault.config)) == vault.texts


def test_with_hub_keys_the_new_key_is_a_line_to_be_added(store_url, tmp_path: Path):
    ring = new_ring()
    db = Database(store_url)
    config = config_of(tmp_path, HUB_KEYS=ring.text())
    open_ring(db, config)
    coming = rotation.next_key(db, config, "data")
    assert coming.line
    assert coming.line.startswith("data 2 ")
    assert not config.key_file.exists()
    longer = config_of(tmp_path, HUB_KEYS=f"{ring.text()}{coming.line}")
    assert rotation.next_key(db, longer, "data") == rotation.Coming(
        kind="data", number=2, print=coming.print
    )


def test_the_listing_says_which_key_is_used_since_when_and_by_how_many_rows(vault: Vault):
    vault.fill(2)
    vault.rotate()
    with vault.db.read() as tx:
        rows = rotation.listing(tx, vault.cipher.keys.ring)
    by_name = {(row.kind, row.number): row for row in rows}
    assert set(by_name) == {("data", 1), ("data", 2), ("index", 1)}
    assert by_name["data", 1].state == "older"
    assert by_name["data", 1].rows["contact.number_enc"] == vault.count("contact.number_enc")
    assert by_name["data", 2].state == "used"
    assert by_name["data", 2].since == NOW
    assert by_name["index", 1].rows == {"contact": vault.count("contact.number_enc")}
    assert all(row.here for row in rows)
