"""An SMS that a person asked for in a ticket, to the number of theirs that was meant."""

from typing import Any

import pytest
import sqlalchemy as sa

from hub.consent.entry import PROMOTIONAL
from hub.errors import ConfigError
from hub.events import rules
from hub.events.handle import handle_due
from hub.messages import library
from hub.messages.orders import SingleOrder
from hub.optout import act
from hub.optout.pushes import push_open
from hub.store import people, pushes
from hub.store.tables.people import contact as contacts
from hub.values.contact import FurtherNumber, NumberKind
from hub.values.ref import Ref

from ..contacts.town import Platform, no, yes
from .conftest import SENDER, EventHub

MAPPED, OTHER = "090-1234-5678", "080-1111-2222"
E164 = {MAPPED: "+819012345678", OTHER: "+818011112222"}
USER = Ref("12", "7")


def ticket(crm: Platform, mapped: str = MAPPED, **said: Any) -> None:
    """A ticket whose requester, the record 7, has a second mobile."""
    further = (FurtherNumber(number=OTHER, kind=NumberKind.IDENTITY, label="電話"),)
    crm.put("1", mapped, consents=(), further=further, person=USER, name="山田", **said)


def rule(hub: EventHub, template: str = "visit") -> int:
    with hub.db.write() as tx:
        return rules.define(
            tx,
            hub.connections,
            label="折り返し",
            connection="crm",
            event_type="record_added",
            template_key=template,
            gateway="sms",
            created_by="cli",
            now=hub.now,
        )


def handle(hub: EventHub) -> str | None:
    hub.tell("1")
    handle_due(
        hub.db,
        hub.cipher,
        hub.connections,
        hub.bells,  # type: ignore[arg-type]
        hub.clock,
        hub.outbox,
    )
    return hub.event().outcome


def sent_to(hub: EventHub) -> list[str | None]:
    """The numbers behind the messages there are."""
    with hub.db.read() as tx:
        ids = list(tx.exec_driver_sql("SELECT contact_id FROM message ORDER BY id").scalars())
        numbers = people.numbers_of(tx, hub.cipher, ids)
    return [numbers.get(id_) for id_ in ids]


def contact(hub: EventHub, number: str) -> int:
    with hub.db.read() as tx:
        found = people.find_contact(tx, hub.cipher.lookups(E164[number]))
    assert found is not None
    return found


def stop(hub: EventHub, number: str) -> int | None:
    with hub.db.write() as tx:
        return act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact(hub, number),
            scope=PROMOTIONAL,
            origin="reply",
            actor="gateway:sms",
            occurred_at=hub.now,
            now=hub.now,
            sink_connections=[hub.ids["crm"]],
        ).exclusion_id


def start(hub: EventHub, number: str) -> None:
    hub.later(minutes=1)
    with hub.db.write() as tx:
        act.reopen(
            tx,
            hub.cipher,
            contact_id=contact(hub, number),
            purpose_key=None,
            occurred_at=hub.now,
            why="start",
            actor="gateway:sms",
            now=hub.now,
            sink_connections=[hub.ids["crm"]],
        )


def push(hub: EventHub) -> None:
    hub.later(minutes=1)
    push_open(hub.db, hub.connections, hub.clock)


