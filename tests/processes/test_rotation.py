"""Keys are rotated while web, workers and schedule run, and nobody has to be restarted."""

import json
import subprocess
import sys

import pytest
import sqlalchemy as sa

from hub.store import counts, people, sealed
from hub.store.tables.base import hub_fact
from hub.store.tables.people import contact
from hub.testing.roster import roster

from .machine import Machine, until


@pytest.fixture(scope="module")
def running(machine: Machine):
    """A hub that runs and has read everybody once."""
    machine.start()
    hub = machine.hub()
    crm = hub.connections.row("crm").id
    hub.bells.pull(crm)

    def pulled():
        with hub.database.read() as tx:
            return sum(counts.verdicts(tx, crm).values()) == machine.kintone.people

    until(pulled, "the pull")
    secret = machine.environ["MACHINE_HOOK"]
    machine.kintone.webhook_to(f"{machine.environ['HUB_PUBLIC_URL']}/in/crm/{secret}")
    yield machine
    hub.database.close()


def keys(machine: Machine, *words: str):
    told = subprocess.run(
        [sys.executable, "-m", "hub", "keys", *words, "--json"],
        env=machine.environ,
        capture_output=True,
        timeout=90,
        check=False,
    )
    assert told.returncode == 0, (told.stdout + told.stderr).decode()
    return json.loads(told.stdout)


def asked(machine: Machine) -> set[str]:
    """Who answered while a rotation asked, by process id."""
    hub = machine.hub()
    with hub.database.read() as tx:
        query = sa.select(hub_fact.c.key).where(hub_fact.c.key.like("roll:%:%"))
        return {key.rsplit(":", 1)[1] for key in tx.execute(query).scalars()}


@pytest.mark.parametrize("words", [(), ("--index",)], ids=["data", "index"])
def test_a_rotation_asks_every_process_and_all_of_them_go_on_with_the_new_key(running, words):
    before = running.everybody()
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "keys", "rotate", *words],
        env=running.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as rotating:
        # web, four workers, schedule
        until(lambda: len(asked(running)) == 6, "every process to answer", 30)
        assert rotating.wait(60) == 0
    assert asked(running) == set()
    # Somebody changes a record: a worker that was never restarted writes it.
    running.kintone.edit("1", {"店舗": "大阪" if words else "札幌"})
    hub = running.hub()
    crm = hub.connections.row("crm").id

    def new() -> bool:
        with hub.database.read() as tx:
            (link,) = people.find_links(tx, crm, [_first(running)]).values()
            values = people.merge_values(tx, hub.cipher, [link.id])[link.id]
        return values.attributes.get("store") == ("大阪" if words else "札幌")

    until(new, "the change to be read", 30)
    with hub.database.read() as tx:
        under = {key for each in sealed.counts(tx).values() for key in each}
        numbers = people.numbers_of(
            tx, hub.cipher, list(tx.execute(sa.select(contact.c.id)).scalars())
        )
    assert under == {2}
    assert set(numbers.values()) <= {each.e164 for each in roster(running.kintone.people)}
    assert [each.pid for each in running.everybody()] == [each.pid for each in before]
    assert "does not open" not in running.said()


def test_the_list_shows_both_rotations(running):
    rows = {(row["kind"], row["number"]): row for row in keys(running, "list")}
    assert rows["index", 2]["state"] == "used"
    assert rows["data", 2]["state"] == "used"
    assert rows["data", 1]["rows"] == {}


def _first(machine: Machine) -> str:
    return f"{machine.kintone.connection_settings()['app']}:1"
