"""The supply of a drain: messages it has claimed and not marked yet, the urgent ones first."""

import time
from collections import deque
from collections.abc import Sequence

from hub.consent.classes import advertises
from hub.messages.claiming import claim, give_back
from hub.messages.desk import Desk
from hub.messages.faults import reached
from hub.messages.freshness import AHEAD, freshen
from hub.store import due
from hub.store.messages import MessageRow

URGENT_LOOK = 0.2
"""Seconds between two looks for agents' messages: they are to leave within one."""


class Supply:
    """Claims batches of `batch` messages, and agents' single ones, `block` at once, in between."""

    def __init__(self, desk: Desk, *, batch: int, block: int) -> None:
        self._desk = desk
        self._batch = batch
        self._block = block
        self._rows: deque[MessageRow] = deque()
        self._renewed = 0.0
        self._looked = 0.0
        self._called = False

    def __len__(self) -> int:
        """How many messages are at hand."""
        return len(self._rows)

    def take(self, count: int) -> list[MessageRow]:
        """Take the next messages; there must be so many."""
        return [self._rows.popleft() for _ in range(count)]

    def refill(self) -> None:
        """See to it that there is something to send, agents' single messages before all else."""
        if not self._rows:
            self._renewed = time.monotonic()
            self._claim(self._batch, urgent_only=False)
            self._call()
            return
        if time.monotonic() - self._looked >= URGENT_LOOK:
            self._looked = time.monotonic()
            with self._desk.db.read() as tx:
                urgent = due.has_urgent(tx, self._desk.gateway_id, self._desk.clock())
            if urgent:
                self._claim(self._block, urgent_only=True)
        self._renew()

    def give_back(self) -> None:
        """Put what is left back into the queue."""
        if self._rows:
            with self._desk.db.write() as tx:
                give_back(tx, list(self._rows), self._desk.me, self._desk.clock())
            self._rows.clear()

    def _claim(self, limit: int, *, urgent_only: bool) -> None:
        with self._desk.db.write() as tx:
            rows = claim(
                tx,
                self._desk.gateway_id,
                worker=self._desk.me,
                now=self._desk.clock(),
                lease_until=self._desk.hold_until(),
                limit=limit,
                urgent_only=urgent_only,
            )
        reached("after_claim")
        self._rows.extendleft(reversed(rows))
        self._freshen(rows)

    def _call(self) -> None:
        """Ring once where a whole batch was there: another worker, if one is idle, joins in."""
        if len(self._rows) >= self._batch and not self._called:
            self._called = True
            self._desk.bells.send(self._desk.gateway_id)

    def _freshen(self, rows: Sequence[MessageRow]) -> None:
        contacts = {row.contact_id: row.link_id for row in rows if advertises(row.message_class)}
        if contacts:
            desk, age = self._desk, self._desk.policy.source_max_age
            max_age = max(age - AHEAD, age / 2)
            freshen(desk.db, desk.cipher, desk.connections, desk.clock, contacts, max_age)

    def _renew(self) -> None:
        if time.monotonic() - self._renewed < self._desk.limits.hold / 3:
            return
        self._renewed = time.monotonic()
        with self._desk.db.write() as tx:
            ids = [row.id for row in self._rows]
            due.renew(tx, ids, self._desk.me, self._desk.hold_until())
