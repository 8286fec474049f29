"""Index keys are rotated, and whoever was excluded is found under every one a store ever had."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.store import exclusions, keyfacts, lookups, people, reindexing, retiring, rotation
from hub.store.cipher import Cipher, Keys
from hub.store.database import StoreUnavailable
from hub.store.erasure import erase
from hub.store.erasure_aim import Aim
from hub.store.exclusions import NewExclusion
from hub.store.identity import open_cipher, open_ring
from hub.store.retiring import Refusal
from hub.store.tables.base import hub_fact
from hub.store.tables.consent import exclusion
from hub.store.tables.people import contact, contact_lookup

from .vault import NOW, Vault

NUMBERS = [f"+8190{n:08d}" for n in range(12345670, 12345678)]


@pytest.fixture
def vault(store_url: str, tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(store_url, tmp_path)
    yield vault
    vault.db.close()


def make(vault: Vault, number: str, cipher: Cipher | None = None) -> int:
    """What a pull does when it meets a number that it may keep."""
    cipher = cipher or vault.cipher
    with vault.db.write() as tx:
        found = people.find_or_make(tx, [cipher.lookups(number)], NOW)
        (id_,) = found.ids
        people.lock_contacts(tx, [id_])
        lookups.add(tx, found.lacking)
        row = tx.execute(sa.select(contact).where(contact.c.id == id_)).one()
        if row.number_enc is None and row.erased_at is None:
            sealed = cipher.encrypt(number, people.number_context(row.lookup))
            tx.execute(sa.update(contact).where(contact.c.id == id_).values(number_enc=sealed))
    return id_


def meet(vault: Vault, number: str) -> int:
    """What a pull does when it meets a number that it may not keep."""
    with vault.db.write() as tx:
        found = people.find_or_make(tx, [vault.cipher.lookups(number)], NOW)
        people.lock_contacts(tx, found.ids)
        lookups.add(tx, found.lacking)
    return found.ids[0]


def forget(vault: Vault, contact_id: int) -> None:
    aim = Aim(kind="person", subject=contact_id, before=NOW)
    with vault.db.write() as tx:
        people.lock_contacts(tx, [contact_id])
        erase(tx, aim, [contact_id], [], NOW)


def exclude(vault: Vault, contact_id: int) -> None:
    with vault.db.write() as tx:
        if not exclusions.active(tx, [contact_id])[contact_id]:
            new = NewExclusion(
                contact_id=contact_id, scope="all", origin="page", actor="person", occurred_at=NOW
            )
            exclusions.add(tx, [new], NOW)


def follow(vault: Vault) -> rotation.Followed:
    return rotation.follow(vault.db, vault.cipher, "index")


def retire(vault: Vault, number: int) -> Refusal | None:
    with vault.db.write() as tx:
        refusal = retiring.retire(tx, "index", number, NOW)
    if refusal is None:
        rotation.take_out(vault.config, "index", number)
    vault.cipher.look_again()
    return refusal


def found(vault: Vault, number: str) -> int | None:
    # As a process would that starts now.
    cipher = open_cipher(vault.db, vault.config)
    with vault.db.read() as tx:
        return people.find_contact(tx, cipher.lookups(number))


def kept(vault: Vault, contact_id: int) -> str | None:
    with vault.db.read() as tx:
        return people.numbers_of(tx, vault.cipher, [contact_id]).get(contact_id)


def keys_of(vault: Vault) -> dict[int, dict[str, int]]:
    with vault.db.read() as tx:
        return reindexing.counts(tx)


# ---- one rotation ----


def test_a_number_that_is_kept_moves_to_the_new_key_and_is_found_by_both(vault: Vault):
    id_ = make(vault, NUMBERS[0])
    before = vault.cipher
    assert vault.rotate("index") == 2
    assert follow(vault) == rotation.Followed(changed=1, left=0)
    assert keys_of(vault) == {2: {"contact": 1}, 1: {"contact_lookup": 1}}
    assert found(vault, NUMBERS[0]) == id_
    assert kept(vault, id_) == NUMBERS[0]
    # Lines written before, such as those of a journal outside the store, are still resolved.
    with vault.db.read() as tx:
        old = Cipher(Keys(ring=before.keys.ring, data=1, index=1)).lookups(NUMBERS[0])
        assert people.find_contact(tx, old[:1]) == id_


def test_an_erased_number_keeps_its_old_lookup_and_is_still_found(vault: Vault):
    id_ = make(vault, NUMBERS[0])
    exclude(vault, id_)
    forget(vault, id_)
    vault.rotate("index")
    assert follow(vault) == rotation.Followed(changed=0, left=0)
    assert found(vault, NUMBERS[0]) == id_
    assert make(vault, NUMBERS[0]) == id_
    assert kept(vault, id_) is None


def test_a_pull_that_tells_a_number_again_gives_it_its_new_lookup(vault: Vault):
    erased, unkept = make(vault, NUMBERS[0]), meet(vault, NUMBERS[1])
    forget(vault, erased)
    vault.rotate("index")
    with vault.db.read() as tx:
        assert retiring.resting(tx, "index", 2) == 2
    assert (meet(vault, NUMBERS[0]), meet(vault, NUMBERS[1])) == (erased, unkept)
    assert follow(vault).changed == 2
    with vault.db.read() as tx:
        assert retiring.resting(tx, "index", 2) == 0
    assert kept(vault, erased) is None
    assert (found(vault, NUMBERS[0]), found(vault, NUMBERS[1])) == (erased, unkept)


def test_an_index_key_that_an_erased_number_is_found_by_is_not_retired(vault: Vault):
    erased, _ = make(vault, NUMBERS[0]), meet(vault, NUMBERS[1])
    make(vault, NUMBERS[2])
    forget(vault, erased)
    vault.rotate("index")
    follow(vault)
    assert retire(vault, 1) == Refusal(why="resting", rows={"erased": 1, "not_kept": 1})
    assert found(vault, NUMBERS[0]) == erased


def test_an_index_key_that_nothing_rests_on_is_retired(vault: Vault):
    id_ = make(vault, NUMBERS[0])
    vault.rotate("index")
    follow(vault)
    assert retire(vault, 1) is None
    assert keys_of(vault) == {2: {"contact": 1}}
    assert set(open_ring(vault.db, vault.config).index) == {2}
    assert found(vault, NUMBERS[0]) == id_
    assert kept(vault, id_) == NUMBERS[0]


def test_two_contacts_of_one_number_are_left_for_a_person_to_see(vault: Vault):
    id_ = make(vault, NUMBERS[0])
    vault.rotate("index")
    with vault.db.write() as tx:
        double = vault.cipher.lookups(NUMBERS[0]).under(2)
        tx.execute(sa.insert(contact).values(lookup=double, index_key=2, created_at=NOW))
    assert follow(vault) == rotation.Followed(changed=0, left=1)
    assert kept(vault, id_) == NUMBERS[0]


def test_a_full_disk_in_the_middle_is_told_and_the_next_run_ends_it(
    ready_sqlite_url: str, tmp_path: Path
):
    vault = Vault(ready_sqlite_url, tmp_path)
    numbers = [f"+8180{n:08d}" for n in range(400)]
    ids = {number: make(vault, number) for number in numbers}
    vault.rotate("index")

    @sa.event.listens_for(vault.db.engine, "connect")
    def cramp(connection, record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    vault.db.engine.dispose()
    with pytest.raises(StoreUnavailable, match="disk is full: nothing was saved"):
        follow(vault)
    assert all(found(vault, number) == id_ for number, id_ in ids.items())
    sa.event.remove(vault.db.engine, "connect", cramp)
    vault.db.engine.dispose()
    assert follow(vault).left == 0
    assert keys_of(vault)[2] == {"contact": 400}
    assert all(kept(vault, id_) == number for number, id_ in ids.items())


# ---- processes that have not learnt of it yet ----


def test_a_process_that_knows_the_key_but_not_that_it_is_used_makes_no_second_contact(vault: Vault):
    coming = rotation.next_key(vault.db, vault.config, "index")
    rotation.announce(vault.db, vault.config, coming)
    behind = open_cipher(vault.db, vault.config)
    assert behind.lookups(NUMBERS[0]).numbers == (1, 2)
    with vault.db.write() as tx:
        keyfacts.use(tx, "index", 2, NOW)
    id_ = make(vault, NUMBERS[0], behind)
    assert keys_of(vault) == {2: {"contact": 1}}
    assert make(vault, NUMBERS[0], open_cipher(vault.db, vault.config)) == id_


def test_a_process_without_the_key_makes_no_contact_at_all(vault: Vault):
    behind = Cipher(vault.cipher.keys)
    vault.rotate("index")
    with pytest.raises(ConfigError, match="uses index key 2"):
        make(vault, NUMBERS[0], behind)
    assert keys_of(vault) == {}


def test_a_new_index_key_is_used_only_after_contacts_that_are_being_made(vault: Vault):
    coming = rotation.next_key(vault.db, vault.config, "index")
    rotation.announce(vault.db, vault.config, coming)
    used = threading.Event()

    def use() -> None:
        with vault.db.write() as tx:
            keyfacts.use(tx, "index", 2, NOW)
        used.set()

    vault.cipher.look_again()
    with vault.db.write() as tx:
        (first,) = people.contacts_for(tx, [vault.cipher.lookups(NUMBERS[0])], NOW)
        thread = threading.Thread(target=use)
        thread.start()
        assert not used.wait(0.3)
    thread.join(10)
    assert used.is_set()
    vault.cipher.look_again()
    assert make(vault, NUMBERS[0]) == first


# ---- every history ----


@dataclass
class Town:
    """Who is there, as a list would say it that no database keeps."""

    vault: Vault
    ids: dict[str, int] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)

    def act(self, what: str, number: str) -> None:
        """Let one thing happen."""
        if what in ("make", "meet"):
            id_ = (make if what == "make" else meet)(self.vault, number)
            assert self.ids.setdefault(number, id_) == id_
        elif what == "rotate":
            self.vault.rotate("index")
        elif what == "rotate data":
            self.vault.rotate()
        elif what == "follow":
            assert follow(self.vault).left == 0
            rotation.follow(self.vault.db, self.vault.cipher, "data")
        elif what == "retire":
            retire(self.vault, min(open_ring(self.vault.db, self.vault.config).index))
        elif number in self.ids and what == "erase":
            forget(self.vault, self.ids[number])
        elif number in self.ids:
            exclude(self.vault, self.ids[number])
            self.excluded.add(number)

    def check(self) -> None:
        """Fail where anybody is not found, or is found excluded who is not, or not who is."""
        for number, id_ in self.ids.items():
            assert found(self.vault, number) == id_
            with self.vault.db.read() as tx:
                assert bool(exclusions.active(tx, [id_])[id_]) == (number in self.excluded)
            assert kept(self.vault, id_) in (number, None)


ACTS = st.sampled_from(
    ["make", "meet", "exclude", "erase", "rotate", "rotate data", "follow", "retire"]
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(ACTS, st.sampled_from(NUMBERS[:3])), min_size=4, max_size=14))
def test_an_excluded_number_is_found_whatever_became_of_the_keys_and_of_the_number(vault, acts):
    with vault.db.write() as tx:
        for table in (exclusion, contact_lookup, contact):
            tx.execute(sa.delete(table))
        tx.execute(sa.delete(hub_fact))
    vault.config.key_file.unlink()
    vault.cipher = open_cipher(vault.db, vault.config)
    town = Town(vault)
    town.act("make", NUMBERS[0])
    town.act("exclude", NUMBERS[0])
    for what, number in acts:
        town.act(what, number)
        town.check()
