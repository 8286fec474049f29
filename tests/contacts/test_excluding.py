"""A list of numbers goes on the exclusion list, and stays there."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.consent import ledger
from hub.contacts.excluding import Order, check, put
from hub.contacts.phone import normalise
from hub.optout.act import reopen
from hub.optout.pushes import push_open
from hub.store import exclusions as exclusion_rows
from hub.store import people
from hub.store.tables.consent import exclusion

from .town import NOW, Platform, hub_beside, yes


@pytest.fixture
def town(store_url):
    crm = Platform()
    crm.put("1", "090-1234-5678", consent=yes())
    crm.put("2", "080-1234-5678", consent=yes())
    with hub_beside(store_url, crm=crm) as hub:
        hub.pull()
        yield hub


def order(hub, **changes):
    values = {"default_scope": "promotional", "actor": "agent:田中", "now": hub.now}
    return Order(**(values | changes))


def take(hub, text, **changes):
    return put(
        hub.db,
        hub.cipher,
        io.BytesIO(text.encode()),
        order(hub, **changes),
        hub.connections.with_role("opt_out_sink"),
    )


def would(hub, text):
    return check(hub.db, hub.cipher, io.BytesIO(text.encode()), order(hub))


def on_the_list(hub):
    with hub.db.read() as tx:
        query = sa.select(exclusion.c.contact_id, exclusion.c.scope)
        return {tuple(row) for row in tx.execute(query.where(exclusion.c.lifted_at.is_(None)))}


def test_an_import_stops_at_once_and_tells_every_platform(town):
    done = take(town, "番号\n090-1234-5678\n070-1234-5678\n03-1234-5678\n")
    assert (done.added, done.already, done.refused_by_reason) == (2, 0, {"landline": 1})
    assert town.may_text("1") == "suppressed_promotional"
    assert town.may_text("2") == "allow"
    push_open(town.db, town.connections, town.clock)
    assert [str(each.ref) for each in town.platforms["crm"].told] == ["12:1"]


def test_a_number_nobody_has_yet_is_barred_when_it_turns_up(town):
    take(town, "番号\n070-1234-5678\n")
    town.platforms["crm"].put("3", "070-1234-5678", consent=yes())
    town.pull()
    assert town.may_text("3") == "suppressed_promotional"


def test_the_same_file_again_changes_nothing(town):
    text = "番号,範囲,日時\n09012345678,,2026-01-05\n09012345678,all\n08012345678\n"
    assert take(town, text).added == 3
    before = {table: town.count(table) for table in ("exclusion", "evidence", "opt_out_push")}
    town.later(days=1)
    again = take(town, text)
    assert (again.added, again.already) == (0, 3)
    assert {table: town.count(table) for table in before} == before


def test_a_trial_says_what_the_import_will_do_and_stores_nothing(town):
    take(town, "番号\n09012345678\n")
    text = "番号\n09012345678\n08012345678\n08012345678\n070-1111-2222\n0312345678\n"
    before = {table: town.count(table) for table in ("exclusion", "evidence", "contact")}
    trial = would(town, text)
    assert {table: town.count(table) for table in before} == before
    assert take(town, text) == trial
    assert (trial.added, trial.already, trial.lines) == (2, 2, 5)


def test_an_old_line_does_not_bring_back_a_stop_the_person_took_back(town):
    text = "番号,日時\n09012345678,2026-01-05\n"
    take(town, text)
    town.later(days=1)
    with town.db.write() as tx:
        (contact_id,) = people.known_contacts(
            tx, [town.cipher.lookups(normalise("09012345678").e164)]
        )
        reopen(
            tx,
            town.cipher,
            contact_id=contact_id,
            purpose_key=None,
            occurred_at=town.now,
            why="start",
            actor="person",
            now=town.now,
            sink_connections=(),
        )
    assert take(town, text).already == 1
    assert on_the_list(town) == set()
    town.later(days=1)
    assert take(town, "番号,日時\n09012345678,2026-01-15\n").added == 1


def test_what_is_imported_is_in_the_ledger_with_its_date_and_note(town):
    take(town, "番号,日時,理由\n09012345678,2026-01-05,店頭で申し出\n")
    with town.db.read() as tx:
        (row,) = exclusion_rows.page(tx, before_id=None, limit=10, active_only=True)
        assert ledger.verify(tx, town.cipher).whole
    assert (row.origin, row.actor, row.note) == ("import", "agent:田中", "店頭で申し出")
    assert row.occurred_at == NOW.replace(month=1, day=4, hour=15)


def test_refused_lines_are_named_up_to_a_limit_and_counted_to_the_end(town):
    done = take(town, "番号\n" + "03-1234-5678\n" * 1500)
    assert len(done.refused) == 1000
    assert done.refused_by_reason == {"landline": 1500}
    assert done.refused[0].line == 2


def test_a_killed_import_goes_on_when_it_is_started_again(town):
    numbers = [f"090{12000000 + place}" for place in range(1500)]
    text = "番号\n" + "\n".join(numbers)

    class Stop(Exception):
        pass

    class Broken(io.BytesIO):
        def readline(self, size=-1):
            if self.armed and self.tell() > 13_000:
                raise Stop
            return super().readline(size)

        armed = False

    file = Broken(text.encode())
    original = file.seek

    def seek(*where):
        file.armed, file.seeks = file.seeks == 2, file.seeks + 1
        return original(*where)

    file.seeks = 0
    file.seek = seek
    sinks = town.connections.with_role("opt_out_sink")
    with pytest.raises(Stop):
        put(town.db, town.cipher, file, order(town), sinks)
    assert len(on_the_list(town)) == 1000
    done = take(town, text)
    assert (done.added, done.already) == (500, 1000)


def test_time_does_not_run_ahead_in_a_file(town):
    town.now = NOW + timedelta(days=1)
    done = take(town, "番号,日時\n09012345678,2026-02-01\n")
    assert done.refused_by_reason == {"date_ahead": 1}
