"""A hub with one platform and one gateway, as the factory would put it together."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import redis
import sqlalchemy as sa

from hub.connections.directory import Connections
from hub.connections.senders import Senders
from hub.consent import purposes
from hub.consent.policy import Policy
from hub.contacts.pull import pull
from hub.messages import claiming, dispatch, library, marking, notes, replies, reports, routes
from hub.messages.again import Again
from hub.messages.limits import Limits
from hub.messages.linter import Sender
from hub.messages.orders import SendOrder, SendResult, SingleOrder, SingleResult
from hub.messages.outbox import Outbox
from hub.messages.reconcile import Reconciled, reconcile
from hub.optout import act
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin, Registry
from hub.queue import Bells
from hub.sdk import DeliveryReport, Reply, Settings
from hub.store import connections as connection_rows
from hub.store import messages, sends
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.keys import KeyRing
from hub.store.messages import MessageRow
from hub.store.tables.people import contact, link
from hub.store.upgrade import upgrade
from hub.values.mapping import FieldMapping

from .doubles import Gateway, Platform

SENDER = Sender(name="株式会社ハブ", contact="03-0000-0000", address="東京都新宿区1-1")
BODY = "{{name}}様 セールのお知らせ {{sender_name}} 配信停止:{{opt_out_url}}"
RING = KeyRing(data={1: b"d" * 32}, index={1: b"i" * 32})


class House:
    """The parts of a hub, and what its people do with them."""

    def __init__(
        self,
        url: str,
        redis_url: str,
        clock: Callable[[], datetime],
        gateway: Gateway,
        platform: Platform,
    ) -> None:
        self.gateway = gateway
        self.platform = platform
        self.spare = Gateway()
        self.clock = clock
        self.db = Database(url)
        upgrade(self.db)
        self.cipher = Cipher(RING)
        guard = Guard(limit=5)
        registry = Registry(
            plugins={
                "gateway": _plugin("gateway", guard, message_gateway=gateway),
                "spare": _plugin("spare", guard, message_gateway=self.spare),
                "platform": _plugin(
                    "platform",
                    guard,
                    contact_source=platform,
                    opt_out_sink=platform,
                    activity_sink=platform,
                ),
            },
            broken={},
        )
        self.connections = Connections(
            database=self.db,
            cipher=self.cipher,
            registry=registry,
            provisioned={},
            public_url="http://localhost:8000",
            clock=clock,
        )
        self.senders = Senders(self.connections, registry)
        self.bells = Bells(redis.Redis.from_url(redis_url))
        self.policy = Policy()
        self.outbox = self.with_policy(self.policy)
        with self.db.write() as tx:
            self.gateway_id = self.connection(tx, "sms", "gateway", None)
            mapping = FieldMapping(phone="tel", attributes={"store": "店舗"})
            self.crm_id = self.connection(tx, "crm", "platform", mapping)

    def with_policy(self, policy: Policy) -> Outbox:
        return Outbox(
            database=self.db,
            cipher=self.cipher,
            connections=self.connections,
            bells=self.bells,
            clock=self.clock,
            policy=policy,
            sender=SENDER,
            link_url="http://localhost:8000",
        )

    def connection(self, tx: sa.Connection, name: str, plugin: str, mapping: object) -> int:
        return connection_rows.put(
            tx,
            name=name,
            plugin=plugin,
            label=name,
            site_id=None,
            origin="console",
            mapping=mapping,  # type: ignore[arg-type]
            settings_enc=None,
            now=self.clock(),
        )

    def route(self, *names: str, kind: str = "default", subject: str = "") -> None:
        """Let sends leave by these gateways, sms and spare among them."""
        with self.db.write() as tx:
            if "spare" not in {row.name for row in self.connections.rows()}:
                self.spare_id = self.connection(tx, "spare", "spare", None)
        with self.db.write() as tx:
            routes.set_route(
                tx,
                self.connections,
                kind,  # type: ignore[arg-type]
                subject,
                names,
                by="test",
                now=self.clock(),
            )

    def prepare(self, body: str = BODY, message_class: str = "promotional") -> None:
        with self.db.write() as tx:
            now = self.clock()
            purposes.ensure(tx, "campaign", message_class, "お知らせ", "新商品のお知らせ", now)
        self.publish(body)
        self.pull()

    def pull(self) -> None:
        pull(self.db, self.cipher, self.connections, self.bells, self.clock, self.crm_id)

    def publish(self, body: str) -> None:
        with self.db.write() as tx:
            library.publish(
                tx,
                key="sale",
                label="セール",
                purpose_key="campaign",
                body=body,
                actor="test",
                sender=SENDER,
                known=["store"],
                now=self.clock(),
            )

    def order(self, key: str = "spring", **changes: object) -> SendOrder:
        return SendOrder(
            key=key,
            template_key="sale",
            connection_id=self.crm_id,
            actor="test",
            **({"gateway_id": self.gateway_id} | changes),  # type: ignore[arg-type]
        )

    def create(self, key: str = "spring", **changes: object) -> SendResult:
        return self.outbox.create(self.order(key, **changes))

    def single(self, place: int, key: str = "one", **changes: object) -> SingleResult:
        return self.outbox.single(
            SingleOrder(
                key=key,
                template_key="sale",
                gateway_id=self.gateway_id,
                link_id=self.link_id(place),
                actor="user:1",
                **changes,  # type: ignore[arg-type]
            )
        )

    def link_id(self, place: int) -> int:
        with self.db.read() as tx:
            return int(
                tx.execute(sa.select(link.c.id).where(link.c.ref == f"12:{place}")).scalar_one()
            )

    def contact_id(self, place: int) -> int:
        query = sa.select(link.c.contact_id).where(link.c.ref == f"12:{place}")
        with self.db.read() as tx:
            return int(tx.execute(query).scalar_one())

    def drain(
        self,
        limits: Limits | None = None,
        seconds: float = 600,
        gateway_id: int | None = None,
    ) -> dispatch.Drained:
        return dispatch.drain(
            self.db,
            self.cipher,
            self.senders,
            self.connections,
            self.bells,
            self.clock,
            gateway_id or self.gateway_id,
            "worker",
            self.clock() + timedelta(seconds=seconds),
            policy=self.policy,
            limits=limits,
        )

    def reconcile(self) -> Reconciled:
        return reconcile(self.db, self.cipher, self.connections, self.bells, self.clock)

    def report(self, *items: DeliveryReport) -> reports.Taken:
        return reports.take(
            self.db,
            self.cipher,
            self.connections,
            self.bells,
            self.clock,
            self.gateway_id,
            items,
        )

    def reply(
        self, *items: Reply, listening: replies.Listening = replies.AS_SHIPPED
    ) -> replies.TakenReplies:
        return replies.take(
            self.db,
            self.cipher,
            self.connections,
            self.bells,
            self.clock,
            self.gateway_id,
            items,
            listening,
        )

    def push_notes(self) -> int:
        return notes.push(self.db, self.cipher, self.connections, self.clock)

    def hold(self, contact_id: int) -> None:
        with self.db.write() as tx:
            tx.execute(
                sa.update(contact)
                .where(contact.c.id == contact_id)
                .values(legal_hold_at=self.clock(), legal_hold_why="test")
            )

    def opt_out(self, contact_id: int, scope: str = "promotional") -> None:
        with self.db.write() as tx:
            act.opt_out(
                tx,
                self.cipher,
                contact_id=contact_id,
                scope=scope,
                origin="page",
                actor="test",
                occurred_at=self.clock(),
                now=self.clock(),
                sink_connections=self.connections.with_role("opt_out_sink"),
            )

    def steer(self, how: Callable[..., object], send_id: int = 1) -> None:
        with self.db.write() as tx:
            how(tx, send_id)

    def claim(self, limit: int = 100) -> list[MessageRow]:
        now = self.clock()
        with self.db.write() as tx:
            return claiming.claim(
                tx,
                self.gateway_id,
                worker="somebody",
                now=now,
                lease_until=now + timedelta(seconds=60),
                limit=limit,
            )

    def mark(self, rows: Sequence[MessageRow]) -> list[marking.Ready]:
        now = self.clock()
        with self.db.write() as tx:
            return marking.mark(
                tx,
                self.cipher,
                rows,
                policy=self.policy,
                now=now,
                lease_until=now + timedelta(seconds=60),
                sinks=(),
            )

    @property
    def again(self) -> Again:
        return Again(
            database=self.db,
            cipher=self.cipher,
            connections=self.connections,
            bells=self.bells,
            clock=self.clock,
        )

    def send_state(self, send_id: int = 1) -> str:
        with self.db.read() as tx:
            row = sends.by_id(tx, send_id)
        assert row is not None
        return row.state

    def rows(self) -> list[MessageRow]:
        with self.db.read() as tx:
            query = messages.columns().order_by(
                sa.literal_column("message.send_id"), sa.literal_column("message.link_id")
            )
            return messages.rows_of(tx, query)

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def steps(self, message_id: int) -> list[str]:
        with self.db.read() as tx:
            return [step.state for step in messages.timeline(tx, message_id)]


def _plugin(name: str, guard: Guard, **roles: object) -> Plugin:
    hooks = {role: (lambda connection, made=made: made) for role, made in roles.items()}
    return Plugin(
        name=name,
        distribution=name,
        version="1",
        hooks=hooks,
        settings=Settings,
        form=(),
        guard=guard,
    )


def numbers(count: int) -> Sequence[str]:
    return [f"090{12345678 + place:08d}" for place in range(count)]
