"""Replies: texts that come back from handsets, and the opt-outs among them.

A reply is on disk, with what it brought about, before it is acknowledged. A text that is an
opt-out word and nothing else opts out of all advertising, one that is START takes that back. What
may be a stop lets advertising wait until a person has read it. Whatever else is said goes to the
record that the last SMS was sent for. Nothing is answered by SMS.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.connections.directory import Connections
from hub.consent.keywords import SHIPPED, Keyword, Vocabulary, classify
from hub.contacts.phone import Phone, normalise
from hub.messages import doubts
from hub.messages.notes import of_reply
from hub.messages.sinks import Sinks, sinks_of
from hub.optout import act
from hub.queue import Bells
from hub.store import notes, people
from hub.store import replies as queries
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.replies import NewReply
from hub.values.gateway import Reply

_BY_CONTACT = frozenset({Keyword.STOP, Keyword.START, Keyword.NEAR_STOP})
_OF_A_STRANGER = frozenset({Keyword.STOP, Keyword.NEAR_STOP})


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How this deployment takes replies.

    `answers_within` is for how long after an SMS a reply counts as an answer to it.
    """

    vocabulary: Vocabulary = SHIPPED
    answers_within: timedelta = timedelta(days=14)


AS_SHIPPED = Listening()


@dataclass(frozen=True, kw_only=True)
class TakenReplies:
    """What became of replies that came in."""

    new: int
    repeated: int
    opted_out: int


def take(
    db: Database,
    cipher: Cipher,
    connections: Connections,
    bells: Bells,
    clock: Callable[[], datetime],
    gateway_id: int,
    items: Sequence[Reply],
    listening: Listening = AS_SHIPPED,
) -> TakenReplies:
    """Store replies and act on opt-outs among them, in one transaction for each.

    Raises StoreUnavailable, and then the gateway must repeat what was not stored; repeats of the
    rest do nothing.
    """
    taking = _Taking(cipher, gateway_id, sinks_of(connections), listening)
    new = stopped = pushed = noted = 0
    for item in items:
        with db.write() as tx:
            taken = taking.take(tx, item, clock())
        if taken is not None:
            new += 1
            stopped += taken.keyword is Keyword.STOP
            pushed += taken.keyword in (Keyword.STOP, Keyword.START)
            noted += taken.notes
    if pushed:
        bells.pushes()
    if noted:
        bells.notes()
    return TakenReplies(new=new, repeated=len(items) - new, opted_out=stopped)


def keyword_of(item: Reply, vocabulary: Vocabulary = SHIPPED) -> Keyword | None:
    """Give what a reply says; what the gateway has acted on already counts as said."""
    if item.handled_as is not None:
        return Keyword(item.handled_as)
    return classify(item.text, vocabulary)


@dataclass(frozen=True, kw_only=True)
class _Taken:
    keyword: Keyword | None
    notes: int


class _Taking:
    """Takes the replies of one gateway, each in its caller's transaction."""

    def __init__(self, cipher: Cipher, gateway_id: int, sinks: Sinks, listening: Listening) -> None:
        self._cipher = cipher
        self._gateway_id = gateway_id
        self._sinks = sinks
        self._listening = listening

    def take(self, tx: Tx, item: Reply, now: datetime) -> _Taken | None:
        """Store a reply with what it brings about; None where it was there already."""
        keyword = keyword_of(item, self._listening.vocabulary)
        contact_id = self._contact(tx, item, keyword, now)
        said_at = min(item.at or now, now)
        answered = None
        if contact_id is not None:
            since = now - self._listening.answers_within
            answered = queries.answered(tx, contact_id, self._gateway_id, since)
        source_id = item.id[:160]
        doubtful = keyword is Keyword.NEAR_STOP and contact_id is not None
        stored = NewReply(
            gateway_id=self._gateway_id,
            source_id=source_id,
            contact_id=contact_id,
            text_enc=self._cipher.encrypt(item.text, queries.context(self._gateway_id, source_id)),
            outcome=keyword.value if keyword else "kept",
            said_at=said_at,
            message_id=answered.message_id if answered else None,
            task=doubts.OPEN if doubtful else None,
        )
        reply_id = queries.insert(tx, stored, now)
        if reply_id is None:
            return None
        noted = 0
        if answered is not None and keyword not in (Keyword.STOP, Keyword.START):
            noted = notes.insert(tx, of_reply(reply_id, answered, now), self._sinks.notes)
        if contact_id is not None:
            self._act(tx, contact_id, keyword, stored, now)
        return _Taken(keyword=keyword, notes=noted)

    def _contact(self, tx: Tx, item: Reply, keyword: Keyword | None, now: datetime) -> int | None:
        phone = normalise(item.number)
        if not isinstance(phone, Phone):
            return None
        lookups = self._cipher.lookups(phone.e164)
        # Somebody the hub never heard of can say stop too, and must be remembered then.
        if keyword in _OF_A_STRANGER:
            contact_id: int | None = people.contacts_for(tx, [lookups], now)[0]
        else:
            contact_id = people.find_contact(tx, lookups)
        if contact_id is not None and keyword in _BY_CONTACT:
            people.lock_contacts(tx, [contact_id])
        return contact_id

    def _act(
        self, tx: Tx, contact_id: int, keyword: Keyword | None, reply: NewReply, now: datetime
    ) -> None:
        actor = f"connection:{self._gateway_id}"
        match keyword:
            case Keyword.NEAR_STOP:
                doubts.begin(tx, contact_id, now)
            case Keyword.STOP:
                act.opt_out(
                    tx,
                    self._cipher,
                    contact_id=contact_id,
                    scope="promotional",
                    origin="reply",
                    actor=actor,
                    occurred_at=reply.said_at,
                    now=now,
                    message_id=reply.message_id,
                    connection_id=self._gateway_id,
                    sink_connections=self._sinks.opt_outs,
                )
                doubts.end(tx, contact_id, doubts.ACCEPTED, actor, said_at=None, now=now)
            case Keyword.START:
                act.reopen(
                    tx,
                    self._cipher,
                    contact_id=contact_id,
                    purpose_key=None,
                    occurred_at=reply.said_at,
                    why="start",
                    actor=actor,
                    now=now,
                    sink_connections=self._sinks.opt_outs,
                    connection_id=self._gateway_id,
                )
                doubts.end(tx, contact_id, doubts.DISMISSED, actor, said_at=reply.said_at, now=now)
