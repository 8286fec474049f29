"""What keeps an erased person out, and what lets them back in."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from hub.contacts import erasure
from hub.messages.canceling import cancel_waiting
from hub.optout import act
from hub.store import people
from hub.store.tables.people import contact, link
from hub.values.ref import Ref

from .town import YEAR_AGO, Hubs, Platform, hub_beside, no, out, yes

MOBILE, OTHER = "090-1234-5678", "080-1111-2222"


@pytest.fixture
def crm() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Platform:
    return Platform()


@pytest.fixture
def hub(store_url: str, crm: Platform, desk: Platform) -> Iterator[Hubs]:
    with hub_beside(store_url, crm=crm, desk=desk) as hub:
        yield hub


@pytest.fixture
def erased(hub: Hubs, crm: Platform) -> Hubs:
    """A hub that erased the person behind record 1."""
    crm.put("1", MOBILE, consent=yes(), name="山田", attributes={"store": "渋谷"})
    hub.pull()
    erase(hub, "1")
    return hub


def erase(hub: Hubs, id_: str) -> None:
    with hub.db.write() as tx:
        row = erasure.order(
            tx,
            kind="person",
            subject=contact_of(hub, id_),
            by="test",
            now=hub.now,
            due_at=hub.now,
            why="ordered",
        )
    erasure.carry_out(hub.db, cancel_waiting, hub.clock, row.id)
    hub.later(days=1, minutes=1)


def contact_of(hub: Hubs, id_: str, name: str = "crm") -> int:
    found = hub.link(id_, name).contact_id
    assert found is not None
    return found


def kept(hub: Hubs) -> int:
    """How many numbers, names and attributes are in the store."""
    with hub.db.read() as tx:
        names = sa.or_(link.c.name_enc.is_not(None), link.c.attributes_enc.is_not(None))
        return sum(
            int(tx.execute(sa.select(sa.func.count()).where(where)).scalar_one())
            for where in (names, contact.c.number_enc.is_not(None))
        )


def test_neither_a_pull_nor_a_whole_one_brings_an_erased_person_back(
    erased: Hubs, crm: Platform
) -> None:
    assert erased.pull().kind == "whole"
    crm.change("1", name="山田 花子", attributes={"store": "新宿"})
    erased.pull()
    assert (kept(erased), erased.verdicts()) == (0, {"1": "erased"})
    assert erased.may_text("1") == "allow"  # The evidence stands; there is no number to text.


def test_no_entry_is_added_for_an_erased_person(erased: Hubs, crm: Platform) -> None:
    before = erased.count("evidence")
    crm.change("1", consent=yes(wording="別の文言"))
    erased.pull()
    assert erased.count("evidence") == before


def test_another_record_with_the_number_stays_out_too(
    erased: Hubs, crm: Platform, desk: Platform
) -> None:
    crm.put("2", MOBILE, consent=yes(), name="山田")
    desk.put("7", "+81 90 1234 5678", consent=yes(), name="Yamada")
    erased.pull("crm")
    erased.pull("desk")
    assert kept(erased) == 0
    assert erased.verdicts("desk") == {"7": "erased"}


def test_another_number_on_an_erased_record_does_not_bring_its_person_back(
    erased: Hubs, crm: Platform
) -> None:
    crm.change("1", number=OTHER)
    erased.pull()
    assert (kept(erased), erased.verdicts()) == (0, {"1": "erased"})


def test_a_record_that_was_gone_and_comes_again_stays_erased(erased: Hubs, crm: Platform) -> None:
    record = crm.records["1"]
    crm.delete("1")
    erased.vanish()
    crm.records["1"] = record
    erased.later(days=1)
    erased.vanish()
    erased.pull()
    assert kept(erased) == 0


def test_what_an_erased_persons_record_says_of_stopping_counts(erased: Hubs, crm: Platform) -> None:
    crm.change("1", opt_out=out())
    erased.pull()
    assert erased.stops("1") == ["promotional"]


def test_a_dated_consent_newer_than_the_erasure_brings_the_record_back(
    erased: Hubs, crm: Platform
) -> None:
    crm.change("1", consent=yes(at=erased.now))
    erased.later(minutes=5)
    erased.pull()
    assert erased.number("1") == "+819012345678"
    assert erased.verdicts() == {"1": "consented"}
    assert erased.may_text("1") == "allow"
    with erased.db.read() as tx:
        values = people.merge_values(tx, erased.cipher, [erased.link("1").id])
    assert values[erased.link("1").id].name == "山田"
    erased.later(days=1)
    erased.pull()
    assert kept(erased) == 2


@pytest.mark.parametrize(
    "consent",
    [
        pytest.param(lambda now: yes(at=None), id="no-date"),
        pytest.param(lambda now: yes(at=YEAR_AGO), id="an-older-date"),
        pytest.param(lambda now: yes(at=now, wording=None), id="no-wording"),
        pytest.param(lambda now: yes(at=now, purpose=None), id="no-purpose"),
        pytest.param(lambda now: no(at=now), id="no-consent"),
    ],
)
def test_anything_less_does_not(erased: Hubs, crm: Platform, consent) -> None:
    crm.change("1", consent=consent(erased.now))
    erased.pull()
    assert kept(erased) == 0


def test_a_consent_beside_a_stop_does_not(erased: Hubs, crm: Platform) -> None:
    crm.change("1", consent=yes(at=erased.now), opt_out=out())
    erased.pull()
    assert kept(erased) == 0


def test_the_other_records_of_a_number_that_came_back_stay_erased(hub: Hubs, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes(), name="山田")
    crm.put("2", MOBILE, consent=yes(), name="山田の家族")
    hub.pull()
    erase(hub, "1")
    crm.change("1", consent=yes(at=hub.now))
    hub.pull()
    assert hub.verdicts() == {"1": "consented", "2": "erased"}
    assert kept(hub) == 2


def test_start_lets_all_records_of_the_number_be_known_again(erased: Hubs, crm: Platform) -> None:
    with erased.db.write() as tx:
        act.reopen(
            tx,
            erased.cipher,
            contact_id=contact_of(erased, "1"),
            purpose_key=None,
            occurred_at=erased.now,
            why="start",
            actor="connection:9",
            now=erased.now,
            sink_connections=[],
        )
    assert kept(erased) == 0
    erased.pull()
    assert (erased.number("1"), erased.verdicts()) == ("+819012345678", {"1": "consented"})


def test_a_start_from_before_the_erasure_lets_nobody_in(erased: Hubs) -> None:
    with erased.db.write() as tx:
        act.reopen(
            tx,
            erased.cipher,
            contact_id=contact_of(erased, "1"),
            purpose_key=None,
            occurred_at=YEAR_AGO,
            why="start",
            actor="connection:9",
            now=erased.now,
            sink_connections=[],
        )
    erased.pull()
    assert kept(erased) == 0


def test_a_ticket_about_an_erased_person_keeps_nothing(erased: Hubs, crm: Platform) -> None:
    from hub.contacts.reread import read_one

    read_one(
        erased.db,
        erased.cipher,
        erased.connections,
        erased.clock,
        erased.ids["crm"],
        Ref("12", "1"),
        keep_values=True,
    )
    assert kept(erased) == 0
