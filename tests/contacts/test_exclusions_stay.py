"""No synchronisation can empty the exclusion list, whatever a platform says or forgets to say."""

import io
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contacts.excluding import Order, put
from hub.contacts.phone import normalise
from hub.optout import act
from hub.optout.pushes import push_open
from hub.store import exclusions as exclusion_rows
from hub.store import people
from hub.store.tables.connections import connection
from hub.values.contact import Answer
from hub.values.mapping import FieldMapping

from .town import Platform, hub_beside, no, out, yes

NUMBERS = ["090-1234-5678", "080-1234-5678", "070-1234-5678"]
NAMES = st.sampled_from(["crm", "desk"])
IDS = st.sampled_from(["1", "2", "3"])
NUMBER = st.sampled_from(NUMBERS)
SCOPES = st.sampled_from(["promotional", "all", "purpose:campaign"])
DAYS = st.sampled_from([-30, -5, -1, 0, 0, 3])

STEPS = st.one_of(
    st.tuples(st.just("stop"), NUMBER, SCOPES, st.sampled_from(["agent", "reply", "page", "api"])),
    st.tuples(st.just("hand_in"), st.lists(NUMBER, min_size=1), SCOPES),
    st.tuples(st.just("save"), NAMES, IDS, NUMBER, st.one_of(st.none(), DAYS)),
    st.tuples(st.just("agree_anew"), NAMES, IDS, NUMBER),
    st.tuples(st.just("untick"), NAMES, IDS, st.sampled_from([Answer.NO, Answer.SILENT])),
    st.tuples(st.just("field"), NAMES, IDS, st.booleans(), st.one_of(st.none(), DAYS)),
    st.tuples(st.just("delete"), NAMES, IDS),
    st.tuples(st.just("pull"), NAMES),
    st.tuples(st.just("everything_anew"), NAMES),
    st.tuples(st.just("vanish"), NAMES),
    st.tuples(st.just("push")),
    st.tuples(st.just("map"), NAMES, st.sampled_from(["phone", "other"])),
    st.tuples(st.just("remove"), NAMES, st.booleans()),
    st.tuples(st.just("disable"), NAMES, st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


class Town:
    """Two platforms beside one hub, and every dated yes that ever stood in one of them."""

    def __init__(self, hub):
        self.hub = hub
        self.yes_at = {}

    def contact(self, number):
        with self.hub.db.write() as tx:
            lookups = self.hub.cipher.lookups(normalise(number).e164)
            return people.contacts_for(tx, [lookups], self.hub.now)[0]

    def stop(self, number, scope, origin):
        contact_id = self.contact(number)
        with self.hub.db.write() as tx:
            act.opt_out(
                tx,
                self.hub.cipher,
                contact_id=contact_id,
                scope=scope,
                origin=origin,
                actor="test",
                occurred_at=self.hub.now,
                now=self.hub.now,
                sink_connections=self.hub.connections.with_role("opt_out_sink"),
            )

    def hand_in(self, numbers, scope):
        order = Order(default_scope=scope, actor="test", now=self.hub.now)
        file = io.BytesIO("\n".join(["number", *numbers]).encode())
        put(self.hub.db, self.hub.cipher, file, order, frozenset())

    def save(self, name, id_, number, days):
        at = None if days is None else self.hub.now + timedelta(days=days)
        self.hub.platforms[name].put(id_, number, consent=yes(at=at))
        if at is not None:
            self.yes_at.setdefault(self.contact(number), []).append(at)

    def agree_anew(self, name, id_, number):
        self.wait(1)
        self.save(name, id_, number, 0)
        self.pull(name)

    def untick(self, name, id_, answer):
        if id_ in self.hub.platforms[name].records:
            self.hub.platforms[name].change(id_, consent=no(answer))

    def field(self, name, id_, set_, days):
        if id_ in self.hub.platforms[name].records:
            at = None if days is None else self.hub.now + timedelta(days=days)
            self.hub.platforms[name].change(id_, opt_out=out(at, out=set_))

    def delete(self, name, id_):
        self.hub.platforms[name].records.pop(id_, None)

    def pull(self, name):
        self.hub.pull(name)

    def everything_anew(self, name):
        with self.hub.db.write() as tx:
            tx.exec_driver_sql("DELETE FROM reading")
        self.hub.pull(name)

    def vanish(self, name):
        self.hub.vanish(name)

    def push(self):
        push_open(self.hub.db, self.hub.connections, self.hub.clock)

    def map(self, name, phone):
        self._connection(name, mapping=_mapping(phone))

    def remove(self, name, gone):
        self._connection(name, removed_at=self.hub.now if gone else None)

    def disable(self, name, off):
        self._connection(name, enabled=not off)

    def wait(self, days):
        self.hub.later(days=days)

    def _connection(self, name, **values):
        with self.hub.db.write() as tx:
            tx.execute(sa.update(connection).where(connection.c.name == name).values(**values))

    def standing(self):
        """The rows of the list that stand, by contact and scope."""
        with self.hub.db.read() as tx:
            ids = [self_id for (self_id,) in tx.exec_driver_sql("SELECT id FROM contact")]
            active = exclusion_rows.active(tx, ids)
        return {(row.contact_id, row.scope): row for rows in active.values() for row in rows}


def _mapping(phone):
    mapping = FieldMapping(phone=phone, consent="SMS許諾", purpose="campaign")
    return vars(mapping)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_only_a_dated_act_of_the_person_takes_a_number_off_the_list(steps, ready_sqlite, tmp_path):
    path = tmp_path / "hub.db"
    for file in tmp_path.glob("hub.db*"):
        file.unlink()
    shutil.copy(ready_sqlite, path)
    with hub_beside(f"sqlite:///{path}", crm=Platform(), desk=Platform()) as hub:
        town = Town(hub)
        for kind, *about in steps:
            before = town.standing()
            getattr(town, kind)(*about)
            gone = [row for key, row in before.items() if key not in town.standing()]
            for row in gone:
                assert any(at > row.said_last for at in town.yes_at.get(row.contact_id, ())), kind


@pytest.mark.parametrize(
    "step",
    ["untick", "field", "delete", "everything_anew", "vanish", "map", "remove", "disable"],
)
def test_no_step_of_a_platform_does_it(step, store_url):
    about = {
        "untick": ("1", Answer.SILENT),
        "field": ("1", False, None),
        "delete": ("1",),
        "map": ("other",),
        "remove": (True,),
        "disable": (True,),
    }
    with hub_beside(store_url, crm=Platform(), desk=Platform()) as hub:
        town = Town(hub)
        town.save("crm", "1", NUMBERS[0], -20)
        town.pull("crm")
        town.stop(NUMBERS[0], "promotional", "page")
        before = town.standing().keys()
        getattr(town, step)("crm", *about.get(step, ()))
        for _ in range(2):
            hub.later(days=1)
            town.push()
            town.pull("crm")
            town.vanish("crm")
        assert town.standing().keys() == before
