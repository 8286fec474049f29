"""Queries about how well messages arrive: by gateway, template and carrier, since a day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.connections import connection
from hub.store.tables.messages import message, send, template

By = Literal["gateway", "template", "carrier"]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many messages of a group are in a state for a reason."""

    group: str
    state: str
    reason: str | None
    count: int


_LEFT = ("submitted", "delivered", "undelivered", "expired", "rejected", "unknown")
"""States of messages that were handed to a gateway."""


def counts(tx: Tx, by: By, since: datetime) -> list[Count]:
    """Count what was handed to gateways since then, by group, state and reason.

    A message is filed under the gateway it left by last. Those that expired here, before they
    left, are not counted; an unknown carrier is the group "".
    """
    group = _group(by)
    query = (
        _joined(by, group, message.c.state, message.c.reason, sa.func.count())
        .where(*_handed_over(since))
        .group_by(group, message.c.state, message.c.reason)
    )
    return [
        Count(group=name or "", state=state, reason=reason, count=count)
        for name, state, reason, count in tx.execute(query)
    ]


def median_seconds(tx: Tx, by: By, since: datetime) -> dict[str, float]:
    """Give how long half of the delivered messages took at most, from taken to reported."""
    group, took = _group(by), _seconds(tx)
    ranked = (
        _joined(
            by,
            sa.func.coalesce(group, "").label("name"),
            took.label("took"),
            sa.func.row_number().over(partition_by=group, order_by=took).label("place"),
            sa.func.count().over(partition_by=group).label("count"),
        )
        .where(*_handed_over(since), message.c.state == "delivered")
        .subquery()
    )
    middle = ranked.c.place == (ranked.c.count + 1) // 2
    query = sa.select(ranked.c.name, ranked.c.took).where(middle)
    return {name: max(0.0, float(seconds)) for name, seconds in tx.execute(query)}


def _handed_over(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        message.c.marked_at >= since,
        message.c.state.in_(_LEFT),
    )


def _group(by: By) -> sa.ColumnElement[Any]:
    columns = {
        "gateway": connection.c.name,
        "template": template.c.key,
        "carrier": message.c.carrier,
    }
    return columns[by]


def _joined(by: By, *columns: Any) -> sa.Select[Any]:
    query = sa.select(*columns).select_from(message)
    if by == "gateway":
        return query.join(connection, connection.c.id == message.c.gateway_id)
    if by == "template":
        return query.join(send, send.c.id == message.c.send_id).join(
            template, template.c.id == send.c.template_id
        )
    return query


def _seconds(tx: Tx) -> sa.ColumnElement[Any]:
    begun, ended = message.c.submitted_at, message.c.finished_at
    if tx.dialect.name == "postgresql":
        return sa.extract("epoch", sa.type_coerce(ended - begun, sa.Interval))
    days = sa.func.julianday(ended) - sa.func.julianday(begun)
    return sa.type_coerce(days * 86400.0, sa.Float)
