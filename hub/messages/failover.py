"""Going on to the next gateway of a route, where the first one surely did not take a message.

Never after an answer that leaves it open whether the SMS left: somebody would get it twice. The
message keeps its key, is measured anew for the other gateway, and passes the gate at the next mark
like any other. One that the other gateway could not carry stays where it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from hub.connections.directory import Connections
from hub.errors import HubError
from hub.messages import moves
from hub.messages.moves import Move, moved
from hub.messages.segments import carries, gateway_units, measure
from hub.messages.states import State
from hub.store import due, messages, sends
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.messages import MessageRow
from hub.values.gateway import GatewayProfile, Receipt, ReceiptState

NOWHERE: Mapping[int, GatewayProfile] = MappingProxyType({})
BATCH = 500
TRIES = 3
"""Marks after which a gateway that keeps saying "later" is left."""

_REFUSED = frozenset({"auth", "quota", "unreachable", "sender"})
"""Reasons that lie with the gateway's account, not with number or text."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    gateway_id: int
    segments: int


def wants_elsewhere(row: MessageRow, receipt: Receipt) -> bool:
    """Say whether an answer is a reason to try the next gateway: it surely has not the message."""
    if receipt.state is ReceiptState.REJECTED:
        return receipt.reason in _REFUSED
    if receipt.state is ReceiptState.RETRY_LATER:
        return receipt.reason == "auth" or row.attempt >= TRIES
    return False


def fits(text: str, profile: GatewayProfile) -> int | None:
    """Give the SMS segments of a text at a gateway; None where it cannot carry it."""
    if not carries(text, profile) or gateway_units(text, profile) > profile.max_units:
        return None
    return measure(text, profile.reference_bits).segments


def usable(connections: Connections) -> Mapping[int, GatewayProfile]:
    """Give the gateways that can be sent through now, with their profiles."""
    found: dict[int, GatewayProfile] = {}
    for row in connections.rows():
        if row.enabled and row.state == "ok" and "message_gateway" in connections.roles(row):
            try:
                found[row.id] = connections.profile(row.id)
            except HubError:
                # Its settings are wrong, which its own page tells; nothing can go there.
                continue
    return found


def after_answers(
    tx: Tx,
    cipher: Cipher,
    answered: Sequence[tuple[MessageRow, Receipt]],
    others: Mapping[int, GatewayProfile],
    now: datetime,
) -> dict[int, Move]:
    """Give the moves of those of these answered messages that go on to another gateway.

    The rows are held by the transaction. One that has become unknown meanwhile stays: somebody may
    be asking its gateway already.
    """
    rows = [
        row
        for row, receipt in answered
        if row.state == State.SUBMITTING and wants_elsewhere(row, receipt)
    ]
    return {row.id: _to(place, row, now) for row, place in _places(tx, cipher, rows, others)}


def leave_unusable(
    db: Database, cipher: Cipher, connections: Connections, clock: Callable[[], datetime]
) -> int:
    """Let what is queued at a parked or disabled gateway go on to the next one; count it."""
    others = usable(connections)
    away = [row.id for row in connections.rows() if row.id not in others]
    done = after = 0
    while away:
        with db.write() as tx:
            now = clock()
            rows = due.stranded(tx, away, now, BATCH, after)
            made: list[Move] = []
            for row, place in _places(tx, cipher, rows, others):
                # The way the table has: taken, and given back, to another gateway.
                claimed = moved(row, State.CLAIMED, now=now)
                made += [claimed, _to(place, claimed[1], now)]
            moves.write(tx, made, now=now, sinks=())
        done += len(made) // 2
        if len(rows) < BATCH:
            break
        after = rows[-1].id
    return done


def _to(place: _Place, row: MessageRow, now: datetime) -> Move:
    return moved(
        row,
        State.QUEUED,
        now=now,
        reason="failover",
        due_at=now,
        gateway_id=place.gateway_id,
        segments=place.segments,
        gateway_reference=None,
    )


def _places(
    tx: Tx,
    cipher: Cipher,
    rows: Sequence[MessageRow],
    others: Mapping[int, GatewayProfile],
) -> Iterable[tuple[MessageRow, _Place]]:
    chains = sends.chains(tx, {row.send_id for row in rows}) if rows else {}
    rows = [row for row in rows if row.send_id in chains]
    texts = messages.bodies(tx, cipher, [row.id for row in rows])
    for row in rows:
        for gateway_id in _after(chains[row.send_id], row.gateway_id):
            profile = others.get(gateway_id)
            text = texts.get(row.id)
            segments = fits(text, profile) if profile and text is not None else None
            if segments is not None:
                yield row, _Place(gateway_id=gateway_id, segments=segments)
                break


def _after(chain: Sequence[int], gateway_id: int) -> Sequence[int]:
    return chain[chain.index(gateway_id) + 1 :] if gateway_id in chain else ()
