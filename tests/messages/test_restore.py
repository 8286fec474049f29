"""Whatever happened after the backup: a restored hub texts nobody who opted out since."""

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.config import read_config
from hub.consent import ledger
from hub.messages import restore as putting_back
from hub.optout import act
from hub.optout.journal import Journal
from hub.plugins.registry import Registry
from hub.store import backup
from hub.store.database import Database
from hub.store.people import contacts_for
from hub.store.tables.consent import exclusion

from ..optout.conftest import START, World, world  # noqa: F401 - a fixture


class Shop:
    """A store whose people opt out, undo and say it again, as a seed has it."""

    def __init__(self, world: World, seed: int) -> None:  # noqa: F811
        self.world = world
        self.random = random.Random(seed)
        with world.db.write() as tx:
            lookups = [world.cipher.lookups(f"+8190{n:08d}") for n in range(12)]
            self.people = contacts_for(tx, lookups, START)

    def barred(self) -> set[tuple[int, str]]:
        with self.world.db.read() as tx:
            rows = tx.execute(sa.select(exclusion).where(exclusion.c.lifted_at.is_(None)))
            return {(row.contact_id, row.scope) for row in rows}

    def act(self) -> None:
        here = self.world
        here.wait(seconds=20)
        contact_id = self.random.choice(self.people)
        mine = [row for row in self._standing() if row.contact_id == contact_id]
        if mine and self.random.random() < 0.5:
            with here.db.write() as tx:
                act.undo(
                    tx,
                    here.cipher,
                    contact_id=contact_id,
                    exclusion_id=mine[0].id,
                    message_id=None,
                    actor="person",
                    now=here.now,
                    sink_connections=here.sinks,
                )
        else:
            scope = self.random.choice(["all", "promotional", "purpose:campaign"])
            here.stop(scope=scope, contact_id=contact_id)

    def _standing(self) -> list[sa.Row]:
        with self.world.db.read() as tx:
            active = sa.select(exclusion).where(exclusion.c.lifted_at.is_(None))
            return list(tx.execute(active))


@pytest.mark.parametrize("seed", range(6))
def test_who_is_on_the_list_is_the_same_after_any_history(
    world: World,  # noqa: F811
    tmp_path: Path,
    seed: int,
) -> None:
    journal = Journal(tmp_path / "optouts.jsonl", world.cipher)
    world.db.witness = journal
    shop = Shop(world, seed)
    for _ in range(shop.random.randrange(20)):
        shop.act()
    file = tmp_path / "backup"
    with file.open("wb") as out:
        backup.save(world.db, world.cipher, out, world.now)
    for _ in range(shop.random.randrange(40)):
        shop.act()
    expected = shop.barred()
    for _ in range(2):
        done = putting_back.restore(
            world.db,
            world.cipher,
            read_config({"HUB_DATA_DIR": str(tmp_path)}),
            Registry(plugins={}, broken={}),
            file,
            [journal.path],
            replace=True,
            actor="terminal",
            clock=world.clock,
        )
        assert (done.journal.damaged, done.journal.gaps) == (0, 0)
        assert shop.barred() == expected
        with world.db.read() as tx:
            assert ledger.verify(tx, world.cipher).whole


def test_a_backup_is_one_moment_while_others_write(
    world: World,  # noqa: F811
    tmp_path: Path,
) -> None:
    shop = Shop(world, 1)
    for _ in range(10):
        shop.act()
    expected = shop.barred()
    file = tmp_path / "backup"
    other = Database(world.db.url.render_as_string(hide_password=False))
    with world.db.snapshot() as tx:
        tx.execute(sa.select(exclusion.c.id)).all()
        world.db, mine = other, world.db
        shop.act()
        rows = tx.execute(sa.select(exclusion).where(exclusion.c.lifted_at.is_(None)))
        assert {(row.contact_id, row.scope) for row in rows} == expected
    with file.open("wb") as out:
        backup.save(other, world.cipher, out, world.now)
    assert shop.barred() != expected
    world.db = mine
    other.close()
