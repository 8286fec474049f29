"""A hub with a platform that tells of events, and a gateway to send through."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hub.consent import purposes
from hub.consent.policy import Policy
from hub.errors import RefusedInbound
from hub.messages import library
from hub.messages.linter import Sender
from hub.messages.outbox import Outbox
from hub.plugins.guard import Guard
from hub.plugins.registry import Plugin
from hub.store import connections as connection_rows
from hub.store import events as event_rows
from hub.store.events import EventRow
from hub.values.event import Event, Inbound
from hub.values.gateway import (
    DeliveryReport,
    GatewayProfile,
    Outgoing,
    Receipt,
    ReceiptState,
    Reply,
    ReportState,
)
from hub.values.ref import Ref

from ..contacts.town import Hubs, Platform, Town

SENDER = Sender(name="株式会社見本", contact="03-0000-0000", address="東京都")


class Phone:
    """A gateway that takes everything, and tells what the test lets it tell."""

    profile = GatewayProfile()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Accept."""
        return Receipt(state=ReceiptState.ACCEPTED, reference=outgoing.id)

    def receive(self, request: Inbound) -> list[DeliveryReport | Reply]:
        """A JSON list of reports and replies, with the secret in a header."""
        if request.headers.get("x-key") != "sesame":
            raise RefusedInbound("wrong_key", "A report came in without the right key.")
        return [
            Reply(id=each["id"], number=each["number"], text=each["text"])
            if "text" in each
            else DeliveryReport(
                id=each["id"], state=ReportState.DELIVERED, reference=each["reference"]
            )
            for each in json.loads(request.body)
        ]


class EventHub(Hubs):
    """A hub with the gateway `sms` beside its platforms."""

    def __init__(self, url: str, **platforms: Platform) -> None:
        super().__init__(url, **platforms)
        plugin = Plugin(
            name="phone",
            distribution="phone-hub",
            version="1",
            hooks={"message_gateway": lambda connection: Phone()},
            settings=Town,
            form=(),
            guard=Guard(limit=10.0),
        )
        registry = self.connections._registry
        registry.plugins["phone"] = plugin  # type: ignore[index]
        with self.db.write() as tx:
            self.ids["sms"] = connection_rows.put(
                tx,
                name="sms",
                plugin="phone",
                label="SMS",
                site_id=None,
                origin="console",
                mapping=None,
                settings_enc=None,
                now=self.now,
            )
            purposes.ensure(tx, "visit", "transactional", "来店", "来店のお知らせ", self.now)
            library.publish(
                tx,
                key="visit",
                label="来店",
                purpose_key="visit",
                body="ご予約を承りました。",
                actor="cli",
                sender=SENDER,
                known=None,
                now=self.now,
            )
        self.outbox = Outbox(
            database=self.db,
            cipher=self.cipher,
            connections=self.connections,
            bells=self.bells,  # type: ignore[arg-type]
            clock=self.clock,
            policy=Policy(),
            sender=SENDER,
            link_url="https://hub.example.jp",
        )

    def tell(self, *records: str, type_: str = "record_added", **said: Any) -> None:
        """Let the platform tell of these records."""
        with self.db.write() as tx:
            told = [
                Event(id=said.get("id", f"e{record}"), type=type_, ref=Ref("12", record),
                      version=said.get("version"))
                for record in records
            ]  # fmt: skip
            event_rows.store(tx, self.ids["crm"], told, self.now)

    def event(self) -> EventRow:
        """The newest event."""
        with self.db.read() as tx:
            return event_rows.latest(tx)[0]


@pytest.fixture
def crm() -> Platform:
    return Platform()


@pytest.fixture
def hub(store_url: str, crm: Platform) -> Iterator[EventHub]:
    hub = EventHub(store_url, crm=crm)
    yield hub
    hub.db.close()
