"""Who is told of what messages bring about: of opt-outs, and of what became of an SMS."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.optout import act
from hub.store.cipher import Cipher
from hub.store.database import Tx
from hub.store.messages import MessageRow

OPTED_OUT = "opted_out"
"""The reason by which a gateway says that the person told it to stop."""


@dataclass(frozen=True, kw_only=True)
class Sinks:
    """The ids of the connections that take opt-outs, and of those that take notes."""

    opt_outs: Collection[int]
    notes: Collection[int]


def sinks_of(connections: Connections) -> Sinks:
    """Give the sinks of all connections, disabled ones too."""
    return Sinks(
        opt_outs=connections.with_role("opt_out_sink"),
        notes=connections.with_role("activity_sink"),
    )


def opt_out_at_gateway(
    tx: Tx, cipher: Cipher, row: MessageRow, *, now: datetime, sinks: Sinks
) -> None:
    """Record that the number of a message opted out at its gateway.

    The lock on the number must be held already, and none on any message.
    """
    act.opt_out(
        tx,
        cipher,
        contact_id=row.contact_id,
        scope="promotional",
        origin="gateway",
        actor=f"connection:{row.gateway_id}",
        occurred_at=now,
        now=now,
        message_id=row.id,
        connection_id=row.gateway_id,
        sink_connections=sinks.opt_outs,
    )
