"""Requests from outside: checked by the plugin, stored, acknowledged. What follows comes later.

Outside traffic never changes a connection's state: a stranger with a wrong secret is counted,
and that is all. What was acknowledged is on disk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.errors import HubError, PluginBug, RefusedInbound
from hub.messages import replies, reports
from hub.messages.replies import AS_SHIPPED, Listening
from hub.queue import Bells
from hub.roles import Acknowledges, ReceivesEvents
from hub.store import events
from hub.store.cipher import Cipher
from hub.store.connections import ConnectionRow
from hub.store.database import Database, StoreUnavailable
from hub.values.event import Acknowledgement, Inbound
from hub.values.gateway import DeliveryReport, Reply

NOT_NOW = 503
"""The caller repeats later: the request could be neither believed nor refused."""


@dataclass(frozen=True, kw_only=True)
class IntakeResult:
    """How a request is answered: the HTTP status, a short outcome, and how many things it told.

    `outcome` is `stored`, `nothing` (genuine, and nothing in it for the hub), `refused:…`,
    `not_now`, `plugin_bug` or `no_receiver`. `acknowledgement` is the plugin's own answer.
    """

    status: int
    outcome: str
    new: int = 0
    repeated: int = 0
    acknowledgement: Acknowledgement | None = None


def take(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    connection_row: ConnectionRow,
    inbound: Inbound,
    listening: Listening = AS_SHIPPED,
) -> IntakeResult:
    """Take one request for a connection, a disabled or parked one too: its events wait.

    Raises StoreUnavailable, and then nothing was stored: the platform must repeat.
    """
    hub = _Intake(db, cipher, connections, bells, clock, connection_row, listening)
    try:
        return hub.take(inbound)
    except RefusedInbound as exc:
        hub.count(exc.reason)
        return IntakeResult(status=exc.status, outcome=f"refused:{exc.reason}")
    except StoreUnavailable:
        raise
    except PluginBug:
        hub.count("plugin_bug")
        return IntakeResult(status=500, outcome="plugin_bug")
    except HubError:
        # Its plugin or settings are missing, so nobody can tell whether the request is genuine.
        return IntakeResult(status=NOT_NOW, outcome="not_now")


def refuse(db: Database, connection_row: ConnectionRow, reason: str, now: datetime) -> None:
    """Count a request that was refused before any plugin saw it."""
    with db.write() as tx:
        events.count_refused(tx, connection_row.id, reason, now)


class _Intake:
    """One request."""

    def __init__(
        self,
        db: Database,
        cipher: Cipher,
        connections: Connections,
        bells: Bells,
        clock: Callable[[], datetime],
        row: ConnectionRow,
        listening: Listening,
    ) -> None:
        self.db = db
        self.cipher = cipher
        self.connections = connections
        self.bells = bells
        self.clock = clock
        self.row = row
        self.listening = listening

    def take(self, inbound: Inbound) -> IntakeResult:
        roles = self.connections.roles(self.row)
        if "event_trigger" in roles:
            trigger = self.connections.trigger(self.row.id)
            if isinstance(trigger, ReceivesEvents):
                return self._events(trigger, inbound)
        if "message_gateway" in roles:
            return self._reports(inbound)
        if not roles:
            return IntakeResult(status=NOT_NOW, outcome="not_now")
        return IntakeResult(status=404, outcome="no_receiver")

    def count(self, reason: str) -> None:
        refuse(self.db, self.row, reason, self.clock())

    def _events(self, trigger: ReceivesEvents, inbound: Inbound) -> IntakeResult:
        told = trigger.receive(inbound)
        new = repeated = 0
        if told:
            with self.db.write() as tx:
                new, repeated = events.store(tx, self.row.id, told, self.clock())
        if new:
            self.bells.events()
        answer = trigger.acknowledge(inbound) if isinstance(trigger, Acknowledges) else None
        return IntakeResult(
            status=200,
            outcome="stored" if told else "nothing",
            new=new,
            repeated=repeated,
            acknowledgement=answer,
        )

    def _reports(self, inbound: Inbound) -> IntakeResult:
        receiver = self.connections.report_receiver(self.row.id)
        if receiver is None:
            return IntakeResult(status=404, outcome="no_receiver")
        told = receiver.receive(inbound)
        arguments = (self.db, self.cipher, self.connections, self.bells, self.clock, self.row.id)
        new = repeated = 0
        if told_reports := [item for item in told if isinstance(item, DeliveryReport)]:
            reported = reports.take(*arguments, told_reports)
            new, repeated = new + reported.new, repeated + reported.repeated
        if told_replies := [item for item in told if isinstance(item, Reply)]:
            replied = replies.take(*arguments, told_replies, self.listening)
            new, repeated = new + replied.new, repeated + replied.repeated
        answer = receiver.acknowledge(inbound) if isinstance(receiver, Acknowledges) else None
        return IntakeResult(
            status=200,
            outcome="stored" if told else "nothing",
            new=new,
            repeated=repeated,
            acknowledgement=answer,
        )
