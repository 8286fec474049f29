"""Many hosts with only addresses in common, each lost while a send runs: everything comes once."""

from collections import Counter

import pytest

from bench.chaos.stores import store
from hub.consent import purposes
from hub.messages import library
from hub.messages.orders import SendOrder
from hub.store import counts

from .cluster import HOSTS, Cluster
from .machine import until

PEOPLE = 1000
RATE = 8
UNFINISHED = {"queued", "claimed", "submitting", "unknown", "submitted"}
BODY = "{{name}}様 {{sender_name}} 冬のセール 配信停止: {{opt_out_url}}"


@pytest.fixture
def cluster(tmp_path):
    with store("postgresql", tmp_path) as postgres:
        cluster = Cluster(tmp_path, postgres, PEOPLE, RATE)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.close()


@pytest.fixture
def hub(cluster):
    hub = cluster.hub()
    yield hub
    hub.database.close()


def states(hub):
    with hub.database.read() as tx:
        return counts.messages_by_state(tx)


def order(cluster, hub):
    """Read the people and order a send to them; give how many are due."""
    crm = hub.connections.row("crm").id
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
            return sum(counts.verdicts(tx, crm).values()) == PEOPLE

    until(pulled, "the pull", 60)
    made = hub.outbox.create(
        SendOrder(
            key="winter",
            template_key="sale",
            gateway_id=hub.connections.row("sms").id,
            connection_id=crm,
            actor="test",
        )
    )
    return made.states["queued"]


def test_every_host_is_lost_in_turn_and_every_sms_arrives_once(cluster, hub):
    due = order(cluster, hub)
    assert due > 100
    gone = iter(range(8, due, (due - 16) // (len(HOSTS) + 2)))

    def more_arrive(after):
        mark = max(next(gone), len(cluster.phone.messages) + 1)
        until(lambda: len(cluster.phone.messages) >= mark, f"SMS after {after}", 60)

    def revived():
        # A worker that is in the middle of a job when the broker goes may end with it.
        cluster.revive()
        return not UNFINISHED & set(states(hub))

    more_arrive("the order")
    for host in HOSTS:
        cluster.lose(host)
        more_arrive(f"{host} was lost")
        cluster.run(host)
    assert cluster.revive() == [], "a host ended because another was lost"
    cluster.lose_broker()
    more_arrive("the broker was lost")
    cluster.store.kill()
    more_arrive("the store was lost")
    assert set(states(hub)) & {"queued", "claimed"}, "the send was over before all were lost"

    until(revived, "every message to be done", 120)
    arrived = Counter(message.number for message in cluster.phone.messages)
    assert set(arrived.values()) == {1}
    assert len(arrived) == due
    ended = states(hub)
    assert ended["delivered"] + ended.get("undelivered", 0) + ended.get("expired", 0) == due
