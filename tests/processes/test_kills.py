"""kill -9 in the middle of a send: nobody is texted twice, nobody is left out, a stop holds."""

from collections import Counter
from datetime import timedelta

import pytest

from hub.consent import purposes
from hub.factory import system_clock
from hub.messages import dispatch, library, reconcile
from hub.messages.orders import SendOrder
from hub.optout import act
from hub.store import counts, message_views, messages

from .machine import Machine, until

BODY = "{{name}}様 {{sender_name}} 冬のセール 配信停止: {{opt_out_url}}"
UNFINISHED = {"queued", "claimed", "submitting", "unknown", "held"}


def later():
    """The time in two minutes: whatever a killed worker had reserved is free by then."""
    return system_clock() + timedelta(minutes=2)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine with a send of some seconds before it."""
    machine = Machine(tmp_path_factory.mktemp("machine"), people=240, rate=12)
    machine.start()
    yield machine
    machine.close()


@pytest.fixture(scope="module")
def hub(machine):
    hub = machine.hub()
    yield hub
    hub.database.close()


def states(hub):
    with hub.database.read() as tx:
        return counts.messages_by_state(tx)


def order(machine, hub):
    crm, sms = hub.connections.row("crm").id, hub.connections.row("sms").id
    with hub.database.write() as tx:
        now = hub.clock()
        purposes.ensure(tx, "campaign", "promotional", "お知らせ", "会員向けのご案内", now)
        library.publish(
            tx,
            key="sale",
            label="セール",
            purpose_key="campaign",
            body=BODY,
            actor="test",
            sender=hub.sender,
            known=["store"],
            now=now,
        )
    hub.bells.pull(crm)

    def pulled():
        with hub.database.read() as tx:
            return sum(counts.verdicts(tx, crm).values()) == machine.kintone.people

    until(pulled, "the pull")
    hub.outbox.create(
        SendOrder(key="winter", template_key="sale", gateway_id=sms, connection_id=crm, actor="t")
    )
    return sms


def stop_one_who_waits(hub):
    """Somebody whose SMS has not left says stop; give the contact."""
    with hub.database.write() as tx:
        page = message_views.messages_page(tx, before=None)
        contact_id = next(m.contact_id for m in page if m.state in ("queued", "claimed"))
        act.opt_out(
            tx,
            hub.cipher,
            contact_id=contact_id,
            scope="promotional",
            origin="page",
            actor="person",
            occurred_at=hub.clock(),
            now=hub.clock(),
            sink_connections=hub.connections.with_role("opt_out_sink"),
        )
    return contact_id


def left(machine):
    return len(machine.phone.messages)


def go_on(hub, sms):
    """Look the messages over as the schedule would in two minutes; say whether all are done."""
    reconcile.reconcile(hub.database, hub.cipher, hub.connections, hub.bells, later)
    dispatch.drain(
        hub.database,
        hub.cipher,
        hub.senders,
        hub.connections,
        hub.bells,
        later,
        sms,
        "test",
        later() + timedelta(seconds=5),
        policy=hub.policy,
    )
    return not UNFINISHED & set(states(hub))


def test_kills_in_the_middle_of_a_send_double_no_sms_and_lose_none(machine, hub):
    sms = order(machine, hub)
    due = sum(count for state, count in states(hub).items() if state != "refused")
    assert due > 30

    until(lambda: left(machine) >= 4, "some SMS")
    machine.valkey().kill()

    until(lambda: left(machine) >= 12, "more SMS, with a broker that came back", 40)
    stopped = stop_one_who_waits(hub)
    machine.kill_all()
    machine.start()
    until(lambda: go_on(hub, sms), "every message to be done", 60)

    arrived = Counter(message.number for message in machine.phone.messages)
    assert set(arrived.values()) == {1}
    with hub.database.read() as tx:
        (refused,) = message_views.messages_page(tx, before=None, contact_id=stopped)
        assert refused.state == "refused"
        assert messages.by_id(tx, refused.id).reason == "suppressed_promotional"
    assert len(arrived) == due - 1
    # A gateway that could not report while nobody listened does so later, or is asked.
    ended = states(hub)
    assert ended.get("submitted", 0) + ended.get("delivered", 0) == due - 1