def test_a_ticket_that_names_no_number_means_the_mapped_one(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    ticket(crm)
    assert handle(hub) == "sent"
    assert sent_to(hub) == [E164[MAPPED]]
    assert hub.count("further_number") == 0


def test_a_ticket_may_name_another_of_its_persons_numbers(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    ticket(crm, choice="2222")
    assert handle(hub) == "sent"
    assert sent_to(hub) == [E164[OTHER]]
    with hub.db.read() as tx:
        grounds = tx.exec_driver_sql(
            "SELECT contact_id, ground, method, source_ref FROM evidence"
        ).all()
    assert [tuple(each) for each in grounds] == [
        (contact(hub, OTHER), "not_advertising", "record_event", "12:1")
    ]


def test_asked_twice_the_ground_is_written_once(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    ticket(crm, choice="2222")
    handle(hub)
    with hub.db.write() as tx:
        tx.exec_driver_sql("UPDATE event SET state = 'new', outcome = NULL")
    hub.later(minutes=6)
    assert handle(hub) == "sent"
    assert (hub.count("evidence"), hub.count("message"), hub.count("further_number")) == (1, 1, 1)


def test_somebody_whose_mapped_number_is_no_mobile_is_reached_at_another(
    hub: EventHub, crm: Platform
) -> None:
    with hub.db.write() as tx:
        library.publish(
            tx, key="named", label="来店", purpose_key="visit",
            body="{{name}}様 ご予約を承りました。", actor="cli", sender=SENDER, known=None,
            now=hub.now,
        )  # fmt: skip
    rule(hub, "named")
    ticket(crm, mapped="03-1234-5678")
    assert handle(hub) == "sent"
    assert sent_to(hub) == [E164[OTHER]]


@pytest.mark.parametrize(
    ("choice", "outcome"),
    [("090-9999-9999", "refused:number_unknown"), ("自宅", "refused:number_unknown")],
)
def test_a_number_that_is_none_of_the_persons_own_gets_nothing(
    hub: EventHub, crm: Platform, choice: str, outcome: str
) -> None:
    rule(hub)
    ticket(crm, choice=choice)
    assert handle(hub) == outcome
    assert (hub.count("message"), hub.count("evidence")) == (0, 0)


@pytest.fixture
def news(hub: EventHub) -> str:
    """A template that is advertising."""
    with hub.db.write() as tx:
        library.publish(
            tx, key="news", label="案内", purpose_key="campaign",
            body="{{sender_name}}です。全品10%OFF。配信停止 {{opt_out_url}}", actor="cli",
            sender=SENDER, known=None, now=hub.now,
        )  # fmt: skip
    return "news"


def test_advertising_goes_to_the_mapped_number_alone(
    hub: EventHub, crm: Platform, news: str
) -> None:
    rule(hub, news)
    crm.put("7", MAPPED, consent=yes())
    hub.pull()
    ticket(crm, choice=OTHER)
    assert handle(hub) == "refused:other_number"
    assert hub.count("message") == 0


def test_nobody_can_order_advertising_to_another_number(
    hub: EventHub, crm: Platform, news: str
) -> None:
    rule(hub)
    ticket(crm, choice=OTHER)
    handle(hub)
    order = SingleOrder(
        key="k",
        template_key=news,
        gateway_id=hub.ids["sms"],
        link_id=hub.link("1").id,
        contact_id=contact(hub, OTHER),
        actor="user:1",
    )
    with pytest.raises(ConfigError, match="only to the number the person agreed for"):
        hub.outbox.single(order)


def test_consent_stays_with_the_mapped_number(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("7", MAPPED, consent=yes())
    hub.pull()
    ticket(crm, choice=OTHER)
    handle(hub)
    assert hub.may_text("7") == "allow"
    with hub.db.read() as tx:
        purposes = tx.execute(
            sa.text("SELECT purpose_key FROM evidence WHERE contact_id = :id"),
            {"id": contact(hub, OTHER)},
        ).scalars()
        assert list(purposes) == ["visit"]


def test_an_opt_out_by_another_number_reaches_the_persons_record(
    hub: EventHub, crm: Platform
) -> None:
    rule(hub)
    crm.put("7", MAPPED, consent=yes())
    hub.pull()
    ticket(crm, choice=OTHER)
    handle(hub)
    stop(hub, OTHER)
    push(hub)
    assert [(str(each.ref), each.change) for each in crm.told] == [("12:7", "opt_out")]
    hub.pull()
    # Our own write is no act of the person, so the mapped number is on no list; but the record
    # says stop now, and vouches for nothing.
    assert hub.stops("7") == []
    assert hub.verdicts()["7"] == "opted_out"


def test_an_opt_out_that_stood_before_reaches_it_too(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("7", MAPPED)
    crm.put("8", OTHER)
    hub.pull()
    stop(hub, OTHER)
    push(hub)
    crm.told.clear()
    ticket(crm, choice=OTHER)
    handle(hub)
    push(hub)
    assert [str(each.ref) for each in crm.told] == ["12:7"]


def test_a_record_stays_out_while_another_of_its_numbers_is_stopped(
    hub: EventHub, crm: Platform
) -> None:
    rule(hub)
    crm.put("7", MAPPED, consent=no())
    hub.pull()
    ticket(crm, choice=OTHER)
    handle(hub)
    stop(hub, MAPPED)
    stop(hub, OTHER)
    push(hub)
    crm.told.clear()
    start(hub, OTHER)
    push(hub)
    assert [str(each.ref) for each in crm.told if str(each.ref) == "12:7"] == []
    start(hub, MAPPED)
    push(hub)
    assert ("12:7", "restore") in [(str(each.ref), each.change) for each in crm.told]


def test_a_number_that_was_erased_does_not_come_back(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("8", OTHER)
    hub.pull()
    with hub.db.write() as tx:
        tx.execute(
            sa.update(contacts)
            .where(contacts.c.id == contact(hub, OTHER))
            .values(number_enc=None, erased_at=hub.now)
        )
    ticket(crm, choice=OTHER)
    assert handle(hub) == "refused:erased"
    assert (hub.count("further_number"), hub.count("evidence")) == (0, 0)


def test_nothing_is_told_where_nobody_stopped(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    ticket(crm, choice=OTHER)
    handle(hub)
    with hub.db.read() as tx:
        assert not pushes.waiting(tx)


def test_a_further_number_goes_with_its_person(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("7", MAPPED, consent=yes())
    hub.pull()
    ticket(crm, choice=OTHER)
    handle(hub)
    with hub.db.write() as tx:
        tx.exec_driver_sql("UPDATE message SET state = 'delivered'")
    assert sent_to(hub) == [E164[OTHER]]
    crm.delete("7")
    crm.gone = [USER]
    hub.pull()
    assert hub.link("7").vanished_at is not None
    assert sent_to(hub) == [None]
