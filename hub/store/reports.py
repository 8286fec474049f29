"""Queries about delivery reports: every one kept, each applied once its message is found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.database import Tx
from hub.store.messages import MessageRow
from hub.store.people import chunks
from hub.store.tables.messages import message, report
from hub.values.gateway import DeliveryReport


@dataclass(frozen=True, kw_only=True)
class ReportRow:
    """One report. `message_id` is that of the message it is about, None where none matches.

    `permanent` is what the gateway says of an undelivered number, None where it does not.
    """

    id: int
    message_id: int | None
    state: str
    reason: str | None
    permanent: bool | None = None
    billed_units: int | None
    received_at: datetime
    carrier: str | None = None
    part: int | None = None
    parts: int | None = None


def insert(tx: Tx, gateway_id: int, items: Sequence[DeliveryReport], now: datetime) -> list[int]:
    """Store reports; give the ids of those that are new."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(report)
        .on_conflict_do_nothing(index_elements=["gateway_id", "source_id"])
        .returning(report.c.id)
    )
    # Sorted, so that two transactions with the same reports insert them in one order.
    unique = {item.id[:160]: item for item in items}
    rows = [
        {
            "gateway_id": gateway_id,
            "source_id": source_id,
            "reference": _cut(item.reference, 120),
            "key": item.key if item.key is None or len(item.key) <= 36 else None,
            "state": item.state.value,
            "reason": _cut(item.reason, 40),
            "permanent": item.permanent,
            "billed_units": item.billed_units,
            "carrier": _cut(item.carrier, 20),
            "part": item.part,
            "parts": item.parts,
            "reported_at": item.at,
            "received_at": now,
        }
        for source_id, item in sorted(unique.items())
    ]
    new: list[int] = []
    for part in chunks(rows):
        new.extend(tx.execute(statement, list(part)).scalars())
    return new


def matched(tx: Tx, report_ids: Collection[int]) -> list[ReportRow]:
    """Give these reports with their messages; those without one are left out."""
    found: list[ReportRow] = []
    for part in chunks(sorted(report_ids)):
        for query in _matches():
            found.extend(_rows(tx, query.where(report.c.id.in_(part))))
    return _once(found)


def waiting_for(tx: Tx, rows: Sequence[MessageRow]) -> list[ReportRow]:
    """Give the reports about these messages that have not been applied yet."""
    found: list[ReportRow] = []
    for part in chunks([row.id for row in rows]):
        for query in _matches():
            found.extend(
                _rows(tx, query.where(message.c.id.in_(part), report.c.applied_at.is_(None)))
            )
    return _once(found)


def of_parts(tx: Tx, message_ids: Collection[int]) -> list[ReportRow]:
    """Give all reports about parts of these messages, those that were applied too."""
    found: list[ReportRow] = []
    for part in chunks(sorted(message_ids)):
        for query in _matches():
            found.extend(_rows(tx, query.where(message.c.id.in_(part), report.c.parts > 1)))
    return _once(found)


def waiting(tx: Tx, since: datetime, unready: Collection[str], limit: int) -> list[ReportRow]:
    """Give reports received since then that wait and have a message by now.

    `unready` are the states in which a message cannot take a report yet.
    """
    found: list[ReportRow] = []
    for query in _matches():
        found.extend(
            _rows(
                tx,
                query.where(
                    report.c.applied_at.is_(None),
                    report.c.received_at >= since,
                    message.c.state.not_in(sorted(unready)),
                ).limit(limit),
            )
        )
    return _once(found)


def set_applied(tx: Tx, report_ids: Collection[int], now: datetime) -> None:
    """Remember that these reports had their effect."""
    for part in chunks(sorted(report_ids)):
        tx.execute(
            sa.update(report)
            .where(report.c.id.in_(part), report.c.applied_at.is_(None))
            .values(applied_at=now)
        )


def count_waiting(tx: Tx) -> int:
    """Count the reports that wait for their message."""
    query = sa.select(sa.func.count()).select_from(report).where(report.c.applied_at.is_(None))
    return int(tx.execute(query).scalar_one())


def _matches() -> tuple[sa.Select[Any], sa.Select[Any]]:
    # Two queries rather than one with OR, which neither store answers from its indexes.
    by_key = message.c.key == report.c.key
    by_reference = message.c.gateway_reference == report.c.reference
    found = (
        report.c.id,
        message.c.id.label("message_id"),
        report.c.state,
        report.c.reason,
        report.c.permanent,
        report.c.billed_units,
        report.c.received_at,
        report.c.carrier,
        report.c.part,
        report.c.parts,
    )
    first, second = (
        sa.select(*found).join_from(
            report, message, sa.and_(message.c.gateway_id == report.c.gateway_id, match)
        )
        for match in (by_key, by_reference)
    )
    return first, second.where(sa.or_(report.c.key.is_(None), report.c.key == message.c.key))


def _rows(tx: Tx, query: sa.Select[Any]) -> list[ReportRow]:
    return [ReportRow(**row._mapping) for row in tx.execute(query)]


def _once(rows: Sequence[ReportRow]) -> list[ReportRow]:
    return list({row.id: row for row in rows}.values())


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]
