"""Asking gateways for the reports that did not come.

A callback can be lost: the hub was away, its address was wrong, the gateway gave up. A gateway
that can be asked is asked, a few messages at a time and ever more rarely. What it says is taken
as if it had been posted, under the same id, so a callback that comes after all is a repeat.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.errors import HubError
from hub.messages import inquiries, reports
from hub.queue import Bells
from hub.store import missing as queries
from hub.store.cipher import Cipher
from hub.store.database import Database
from hub.store.messages import MessageRow
from hub.values.gateway import DeliveryReport

BATCH = 20
"""Messages asked about at one gateway in one pass."""

PATIENCE = timedelta(minutes=10)
"""How long a report may take before it is asked for."""

UNTOLD = timedelta(minutes=1)
"""The same for a gateway that posts none."""

LONGEST = timedelta(hours=6)
"""The longest rest between two questions about one message."""

GIVE_UP = timedelta(hours=72)
"""After this long nothing more will be known; the slowest gateways take as long."""

_NEVER = timedelta(days=36_500)


def ask(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
) -> int:
    """Ask every gateway that can be asked; give how many reports were new.

    A gateway that fails is left for the next pass, with as long a rest as if it had answered.
    """
    gateways = sorted(connections.with_role("message_gateway"))
    return sum(_ask_at(db, cipher, connections, bells, clock, each) for each in gateways)


def rest(row: MessageRow, now: datetime) -> timedelta:
    """Give how long to wait before a message is asked about again: as long as it has waited. Pure.

    One that has waited for `GIVE_UP` is not asked about any more.
    """
    waited = now - (row.submitted_at or row.created_at)
    return _NEVER if waited >= GIVE_UP else min(max(waited, PATIENCE), LONGEST)


def _ask_at(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    gateway_id: int,
) -> int:
    if not connections.usable(gateway_id):
        return 0
    try:
        look_up = connections.look_up(gateway_id)
        told = connections.profile(gateway_id).reports
    except HubError:
        return 0
    now = clock()
    if look_up is None:
        return 0
    with db.read() as tx:
        since = now - (PATIENCE if told else UNTOLD)
        rows = queries.unreported(tx, gateway_id, now, since, BATCH)
    if not rows:
        return 0
    found = inquiries.ask(db, cipher, look_up, rows, now)
    answers = [(row, found.get(row.id)) for row in rows]
    items = [
        replace(answer, key=row.key)
        for row, answer in answers
        if isinstance(answer, DeliveryReport)
    ]
    new = 0
    if items:
        new = reports.take(db, cipher, connections, bells, clock, gateway_id, items).new
    with db.write() as tx:
        queries.ask_again(tx, {row.id: now + rest(row, now) for row in rows})
    return new
