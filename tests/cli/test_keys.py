"""Keys from the command line: listed, rotated while the hub runs, retired."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from hub.store import audit, keys, people
from hub.store.audit import AuditFilter
from hub.store.cipher import Cipher
from hub.store.identity import open_ring
from hub.store.keys import new_ring
from hub.store.roll import KeyWatch
from hub.store.rotation import SETTLED
from hub.store.tables.base import hub_fact
from hub.store.tables.connections import reading
from hub.store.tables.people import contact
from hub.testing.roster import roster

from .conftest import PEOPLE

NOW = ("--wait", "0")


def acts(hub) -> list[tuple[str, str, dict]]:
    with hub.database.read() as tx:
        rows = list(audit.stream(tx, AuditFilter(action="key.")))
    return [(row.action, row.object, dict(row.detail)) for row in rows]


def long_ago(hub) -> None:
    """Let the time pass in which a process may still write with the key before."""
    then = (datetime.now(UTC) - SETTLED - timedelta(minutes=1)).isoformat()
    with hub.database.write() as tx:
        tx.execute(
            sa.update(hub_fact).where(hub_fact.c.key.startswith("key-since:")).values(value=then)
        )


def numbers_open(hub) -> bool:
    """Whether every number that is kept opens, and is the one of its lookup."""
    with hub.database.read() as tx:
        ids = list(tx.execute(sa.select(contact.c.id)).scalars())
        numbers = people.numbers_of(tx, hub.cipher, ids)
        for id_, number in numbers.items():
            assert people.find_contact(tx, hub.cipher.lookups(number)) == id_
    return bool(numbers)


def test_a_rotation_is_one_command(pulled, here, tmp_path: Path):
    before = (tmp_path / "var" / "hub.keys").read_text()
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 0
    assert "The data key 2 is in use." in told.out
    assert numbers_open(here())
    after = (tmp_path / "var" / "hub.keys").read_text()
    assert set(before.splitlines()) < set(after.splitlines())
    assert [(action, what) for action, what, _ in acts(here())] == [
        ("key.used", "key:data:2"),
        ("key.rotated", "key:data:2"),
    ]
    assert acts(here())[1][2]["left"] == 0
    # No key, and nothing of one, is told.
    for line in after.splitlines()[1:]:
        assert line.split()[2][:8] not in told.out + told.err


def test_the_list_shows_what_is_under_which_key_and_no_key(pulled, here, tmp_path: Path):
    assert pulled("keys", "rotate", "--json", *NOW).json["changed"] > 0
    rows = pulled("keys", "list", "--json").json
    assert [(row["kind"], row["number"], row["state"]) for row in rows] == [
        ("data", 1, "older"),
        ("data", 2, "used"),
        ("index", 1, "used"),
    ]
    assert rows[0]["rows"] == {}
    assert rows[1]["rows"]["contact.number_enc"] > 0
    assert rows[2]["rows"]["contact"] > 0
    shown = pulled("keys", "list").out
    assert "data key" in shown
    for line in (tmp_path / "var" / "hub.keys").read_text().splitlines()[1:]:
        assert line.split()[2][:8] not in shown


def test_numbers_are_found_by_a_new_index_key(pulled, here):
    told = pulled("keys", "rotate", "--index", *NOW)
    assert told.code == 0
    assert "The index key 2 is in use." in told.out
    assert "found by an older index key" in told.out
    assert numbers_open(here())
    # The next whole pull tells the numbers that are not kept; other collections ask for one.
    with here().database.write() as tx:
        tx.execute(sa.update(reading).values(basis="other"))
    assert pulled("sync", "crm").code == 0
    assert pulled("keys", "retire", "1", "--index", "--yes").code == 0
    assert set(open_ring(here().database, here().config).index) == {2}
    assert numbers_open(here())
    people_of = {each.e164 for each in roster(PEOPLE) if each.e164}
    with here().database.read() as tx:
        assert all(people.find_contact(tx, here().cipher.lookups(each)) for each in people_of)


def test_an_index_key_that_numbers_rest_on_is_refused_with_their_count(pulled, here):
    record = ("--record", "crm", f"1:{_consented(here())}")
    assert pulled("erase", "person", *record, "--now", "--confirm", "1").code == 0
    assert pulled("keys", "rotate", "--index", *NOW).code == 0
    told = pulled("keys", "retire", "1", "--index", "--yes")
    assert told.code == 1
    assert "found by the index key 1 alone, so it has to stay (erased 1, number not" in told.err
    assert ("key.retired", "key:index:1", {}) not in acts(here())


def test_a_data_key_is_retired_when_nothing_needs_it(pulled, here):
    assert pulled("keys", "rotate", *NOW).code == 0
    told = pulled("keys", "retire", "1", "--yes")
    assert told.code == 1
    assert "was replaced only now" in told.err
    long_ago(here())
    assert pulled("keys", "retire", "1", "--yes", "--json").json == {
        "kind": "data",
        "number": 1,
        "in_ring": False,
    }
    assert acts(here())[-1] == ("key.retired", "key:data:1", {})
    assert set(open_ring(here().database, here().config).data) == {2}
    assert numbers_open(here())
    # Once more is harmless, and is no second act.
    assert pulled("keys", "retire", "1", "--yes").code == 0
    assert len([act for act in acts(here()) if act[0] == "key.retired"]) == 1


def test_the_key_in_use_is_not_retired_and_an_unknown_one_is_wrong_usage(pulled):
    assert "is in use" in pulled("keys", "retire", "1", "--yes").err
    assert pulled("keys", "retire", "7", "--yes").code == 2


def test_nothing_is_retired_without_a_yes(pulled, here, monkeypatch):
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: PTH123, SIM115
    assert pulled("keys", "retire", "1").code == 1


def test_a_run_that_was_ended_goes_on_where_it_was(pulled, here):
    assert pulled("keys", "rotate", *NOW).code == 0
    hub = here()
    with hub.database.write() as tx:
        # As a process would leave it that was killed before the last rows followed.
        old = Cipher(hub.cipher.keys.ring.without("data", 2))
        id_, lookup, number = next(_kept(tx, hub.cipher))
        sealed = old.encrypt(number, people.number_context(lookup))
        tx.execute(sa.update(contact).where(contact.c.id == id_).values(number_enc=sealed))
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 0
    assert "Going on with the rotation to data key 2." in told.err
    assert "Values put under it: 1." in told.out
    assert numbers_open(here())


def test_nothing_uses_a_key_that_a_process_elsewhere_lacks(pulled, here, tmp_path: Path):
    hub = here()
    ring = open_ring(hub.database, hub.config)
    elsewhere = KeyWatch(hub.database, Cipher(ring), "other-host:7")
    stop = elsewhere.start(every=0.1)
    told = pulled("keys", "rotate", "--wait", "2")
    stop.set()
    assert told.code == 1
    assert "do not have the data key 2 yet: other-host:7" in told.err
    assert "from hub.keys here" in told.err
    assert here().cipher.keys.data == 1
    assert acts(here()) == []


def test_with_hub_keys_it_says_what_to_set_where_and_checks(pulled, here, tmp_path, monkeypatch):
    ring = open_ring(here().database, here().config)
    (tmp_path / "var" / "hub.keys").unlink()
    monkeypatch.setenv("HUB_KEYS", ring.text())
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 1
    assert "1. Add this line to HUB_KEYS everywhere" in told.out
    line = pulled("keys", "rotate", "--json", *NOW).json["add"]
    assert here().cipher.keys.data == 1
    monkeypatch.setenv("HUB_KEYS", ring.text() + line)
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 0
    assert "The data key 2 is in use." in told.out
    assert numbers_open(here())
    long_ago(here())
    told = pulled("keys", "retire", "1", "--yes")
    assert told.code == 0
    assert "Take the line `data 1 …` out of HUB_KEYS everywhere" in told.out
    monkeypatch.setenv("HUB_KEYS", keys.parse(ring.text() + line).without("data", 1).text())
    assert numbers_open(here())


def test_anew_begins_with_another_key_whatever_is_left(pulled, here):
    assert pulled("keys", "rotate", *NOW).code == 0
    hub = here()
    with hub.database.write() as tx:
        broken = Cipher(new_ring()).encrypt("x", "y")
        id_ = next(_kept(tx, hub.cipher))[0]
        tx.execute(sa.update(contact).where(contact.c.id == id_).values(number_enc=broken))
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 1
    assert "1 values are still under older keys" in told.err
    assert "The data key 2 is in use." in told.out
    assert "The data key 3 is in use." in pulled("keys", "rotate", "--anew", *NOW).out


def test_the_store_does_not_open_without_a_key_it_uses(pulled, here, tmp_path: Path):
    file = tmp_path / "var" / "hub.keys"
    before = file.read_text()
    assert pulled("keys", "rotate", *NOW).code == 0
    file.write_text(before)
    told = pulled("keys", "list")
    assert told.code == 1
    assert "data 2 missing or different" in told.err


def test_a_key_that_was_lost_before_anything_used_it_is_passed_over(pulled, here):
    hub = here()
    with hub.database.write() as tx:
        tx.execute(sa.insert(hub_fact).values(key="key-new:data:2", value="f" * 32))
    told = pulled("keys", "rotate", *NOW)
    assert told.code == 0
    assert "The data key 3 is in use." in told.out


def _consented(hub) -> str:
    with hub.database.read() as tx:
        from hub.store.tables.people import link

        ref = tx.execute(
            sa.select(link.c.ref).where(link.c.verdict == "consented").order_by(link.c.id).limit(1)
        ).scalar_one()
    return str(ref).partition(":")[2]


def _kept(tx, cipher):
    for row in tx.execute(sa.select(contact).where(contact.c.number_enc.is_not(None))):
        number = cipher.decrypt(row.number_enc, people.number_context(row.lookup))
        yield row.id, row.lookup, number
