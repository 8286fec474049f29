"""Rows as the store would give them, for tests of what decides."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hub.consent.gate import Question
from hub.store.exclusions import ExclusionRow
from hub.store.standings import EntryRow

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)  # 10:00 on a Tuesday in Japan
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
QUESTION = Question(
    purpose_key="campaign", message_class="promotional", now=NOW, source_read_at=NOW - MINUTE
)
_numbers = count(1)


def entry(event_type: str = "given", **changes: Any) -> EntryRow:
    seq = next(_numbers)
    values: dict[str, Any] = {
        "seq": seq,
        "event_id": f"event-{seq}",
        "contact_id": 1,
        "purpose_key": "campaign",
        "purpose_version": 1,
        "event_type": event_type,
        "ground": "consent",
        "method": "checkbox",
        "channel": "sms",
        "strength": 4,
        "occurred_at": NOW - 100 * DAY,
        "period_from": None,
        "recorded_at": NOW - 50 * DAY,
        "expires_at": None,
        "connection_id": 1,
        "source_ref": "12:1",
        "source_value": None,
        "exclusion_id": None,
        "suspended": False,
        "revoked": False,
    }
    return EntryRow(**(values | changes))


def withdrawn(**changes: Any) -> EntryRow:
    return entry(
        "withdrawn", **({"connection_id": 2, "source_ref": "ticket:7", "exclusion_id": 5} | changes)
    )


def exclusion(scope: str) -> ExclusionRow:
    return ExclusionRow(
        id=5,
        contact_id=1,
        scope=scope,
        origin="page",
        connection_id=None,
        source_ref=None,
        message_id=None,
        actor="person",
        note="",
        occurred_at=NOW - DAY,
        recorded_at=NOW - DAY,
        repeated_at=None,
        lifted_at=None,
        lifted_by=None,
        lifted_why=None,
    )
