"""A hub whose town can be texted: the made-up people of `pull_town`, a gateway and a template."""

from datetime import datetime

from pull_town import NOW, Place, Town

from hub.connections.directory import Connections
from hub.consent import purposes
from hub.consent.policy import Policy
from hub.messages import library
from hub.messages.linter import Sender
from hub.messages.orders import SendOrder
from hub.messages.outbox import Outbox
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin, Registry
from hub.roles import MessageGateway
from hub.settings import Settings
from hub.store import connections as connection_rows
from hub.store.database import Database

SENDER = Sender(name="株式会社見本", contact="03-0000-0000", address="東京都新宿区1-1")
ADVERT = "{{name}}様 春のご案内です。{{sender_name}} 配信停止:{{opt_out_url}}"
PUBLIC_URL = "https://hub.example.jp"


class NoBell:
    """A bell that nobody hears."""

    def send(self, gateway_id: int) -> None:
        """Nothing."""


class House:
    """A place that has read its town, and what an advert to all of it needs."""

    def __init__(self, place: Place, gateway: MessageGateway) -> None:
        self.db, self.cipher, self.policy = place.db, place.cipher, Policy()
        self.connections = Connections(
            database=self.db,
            cipher=self.cipher,
            registry=Registry(
                plugins={"gateway": _plugin("gateway", gateway), "town": _plugin("town", None)},
                broken={},
            ),
            provisioned={},
            public_url=PUBLIC_URL,
            clock=lambda: NOW,
        )
        self.outbox = Outbox(
            database=self.db,
            cipher=self.cipher,
            connections=self.connections,
            bells=NoBell(),  # type: ignore[arg-type]
            clock=lambda: NOW,
            policy=self.policy,
            sender=SENDER,
            link_url=PUBLIC_URL,
        )
        with self.db.write() as tx:
            self.gateway_id = connection_rows.put(
                tx,
                name="sms",
                plugin="gateway",
                label="SMS",
                site_id=None,
                origin="console",
                mapping=None,
                settings_enc=None,
                now=NOW,
            )
        self.place_id = place.id

    def order(self) -> SendOrder:
        """The advert, to everybody."""
        return SendOrder(
            key="spring",
            template_key="spring",
            gateway_id=self.gateway_id,
            connection_id=self.place_id,
            actor="bench",
        )


def publish(db: Database, message_class: str, now: datetime) -> None:
    """Describe what the town's people agreed to, and the text to send them."""
    with db.write() as tx:
        purposes.ensure(tx, "campaign", message_class, "案内", "キャンペーンの案内", now)
        library.publish(
            tx,
            key="spring",
            label="春",
            purpose_key="campaign",
            body=ADVERT,
            actor="bench",
            sender=SENDER,
            known=[],
            confirmed_why="bench",
            now=now,
        )


def town_place(url: str, people: int, now: datetime = NOW) -> Place:
    """A place whose town was read, and what its people agreed to and may be sent."""
    place = Place(url, Town(people, ready=False), now=now)
    publish(place.db, "promotional", now)
    place.pull()
    return place


def _plugin(name: str, gateway: MessageGateway | None) -> Plugin:
    return Plugin(
        name=name,
        distribution=name,
        version="1",
        hooks={"message_gateway": lambda connection: gateway} if gateway else {},
        settings=Settings,
        form=(),
        guard=Guard(),
    )
