"""Queries about sends (配信): the messages that were ordered together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.people import chunks
from hub.store.tables.messages import send


@dataclass(frozen=True, kw_only=True)
class NewSend:
    """A send to be stored. The same `key` is the same send."""

    key: str
    kind: str
    template_id: int
    purpose_key: str
    message_class: str
    gateway_id: int
    rule_id: int | None = None
    event_id: int | None = None
    owner_id: int | None = None
    actor: str
    site_id: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    fallbacks: str = ""


@dataclass(frozen=True, kw_only=True)
class SendRow:
    """One send. `state` is building, sending, paused, canceling or canceled.

    `fallbacks` are the ids of the gateways that follow `gateway_id` in its route: `3,5`.
    """

    id: int
    key: str
    kind: str
    template_id: int
    purpose_key: str
    message_class: str
    gateway_id: int
    fallbacks: str
    state: str
    owner_id: int | None
    actor: str
    site_id: int | None
    not_before: datetime | None
    not_after: datetime | None
    created_at: datetime


_COLUMNS = tuple(send.c[name] for name in SendRow.__dataclass_fields__)


def open_send(tx: Tx, new: NewSend, now: datetime) -> tuple[SendRow, bool]:
    """Give the send of this key, made in state building if it is not there; and whether it was."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    made = tx.execute(
        dialect.insert(send)
        .values(**vars(new), state="building", created_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(send.c.id)
    ).first()
    row = by_key(tx, new.key)
    if row is None:
        raise LookupError("a send that was just stored is not there")
    return row, made is not None


def by_key(tx: Tx, key: str) -> SendRow | None:
    """Give the send with this key."""
    row = tx.execute(sa.select(*_COLUMNS).where(send.c.key == key)).first()
    return None if row is None else SendRow(**row._mapping)


def by_id(tx: Tx, send_id: int) -> SendRow | None:
    """Give one send."""
    row = tx.execute(sa.select(*_COLUMNS).where(send.c.id == send_id)).first()
    return None if row is None else SendRow(**row._mapping)


def set_sending(tx: Tx, send_id: int) -> None:
    """Let the messages of a send that is complete go out."""
    tx.execute(
        sa.update(send)
        .where(send.c.id == send_id, send.c.state == "building")
        .values(state="sending")
    )


def lock(tx: Tx, send_id: int) -> SendRow | None:
    """Hold a send until the transaction ends, and give it as it is now."""
    query = sa.select(*_COLUMNS).where(send.c.id == send_id)
    # Messages of it may still be made meanwhile: they only want its id to stay.
    row = tx.execute(query.with_for_update(key_share=True)).first()
    return None if row is None else SendRow(**row._mapping)


def set_state(tx: Tx, send_id: int, state: str) -> None:
    """Write the state of a send that this transaction holds."""
    tx.execute(sa.update(send).where(send.c.id == send_id).values(state=state))


def halted(tx: Tx, send_ids: Collection[int]) -> Mapping[int, str]:
    """Give those of these sends that are not to go out, with their state.

    All of them stay as they are until the transaction ends, so that whoever pauses or cancels one
    waits for the messages that are just being marked, and none is marked afterwards.
    """
    query = sa.select(send.c.id, send.c.state).where(send.c.id.in_(sorted(set(send_ids))))
    states = {row.id: row.state for row in tx.execute(query.with_for_update(read=True))}
    return {send_id: state for send_id, state in states.items() if state != "sending"}


def canceling(tx: Tx) -> list[int]:
    """Give the sends that are being canceled."""
    query = sa.select(send.c.id).where(send.c.state == "canceling").order_by(send.c.id)
    return list(tx.execute(query).scalars())


def newest(tx: Tx, limit: int, before: int | None = None) -> list[SendRow]:
    """Give sends, the newest first; `before` is the id of the last one of the page before."""
    query = sa.select(*_COLUMNS).order_by(send.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(send.c.id < before)
    return [SendRow(**row._mapping) for row in tx.execute(query)]


def chain(tx: Tx, send_id: int) -> tuple[int, ...]:
    """Give the gateways of a send in the order they are tried; none where there is no such send."""
    row = by_id(tx, send_id)
    return chains(tx, [send_id]).get(send_id) or ((row.gateway_id,) if row else ())


def chains(tx: Tx, send_ids: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """Give the gateways of these sends in the order they are tried, of those that have several."""
    found: dict[int, tuple[int, ...]] = {}
    for part in chunks(sorted(set(send_ids))):
        query = sa.select(send.c.id, send.c.gateway_id, send.c.fallbacks).where(
            send.c.id.in_(part), send.c.fallbacks != ""
        )
        for row in tx.execute(query):
            found[row.id] = (row.gateway_id, *(int(each) for each in row.fallbacks.split(",")))
    return found
