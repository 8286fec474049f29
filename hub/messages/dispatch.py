"""The dispatcher: takes what is due at one gateway, passes each message by the gate, posts it.

Only this module is handed what can send. One drain claims a batch with a lease, marks small
groups at the gate, posts each group at once through a window of threads, and writes answers down
every few messages. It ends when nothing is due, at its deadline, or when something has to be
waited for; what it had claimed and not marked goes back. Nothing depends on its end: whatever it
leaves behind is found by the reconcile pass.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.connections.senders import Senders
from hub.consent.policy import Policy
from hub.errors import AuthError, ConfigError, HubError, PluginBug
from hub.messages import failover
from hub.messages.answers import receipt_for
from hub.messages.desk import Desk
from hub.messages.faults import reached
from hub.messages.limits import Limits
from hub.messages.marking import Ready, mark
from hub.messages.pacing import BrokerGone, Pacer
from hub.messages.recording import Answered, record
from hub.messages.sinks import sinks_of
from hub.messages.supply import Supply
from hub.messages.window import Window
from hub.queue import Bells
from hub.roles import MessageGateway
from hub.store.cipher import Cipher
from hub.store.database import Database, StoreUnavailable
from hub.values.gateway import Outgoing, Receipt, ReceiptState
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class Drained:
    """How a drain ended: how many messages were posted, and why it stopped early, if it did."""

    posted: int
    why: Words | None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A post that was handed to a thread; it may begin until `begin_until` (monotonic seconds)."""

    ready: Ready
    begin_until: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a post: the receipt, and the error where it was one."""

    receipt: Receipt
    error: HubError | None = None


LONG_WAIT = 5.0
"""Seconds; a drain ends rather than wait longer for leave to send."""

IDLE = 0.5
"""Seconds after which answers are written down even if they are few."""

NO_ANSWER = Answer(receipt=Receipt(state=ReceiptState.UNKNOWN, reason="no_answer"))
NOT_BEGUN = Answer(
    receipt=Receipt(state=ReceiptState.RETRY_LATER, reason="lease_over", retry_after=0)
)


def drain(
    db: Database,
    cipher: Cipher,
    senders: Senders,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    gateway_id: int,
    worker: str,
    deadline: datetime,
    *,
    policy: Policy,
    limits: Limits | None = None,
) -> Drained:
    """Send what is due at one gateway, until nothing is, or until the deadline.

    `worker` names this process and need not be unique. Any number may drain one gateway at once.
    Raises ConfigError where the connection is no gateway, StoreUnavailable where the store is
    away: then every message stands where it stood, or becomes unknown when its lease ends.
    """
    row = connections.by_id(gateway_id)
    if not connections.usable(gateway_id):
        return Drained(
            posted=0,
            why=Words(
                f"{row.label}は無効または停止中のため、送信を保留しています。"
                "有効にするか、再度認証してください。",
                f"{row.label} is disabled or parked: its messages wait. "
                "Enable it, or sign in again.",
            ),
        )
    gateway = senders.gateway(gateway_id)
    desk = Desk(
        db=db,
        cipher=cipher,
        connections=connections,
        bells=bells,
        clock=clock,
        policy=policy,
        limits=limits or Limits(),
        sinks=sinks_of(connections),
        gateway_id=gateway_id,
        # A name of its own: a worker that was restarted must not take over its former self's work.
        me=f"{worker[:40]}:{uuid.uuid4().hex[:12]}",
    )
    return _Drain(desk, gateway, connections.open(row).callback_url).until(deadline)


class _Drain:
    def __init__(self, desk: Desk, gateway: MessageGateway, callback_url: str | None) -> None:
        profile = gateway.profile
        self._desk = desk
        self._gateway = gateway
        self._callback_url = callback_url
        redis = desk.bells.redis
        self._pacer = Pacer(redis, str(desk.gateway_id), rate=profile.rate, burst=profile.burst)
        block = self._pacer.block
        # What leaves within some ten seconds: more would only wait here, and for longer if we die.
        batch = min(desk.limits.claim, max(block, int(profile.rate * 10)))
        self._supply = Supply(desk, batch=batch, block=block)
        self._window: Window[Order, Answer] = Window(
            # A group is marked while the one before it is on its way.
            self._post,
            width=desk.limits.window,
            limit=desk.limits.post,
            ahead=min(block, desk.limits.window),
        )
        self._shut = False
        self._credit = 0
        self._answered: list[Answered] = []
        self._recorded = time.monotonic()
        self._faults = 0
        self._answers = 0
        self._why: Words | None = None

    def until(self, deadline: datetime) -> Drained:
        more = True
        try:
            while more and self._why is None and self._desk.clock() < deadline:
                more = self._step(deadline)
        finally:
            self._finish()
        if more and self._why is None:
            self._desk.bells.send(self._desk.gateway_id)
        return Drained(posted=self._answers, why=self._why)

    def _step(self, deadline: datetime) -> bool:
        """Do the next thing; give False where there is nothing left to do."""
        self._supply.refill()
        if not self._supply:
            if not self._window.in_flight:
                return False
            self._collect(1.0)
            return True
        # One at first: a wrong password must be told by one post, not by a whole window of them,
        # since some gateways block an address after a few.
        most = min(self._pacer.block, self._desk.limits.window)
        size = min(most, len(self._supply)) if self._answers else 1
        if self._window.free < size or (self._window.in_flight and not self._answers):
            self._collect(1.0)
            return True
        wait = self._tokens(size)
        if wait > 0:
            self._pause(min(wait, 1.0))
            # A long wait is left to the reconcile pass, which rings when it is over.
            return wait <= LONG_WAIT or self._desk.clock() + timedelta(seconds=wait) < deadline
        if self._why is None:
            self._send(size)
            self._collect(0.0)
        return True

    def _tokens(self, size: int) -> float:
        if self._credit >= size:
            return 0.0
        try:
            wait = self._pacer.take(size - self._credit)
        except BrokerGone:
            self._why = Words(
                ja="ブローカーに接続できないため送信速度を守れません。送信を保留し、復旧後に自動で再開します。",
                en="The broker is away, so the sending rate cannot be kept: messages wait. "
                "The hub goes on by itself when it is back.",
            )
            return 0.0
        if wait == 0:
            self._credit = size
        return wait

    def _send(self, size: int) -> None:
        group = self._supply.take(size)
        begun = time.monotonic()
        now = self._desk.clock()
        with self._desk.db.write() as tx:
            ready = mark(
                tx,
                self._desk.cipher,
                group,
                policy=self._desk.policy,
                now=now,
                lease_until=self._desk.lease_until(),
                sinks=self._desk.sinks.notes,
            )
        reached("after_mark")
        self._credit -= len(ready)
        for each in ready:
            self._window.submit(Order(ready=each, begin_until=begun + self._desk.limits.lease / 3))

    def _post(self, order: Order) -> Answer:
        row = order.ready.row
        late = row.lease_until is None or self._desk.clock() >= row.lease_until
        ends = self._shut or self._why is not None
        if late or ends or time.monotonic() >= order.begin_until:
            return NOT_BEGUN
        outgoing = Outgoing(
            id=row.key,
            number=order.ready.number,
            text=order.ready.text,
            not_after=row.not_after,
            callback_url=self._callback_url,
        )
        reached("before_post")
        try:
            receipt = self._gateway.send(outgoing)
        except HubError as exc:
            # At once: what waits for this thread must not try a wrong password again.
            self._shut = self._shut or isinstance(exc, AuthError)
            return Answer(receipt=receipt_for(exc), error=exc)
        reached("after_post")
        return Answer(receipt=receipt)

    def _collect(self, wait: float) -> None:
        self._gather(wait)
        enough = len(self._answered) >= self._desk.limits.record_every
        if enough or time.monotonic() - self._recorded >= IDLE:
            self._record()

    def _gather(self, wait: float) -> None:
        for done in self._window.collect(wait):
            answer = done.answer or (NO_ANSWER if done.begun else NOT_BEGUN)
            self._answered.append(Answered(row=done.task.ready.row, receipt=answer.receipt))
            if answer is not NOT_BEGUN:
                self._answers += 1
                self._heed(answer)
        if self._window.given_up >= self._desk.limits.hung and self._why is None:
            self._why = Words(
                ja="ゲートウェイが応答しないため、送信を中断しました。後で自動的に再開します。",
                en="The gateway does not come back: sending stops for now and goes on by itself.",
            )

    def _heed(self, answer: Answer) -> None:
        """Do what an answer means for all messages of this gateway, not for its own alone."""
        broken = isinstance(answer.error, (PluginBug, ConfigError))
        self._faults = self._faults + 1 if broken else 0
        error = answer.error
        if error is not None and (
            isinstance(error, AuthError) or self._faults >= self._desk.limits.faults
        ):
            self._why = error.words
            with suppress(StoreUnavailable):
                self._desk.connections.park(self._desk.gateway_id, error.words)
        pause = answer.receipt.retry_after
        if answer.receipt.state is ReceiptState.RETRY_LATER and pause:
            with suppress(BrokerGone):
                self._pacer.empty(pause)

    def _record(self) -> None:
        self._recorded = time.monotonic()
        if not self._answered:
            return
        reached("before_record")
        wanted = any(failover.wants_elsewhere(each.row, each.receipt) for each in self._answered)
        others = failover.usable(self._desk.connections) if wanted else failover.NOWHERE
        with self._desk.db.write() as tx:
            done = record(
                tx,
                self._desk.cipher,
                self._answered,
                now=self._desk.clock(),
                sinks=self._desk.sinks,
                others=others,
            )
        reached("after_record")
        self._answered = []
        if done.opt_outs:
            self._desk.bells.pushes()
        if done.notes:
            self._desk.bells.notes()
        for gateway_id in sorted(done.elsewhere):
            self._desk.bells.send(gateway_id)

    def _pause(self, seconds: float) -> None:
        if self._window.in_flight:
            self._collect(seconds)
        else:
            time.sleep(seconds)

    def _finish(self) -> None:
        """Wait for what is on its way, each for its limit at most, and give the rest back."""
        try:
            while self._window.in_flight:
                self._gather(1.0)
            self._settle()
        finally:
            self._window.close()

    def _settle(self) -> None:
        # The posts were made: while the leases last, an unreachable store may still come back.
        until = time.monotonic() + self._desk.limits.lease / 3
        while True:
            try:
                self._record()
                self._supply.give_back()
                return
            except StoreUnavailable:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.5)
