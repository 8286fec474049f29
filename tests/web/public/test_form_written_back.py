"""What was agreed to on the form reaches the records with that number, and no others."""

import pytest
import sqlalchemy as sa

from hub.contacts.consent_pushing import LATEST, push_consents
from hub.optout.pushes import push_open
from hub.store.tables.connections import connection
from hub.store.tables.forms import consent_push
from hub.store.tables.people import link
from hub.testing.roster import Verdict, first

from ..console.shop import PEOPLE
from .counter import Counter

AGREED, BOX, OUT = "SMS許諾", "許諾する", "配信停止"


class Person:
    """Somebody in the kintone who was never asked."""

    def __init__(self, counter: Counter) -> None:
        found = first(PEOPLE, Verdict.NOT_CONSENTED)
        assert found is not None
        assert found.e164 is not None
        self.number: str = found.e164
        self.record = str(found.index)
        self.counter = counter

    def sign_up(self, *purposes: str) -> None:
        path = self.counter.sent(self.number, *purposes)
        self.counter.type_code(path, self.counter.code(self.number))

    def says(self, field: str):
        return self.counter.kintone.value(self.record, field)


@pytest.fixture
def person(counter: Counter) -> Person:
    counter.pull()
    return Person(counter)


def push(counter: Counter) -> int:
    hub = counter.hub
    push_open(hub.database, hub.connections, counter.clock)
    return push_consents(hub.database, hub.connections, counter.clock)


def states(counter: Counter) -> list[str]:
    with counter.hub.database.read() as tx:
        return list(tx.execute(sa.select(consent_push.c.state)).scalars())


def test_the_record_says_yes_when_and_by_which_words(counter: Counter, person: Person):
    person.sign_up()
    assert push(counter) == 1
    assert person.says(AGREED) == [BOX]
    assert person.says("許諾日時").startswith("2026-01-13T01:00")
    assert "セールのご案内" in person.says("許諾文言")
    assert states(counter) == ["done"]
    assert push(counter) == 0


def test_the_next_pull_reads_it_as_a_consent(counter: Counter, person: Person):
    person.sign_up()
    push(counter)
    counter.clock.advance(120)
    counter.pull()
    with counter.hub.database.read() as tx:
        query = sa.select(link.c.verdict).where(link.c.ref == f"1:{person.record}")
        assert tx.execute(query).scalar() == "consented"
    assert counter.verdict(number=person.number) == "allow"


def test_a_purpose_the_field_does_not_stand_for_is_not_written(counter: Counter, person: Person):
    person.sign_up("points")
    assert push(counter) == 0
    assert person.says(AGREED) == []


def test_before_the_code_comes_back_nothing_is_written(counter: Counter, person: Person):
    counter.sent(person.number)
    assert push(counter) == 0
    assert person.says(AGREED) == []


def test_who_says_stop_before_the_record_was_told_is_never_made_to_say_yes(
    counter: Counter, person: Person
):
    person.sign_up()
    counter.clock.advance(60)
    counter.stop("promotional", person.number)
    push(counter)
    assert person.says(AGREED) == []
    assert person.says(OUT) == ["停止"]
    assert states(counter) == ["superseded"]


def test_who_comes_back_is_restored_first_and_then_says_yes(counter: Counter, person: Person):
    counter.stop("promotional", person.number)
    push(counter)
    assert person.says(OUT) == ["停止"]
    counter.clock.advance(120)
    person.sign_up()
    for _ in range(3):
        push(counter)
        counter.clock.advance(60)
    assert person.says(OUT) == []
    assert person.says(AGREED) == [BOX]


def test_a_disabled_connection_is_told_once_it_is_used_again(counter: Counter, person: Person):
    crm = counter.hub.connections.row("crm").id
    counter.hub.connections.disable(crm)
    person.sign_up()
    assert push(counter) == 0
    counter.hub.connections.enable(crm)
    assert push(counter) == 1
    assert person.says(AGREED) == [BOX]


def test_a_throttled_platform_is_asked_again(counter: Counter, person: Person):
    person.sign_up()
    counter.kintone.throttle(times=20, retry_after=30)
    push(counter)
    assert states(counter) == ["open"]
    counter.kintone.faults.clear()
    counter.clock.advance(120)
    push(counter)
    assert states(counter) == ["done"]


def test_a_token_that_is_refused_parks_the_connection_and_keeps_the_consent(
    counter: Counter, person: Person
):
    person.sign_up()
    counter.kintone.refuse("CB_AU01")
    push(counter)
    assert counter.hub.connections.row("crm").state == "parked"
    assert states(counter) == ["open"]


def test_a_field_that_stands_for_something_else_by_now_is_not_ticked(
    counter: Counter, person: Person
):
    person.sign_up()
    stands_for(counter, "points")
    push(counter)
    assert person.says(AGREED) == []
    assert states(counter) == ["blocked"]

    stands_for(counter, "campaign")
    counter.clock.advance(4000)
    push(counter)
    assert person.says(AGREED) == [BOX]


def stands_for(counter: Counter, purpose: str) -> None:
    """Map the consent field of the kintone to this purpose, as an admin may at any time."""
    crm = counter.hub.connections.row("crm")
    assert crm.mapping is not None
    with counter.hub.database.write() as tx:
        mapped = tx.execute(sa.select(connection.c.mapping).where(connection.c.id == crm.id))
        mapping = {**mapped.scalar_one(), "purpose": purpose}
        tx.execute(sa.update(connection).where(connection.c.id == crm.id).values(mapping=mapping))


def test_after_a_month_a_consent_is_not_told_any_more(counter: Counter, person: Person):
    counter.hub.connections.disable(counter.hub.connections.row("crm").id)
    person.sign_up()
    counter.clock.advance(LATEST.total_seconds() + 1)
    counter.hub.connections.enable(counter.hub.connections.row("crm").id)
    assert push(counter) == 0
    assert states(counter) == ["superseded"]
