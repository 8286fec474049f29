"""Queries about rules: what an event of a connection sets off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hub.store.database import Tx
from hub.store.tables.events import rule


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One rule of kind `event`: on this event of this connection, this template to its record.

    `conditions` names attributes and the values that let a record through; {} lets all through.
    """

    id: int
    kind: str
    label: str
    connection_id: int
    event_type: str
    template_key: str
    gateway_id: int
    once_per_record: bool
    conditions: Mapping[str, Sequence[str]]
    enabled: bool
    created_at: datetime
    created_by: str


_COLUMNS = tuple(rule.c[name] for name in RuleRow.__dataclass_fields__)


def add(
    tx: Tx,
    *,
    label: str,
    connection_id: int,
    event_type: str,
    template_key: str,
    gateway_id: int,
    once_per_record: bool,
    conditions: Mapping[str, Sequence[str]],
    created_by: str,
    now: datetime,
) -> int:
    """Add a rule, enabled; give its id."""
    made = tx.execute(
        sa.insert(rule).values(
            kind="event",
            label=label,
            connection_id=connection_id,
            event_type=event_type,
            template_key=template_key,
            gateway_id=gateway_id,
            once_per_record=once_per_record,
            conditions={key: list(values) for key, values in conditions.items()},
            enabled=True,
            created_at=now,
            created_by=created_by,
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def for_event(tx: Tx, connection_id: int, event_type: str) -> list[RuleRow]:
    """Give the enabled rules that this event sets off, oldest first."""
    rows = tx.execute(
        sa.select(*_COLUMNS)
        .where(
            rule.c.kind == "event",
            rule.c.connection_id == connection_id,
            rule.c.event_type == event_type,
            rule.c.enabled.is_(True),
        )
        .order_by(rule.c.id)
    )
    return [RuleRow(**row._mapping) for row in rows]


def every(tx: Tx) -> list[RuleRow]:
    """Give all rules, oldest first."""
    rows = tx.execute(sa.select(*_COLUMNS).order_by(rule.c.id))
    return [RuleRow(**row._mapping) for row in rows]


def set_enabled(tx: Tx, rule_id: int, enabled: bool) -> None:
    """Enable or disable a rule."""
    tx.execute(sa.update(rule).where(rule.c.id == rule_id).values(enabled=enabled))
