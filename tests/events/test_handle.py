"""Events and rules: what an event sets off, once."""

import pytest

from hub.consent.entry import ALL
from hub.errors import AuthError, ConfigError, TransientError
from hub.events import rules
from hub.events.handle import handle_due
from hub.optout import act
from hub.store import people
from hub.store.rules import set_enabled

from ..contacts.town import Platform, no, yes
from .conftest import EventHub

MOBILE = "090-1234-5678"


def rule(hub: EventHub, **said: object) -> int:
    with hub.db.write() as tx:
        return rules.define(
            tx,
            hub.connections,
            label="予約",
            connection="crm",
            event_type="record_added",
            template_key="visit",
            gateway="sms",
            created_by="cli",
            now=hub.now,
            **said,  # type: ignore[arg-type]
        )


def handle(hub: EventHub) -> str | None:
    handle_due(
        hub.db,
        hub.cipher,
        hub.connections,
        hub.bells,
        hub.clock,
        hub.outbox,  # type: ignore[arg-type]
    )
    return hub.event().outcome


def test_an_event_sends_the_rules_template_to_its_record(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE, consent=no(), name="山田")
    hub.tell("1")
    assert handle(hub) == "sent"
    assert hub.count("message") == 1
    with hub.db.read() as tx:
        ground = tx.exec_driver_sql("SELECT ground, method, source_ref FROM evidence").all()
    assert [tuple(row) for row in ground] == [("not_advertising", "record_event", "12:1")]
    assert hub.number("1") == "+819012345678"
    assert f"send:{hub.ids['sms']}" in hub.bells.rung


def test_an_event_told_twice_sends_once(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    hub.tell("1")
    hub.tell("1")
    handle(hub)
    handle(hub)
    assert hub.event().repeats == 1
    assert hub.count("message") == 1


def test_a_handler_that_died_half_way_sends_no_second_time(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    hub.tell("1")
    handle(hub)
    with hub.db.write() as tx:
        tx.exec_driver_sql("UPDATE event SET state = 'new', outcome = NULL")
    hub.later(minutes=6)
    assert handle(hub) == "sent"
    assert (hub.count("message"), hub.count("evidence")) == (1, 1)


def test_a_rule_may_text_each_record_once_only(hub: EventHub, crm: Platform) -> None:
    rule(hub, once_per_record=True)
    crm.put("1", MOBILE)
    hub.tell("1")
    handle(hub)
    hub.tell("1", id="another")
    assert handle(hub) == "repeated"
    assert hub.count("message") == 1


def test_without_a_rule_the_record_is_read_all_the_same(hub: EventHub, crm: Platform) -> None:
    crm.put("1", MOBILE, consent=yes())
    hub.tell("1", type_="record_updated")
    assert handle(hub) == "no_rule"
    assert hub.verdicts() == {"1": "consented"}


def test_a_disabled_rule_is_none(hub: EventHub, crm: Platform) -> None:
    rule_id = rule(hub)
    with hub.db.write() as tx:
        set_enabled(tx, rule_id, False)
    crm.put("1", MOBILE)
    hub.tell("1")
    assert handle(hub) == "no_rule"


def test_the_number_must_be_one(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", "03-1234-5678")
    hub.tell("1")
    assert handle(hub) == "number_none"


def test_a_record_that_is_gone_sends_nothing_and_vouches_for_nothing(
    hub: EventHub, crm: Platform
) -> None:
    rule(hub)
    crm.put("1", MOBILE, consent=yes())
    hub.pull()
    crm.delete("1")
    hub.tell("1")
    assert handle(hub) == "record_gone"
    assert hub.link("1").vanished_at is not None


def test_our_own_write_sets_nothing_off(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    written = crm.put("1", MOBILE)
    hub.pull()
    with hub.db.write() as tx:
        tx.exec_driver_sql(f"UPDATE link SET own_version = '{written.version}'")
    hub.tell("1", version=written.version)
    assert handle(hub) == "echo"
    assert crm.asked == 0
    hub.tell("1", id="unversioned")
    assert handle(hub) == "echo"
    assert hub.count("message") == 0


def test_who_said_stop_to_everything_gets_no_service_message(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    hub.pull()
    contact_id = hub.link("1").contact_id
    assert contact_id is not None
    with hub.db.write() as tx:
        people.lock_contacts(tx, [contact_id])
        act.opt_out(
            tx, hub.cipher, contact_id=contact_id, scope=ALL, origin="agent", actor="user:1",
            occurred_at=hub.now, now=hub.now, sink_connections=(),
        )  # fmt: skip
    hub.tell("1")
    assert (handle(hub) or "").startswith("refused:")


def test_conditions_let_some_records_through(hub: EventHub, crm: Platform) -> None:
    with hub.db.write() as tx:
        mapping = '{"phone": "phone", "attributes": {"store": "店舗"}}'
        tx.exec_driver_sql(f"UPDATE connection SET mapping = '{mapping}' WHERE name = 'crm'")
    rule(hub, conditions={"store": ["渋谷"]})
    crm.put("1", MOBILE, attributes={"store": "新宿"})
    crm.put("2", "080-1111-2222", attributes={"store": "渋谷"})
    hub.tell("1")
    assert handle(hub) == "not_met"
    hub.tell("2")
    assert handle(hub) == "sent"


def test_a_busy_platform_is_asked_again_later(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    crm.trouble = [TransientError("Busy.", retry_after=90)]
    hub.tell("1")
    assert handle(hub) == "later"
    hub.later(seconds=80)
    assert handle(hub) == "later"
    hub.later(seconds=20)
    assert handle(hub) == "sent"


def test_events_of_a_parked_connection_wait_for_it(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    crm.trouble = [AuthError("Refused. Sign in again.")]
    hub.tell("1")
    assert handle(hub) == "connection_unusable"
    assert hub.connections.row("crm").state == "parked"
    hub.later(minutes=11)
    assert handle(hub) == "connection_unusable"
    hub.connections.recovered(hub.ids["crm"])
    hub.later(minutes=11)
    assert handle(hub) == "sent"


def test_an_event_of_yesterday_sets_nothing_off(hub: EventHub, crm: Platform) -> None:
    rule(hub)
    crm.put("1", MOBILE)
    hub.tell("1")
    hub.later(hours=25)
    assert handle(hub) == "too_late"
    assert hub.count("message") == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"connection": "crn"}, 'Did you mean "crm"'),
        ({"connection": "sms"}, "tells of no events"),
        ({"gateway": "crm"}, "sends no messages"),
        ({"conditions": {"store": ["渋谷"]}}, 'no attribute "store"'),
        ({"event_type": " "}, "record_added"),
    ],
)
def test_a_rule_that_cannot_work_says_what_to_mend(
    hub: EventHub, change: dict[str, object], says: str
) -> None:
    order = {
        "label": "予約",
        "connection": "crm",
        "event_type": "record_added",
        "template_key": "visit",
        "gateway": "sms",
        "created_by": "cli",
        "now": hub.now,
    }
    with pytest.raises(ConfigError, match=says), hub.db.write() as tx:
        rules.define(tx, hub.connections, **(order | change))  # type: ignore[arg-type]
