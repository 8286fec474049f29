"""Letting messages that failed go once more, because a person says so.

What goes under its own key goes back into the queue. What must not keep its key, since its gateway
had taken it, becomes a new message of a new send; the key is made from the old one, so that no
message is followed by two. All of them pass the gate like any other.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.errors import ConfigError, HubError
from hub.messages import moves
from hub.messages.moves import moved
from hub.messages.retrying import FAILED, Way, way_of
from hub.messages.states import State
from hub.queue import Bells
from hub.store import due, messages, sends
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.messages import MessageRow, NewMessage, SendFacts
from hub.store.sends import NewSend, SendRow
from hub.values.gateway import Idempotency

BATCH = 500
_AGAIN = uuid.UUID("0c6d6f5e-6a0e-4a3e-9a55-5b4d1b0f7a21")


@dataclass(frozen=True, kw_only=True)
class Retried:
    """What became of a retry, in messages by `Way`; `send_id` is the send of those made anew."""

    ways: Mapping[Way, int]
    send_id: int | None

    @property
    def going(self) -> int:
        """How many go again, or are asked about."""
        return sum(self.ways.get(way, 0) for way in (Way.QUEUE, Way.ASK, Way.ANEW))


class Again:
    """Retries failed messages. Sends nothing itself."""

    def __init__(
        self,
        *,
        database: Database,
        cipher: Cipher,
        connections: Connections,
        bells: Bells,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = database
        self._cipher = cipher
        self._connections = connections
        self._bells = bells
        self._clock = clock

    def send(self, send_id: int, *, actor: str, may_double: bool = False) -> Retried:
        """Let all messages of a send that failed go once more, each where and how it may.

        Raises ConfigError for a send that is not there or was canceled.
        """
        with self._db.read() as tx:
            send = sends.by_id(tx, send_id)
        if send is None:
            raise ConfigError(
                "send",
                f"There is no send {send_id}. See hub sends list.",
                f"配信 {send_id} はありません。hub sends list で確認してください。",
            )
        return self._retry(send, self._failed(send_id), actor=actor, may_double=may_double)

    def message(self, message_id: int, *, actor: str, may_double: bool = False) -> Retried | None:
        """Let one message go once more if it may; None where there is no such message.

        Raises ConfigError where its send was canceled.
        """
        with self._db.read() as tx:
            row = messages.by_id(tx, message_id)
            send = sends.by_id(tx, row.send_id) if row else None
        if row is None or send is None:
            return None
        return self._retry(send, iter([[row.id]]), actor=actor, may_double=may_double)

    def _failed(self, send_id: int) -> Iterator[list[int]]:
        after = 0
        while True:
            with self._db.write() as tx:
                rows = due.of_send(tx, send_id, FAILED, BATCH, after)
            if not rows:
                return
            after = rows[-1].id
            yield [row.id for row in rows]

    def _retry(
        self, send: SendRow, pages: Iterator[list[int]], *, actor: str, may_double: bool
    ) -> Retried:
        if send.state in ("canceling", "canceled"):
            raise ConfigError(
                "send",
                f"Send {send.id} was canceled: nothing of it goes again. Order a new one.",
                f"配信 {send.id} は取り消し済みのため再送できません。新たに配信してください。",
            )
        ways: Counter[Way] = Counter()
        gateways: set[int] = set()
        new_key = f"{send.key[:66]}~{uuid.uuid4().hex[:12]}"
        new: SendRow | None = None
        for ids in pages:
            with self._db.write() as tx:
                now = self._clock()
                locked = messages.lock(tx, ids)
                chosen = self._ways(list(locked.values()), may_double=may_double, now=now)
                self._queue(tx, _of(chosen, Way.QUEUE), now)
                due.ask_again(tx, [row.id for row in _of(chosen, Way.ASK)], now)
                anew, twice = _not_yet(tx, _of(chosen, Way.ANEW))
                if anew:
                    new = new or _open(tx, send, new_key, actor, now)
                    _make(tx, self._cipher, new, anew, now)
            ways.update(way for _, way in chosen)
            ways.update({Way.ANEW: -twice, Way.NOT_FAILED: twice})
            gateways |= {row.gateway_id for row, way in chosen if way is Way.QUEUE}
        if new is not None:
            with self._db.write() as tx:
                sends.set_sending(tx, new.id)
            gateways.add(new.gateway_id)
        for gateway_id in sorted(gateways):
            self._bells.send(gateway_id)
        self._bells.reconcile()
        return Retried(ways=+ways, send_id=new.id if new else None)

    def _ways(
        self, rows: Sequence[MessageRow], *, may_double: bool, now: datetime
    ) -> list[tuple[MessageRow, Way]]:
        known = {row.gateway_id: self._idempotency(row.gateway_id) for row in rows}
        return [
            (row, way_of(row, known[row.gateway_id], may_double=may_double, now=now))
            for row in rows
        ]

    def _idempotency(self, gateway_id: int) -> Idempotency:
        try:
            return self._connections.profile(gateway_id).idempotency
        except HubError:
            # What cannot be opened promises nothing.
            return "none"

    def _queue(self, tx: Tx, rows: Sequence[MessageRow], now: datetime) -> None:
        again = [moved(row, State.QUEUED, now=now, reason="by_hand", due_at=now) for row in rows]
        moves.write(tx, again, now=now, sinks=())


def _of(chosen: Sequence[tuple[MessageRow, Way]], way: Way) -> list[MessageRow]:
    return [row for row, each in chosen if each is way]


def key_after(key: str) -> str:
    """Give the key of the message that follows the one with this key."""
    return uuid.uuid5(_AGAIN, key).hex


def _not_yet(tx: Tx, rows: Sequence[MessageRow]) -> tuple[list[MessageRow], int]:
    """Leave out what was made anew before; say how many those are."""
    there = messages.known_keys(tx, [key_after(row.key) for row in rows])
    fresh = [row for row in rows if key_after(row.key) not in there]
    return fresh, len(rows) - len(fresh)


def _open(tx: Tx, send: SendRow, key: str, actor: str, now: datetime) -> SendRow:
    new = NewSend(
        key=key,
        kind=send.kind,
        template_id=send.template_id,
        purpose_key=send.purpose_key,
        message_class=send.message_class,
        gateway_id=send.gateway_id,
        fallbacks=send.fallbacks,
        owner_id=send.owner_id,
        actor=actor,
        site_id=send.site_id,
        not_after=send.not_after,
    )
    return sends.open_send(tx, new, now)[0]


def _make(tx: Tx, cipher: Cipher, send: SendRow, rows: Sequence[MessageRow], now: datetime) -> None:
    texts = messages.bodies(tx, cipher, [row.id for row in rows])
    facts = SendFacts(
        send_id=send.id,
        gateway_id=send.gateway_id,
        purpose_key=send.purpose_key,
        message_class=send.message_class,
        not_before=None,
        not_after=send.not_after,
    )
    # In the order in which the gate and opt-outs lock numbers: a message row holds its number too.
    ordered = sorted(rows, key=lambda row: row.contact_id)
    messages.insert(
        tx, facts, [_message(cipher, row, texts.get(row.id), now) for row in ordered], now
    )


def _message(cipher: Cipher, row: MessageRow, text: str | None, now: datetime) -> NewMessage:
    key = key_after(row.key)
    gone = text is None
    return NewMessage(
        key=key,
        contact_id=row.contact_id,
        link_id=row.link_id,
        priority=row.priority,
        state=(State.REFUSED if gone else State.QUEUED).value,
        reason="erased" if gone else "by_hand",
        body_enc=None if text is None else cipher.encrypt(text, messages.body_context(key)),
        segments=row.segments,
        evidence_id=row.evidence_id,
        source_read_at=None,
        due_at=now,
        site_id=row.site_id,
        owner_id=row.owner_id,
        finished_at=now if gone else None,
    )
