"""What one drain works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.consent.policy import Policy
from hub.messages.limits import Limits
from hub.messages.sinks import Sinks
from hub.queue import Bells
from hub.store.cipher import Cipher
from hub.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One gateway's drain: the hub's parts, its limits, and the name its claims carry."""

    db: Database
    cipher: Cipher
    connections: Connections
    bells: Bells
    clock: Callable[[], datetime]
    policy: Policy
    limits: Limits
    sinks: Sinks
    gateway_id: int
    me: str

    def hold_until(self) -> datetime:
        """Give until when what is claimed now belongs to this drain."""
        return self.clock() + timedelta(seconds=self.limits.hold)

    def lease_until(self) -> datetime:
        """Give until when what is marked now belongs to this drain."""
        return self.clock() + timedelta(seconds=self.limits.lease)
