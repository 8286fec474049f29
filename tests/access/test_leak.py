"""The counts for a leak report, out of the audit trail."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.access import leak
from hub.access.leak import Span, deadlines, facts, items_of
from hub.store.audit import add_audit
from hub.store.database import Database
from hub.store.people import contacts_for
from hub.store.tables.consent import exclusion
from hub.store.upgrade import upgrade

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)
WHOLE = Span(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))


@pytest.fixture
def db(store_url):
    database = Database(store_url)
    upgrade(database)
    with database.write() as tx:
        contacts_for(tx, [[bytes([n]) * 16] for n in range(1, 8)], NOW)
    yield database
    database.close()


def act(db, action, object_, actor="user:3", at=NOW, address=None, **detail):
    with db.write() as tx:
        add_audit(
            tx, at=at, actor=actor, action=action, object_=object_, address=address, detail=detail
        )


def found(db, span=WHOLE):
    with db.read() as tx:
        return facts(tx, span)


def test_a_person_who_was_looked_at_twice_counts_once(db):
    act(db, "person.seen", "contact:1", address="192.0.2.1")
    act(db, "person.seen", "contact:1")
    act(db, "person.searched", "people", contact=2, rows=1)
    told = found(db)
    assert (told.people, told.at_most) == (2, 2)
    assert told.acts == {"person.searched": 1, "person.seen": 2}
    assert told.actors == ("user:3",)
    assert told.addresses == ("192.0.2.1",)


def test_what_lists_and_exports_held_is_added_but_never_more_than_there_are(db):
    act(db, "person.seen", "contact:1")
    act(db, "people.listed", "people", rows=4)
    assert (found(db).people, found(db).at_most) == (1, 5)
    act(db, "consent.exported", "ledger", people=500, clear=True)
    told = found(db)
    assert (told.people, told.at_most) == (1, 7)
    assert told.items[:1] == ("number_masked",)
    assert "number" in told.items


def test_an_export_that_does_not_say_how_many_may_have_held_everybody(db):
    act(db, "stock.exported_clear", "stock")
    told = found(db)
    assert (told.people, told.at_most) == (0, 7)
    assert "number" in told.items


def test_what_is_named_by_another_id_leads_to_its_person(db):
    with db.write() as tx:
        tx.execute(
            sa.insert(exclusion).values(
                contact_id=3,
                scope="all",
                origin="page",
                actor="person",
                occurred_at=NOW,
                recorded_at=NOW,
            )
        )
    act(db, "exclusion.lifted", "exclusion:1")
    act(db, "exclusion.added", "contact:3")
    assert found(db).people == 1


def test_acts_outside_the_span_or_of_others_do_not_count(db):
    act(db, "person.seen", "contact:1", at=NOW - timedelta(days=2))
    act(db, "person.seen", "contact:2", actor="terminal")
    act(db, "person.seen", "contact:3")
    span = Span(since=WHOLE.since, until=WHOLE.until, actor="user:3")
    assert found(db, span).people == 1


def test_what_shows_nobodys_data_does_not_count(db):
    act(db, "template.published", "template:spring:1")
    act(db, "signed_in", "user:3")
    told = found(db)
    assert (told.rows, told.people, told.acts, told.items) == (0, 0, {}, ())


def test_people_of_one_connection_alone(db):
    act(db, "person.seen", "contact:1")
    span = Span(since=WHOLE.since, until=WHOLE.until, connection_id=1)
    assert (found(db, span).people, found(db, span).at_most) == (0, 0)


@pytest.mark.parametrize(("people", "over"), [(1000, False), (1001, True)])
def test_more_than_a_thousand_people_are_reportable_whatever_the_cause(db, people, over):
    with db.write() as tx:
        more = [[n.to_bytes(16, "big")] for n in range(1000, 1000 + people)]
        contacts_for(tx, more, NOW)
    act(db, "people.listed", "people", rows=people)
    assert found(db).over_threshold is over


def test_the_days_by_which_reports_are_due():
    due = deadlines(date(2026, 1, 13))
    assert (due.first_from, due.first_until) == (date(2026, 1, 16), date(2026, 1, 18))
    assert (due.full, due.full_wrongful) == (date(2026, 2, 12), date(2026, 3, 14))


def test_a_clear_number_is_told_only_where_it_was_shown():
    assert "number" not in items_of("consent.exported", {"clear": False})
    assert "number_masked" not in items_of("consent.exported", {"clear": True})
    assert items_of("rule.added", {"clear": True}) == ()


def test_every_item_has_words():
    from hub.cli.leak_text import ITEMS

    named = {item for _, items in leak._ITEMS for item in items} | {"number"}
    assert named <= set(ITEMS)
