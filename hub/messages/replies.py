"""Replies: texts that come back from handsets, and the opt-outs among them.

A reply is on disk, with what it brought about, before it is acknowledged. A text that is an
opt-out word and nothing else opts out of all advertising, one that is START takes that back;
whatever else is said is kept for people to read.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.connections.directory import Connections
from hub.consent.keywords import Keyword, classify
from hub.contacts.phone import Phone, normalise
from hub.messages.sinks import sinks_of
from hub.optout import act
from hub.queue import Bells
from hub.store import people
from hub.store import replies as queries
from hub.store.cipher import Cipher
from hub.store.database import Database, Tx
from hub.store.replies import NewReply
from hub.values.gateway import Reply


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
) -> TakenReplies:
    """Store replies and act on opt-outs among them, in one transaction for each.

    Raises StoreUnavailable, and then the gateway must repeat what was not stored; repeats of the
    rest do nothing.
    """
    sinks = sinks_of(connections).opt_outs
    new = stopped = started = 0
    for item in items:
        with db.write() as tx:
            outcome = _take(tx, cipher, gateway_id, item, clock(), sinks)
        new += outcome is not None
        stopped += outcome == Keyword.STOP
        started += outcome == Keyword.START
    if stopped or started:
        bells.pushes()
    return TakenReplies(new=new, repeated=len(items) - new, opted_out=stopped)


def keyword_of(item: Reply) -> Keyword | None:
    """Give what a reply says; what the gateway has acted on already counts as said."""
    if item.handled_as is not None:
        return Keyword(item.handled_as)
    return classify(item.text)


def _take(
    tx: Tx,
    cipher: Cipher,
    gateway_id: int,
    item: Reply,
    now: datetime,
    sinks: Collection[int],
) -> str | None:
    source_id = item.id[:160]
    keyword = keyword_of(item)
    phone = normalise(item.number)
    contact_id = None
    if isinstance(phone, Phone):
        lookups = cipher.lookups(phone.e164)
        # Somebody the hub never heard of can say stop too, and must be remembered then.
        if keyword is Keyword.STOP:
            contact_id = people.contacts_for(tx, [lookups], now)[0]
        else:
            contact_id = people.find_contact(tx, lookups)
    if contact_id is not None and keyword in (Keyword.STOP, Keyword.START):
        people.lock_contacts(tx, [contact_id])
    outcome = keyword.value if keyword else "kept"
    stored = NewReply(
        gateway_id=gateway_id,
        source_id=source_id,
        contact_id=contact_id,
        text_enc=cipher.encrypt(item.text, queries.context(gateway_id, source_id)),
        outcome=outcome,
    )
    if not queries.insert(tx, stored, now):
        return None
    if contact_id is not None and keyword is Keyword.STOP:
        act.opt_out(
            tx,
            cipher,
            contact_id=contact_id,
            scope="promotional",
            origin="reply",
            actor=f"connection:{gateway_id}",
            occurred_at=min(item.at or now, now),
            now=now,
            connection_id=gateway_id,
            sink_connections=sinks,
        )
    if contact_id is not None and keyword is Keyword.START:
        act.reopen(
            tx,
            cipher,
            contact_id=contact_id,
            purpose_key=None,
            occurred_at=min(item.at or now, now),
            why="start",
            actor=f"connection:{gateway_id}",
            now=now,
            sink_connections=sinks,
            connection_id=gateway_id,
        )
    return outcome
