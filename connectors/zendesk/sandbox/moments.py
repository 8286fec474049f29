# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as Zendesk writes them."""

from datetime import UTC, date, datetime


def to_text(moment: datetime) -> str:
    """A moment in UTC, cut to the second: 2026-01-13T01:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> int:
    """Seconds since 1970 of a moment as `to_text` writes it."""
    return int(datetime.fromisoformat(text).timestamp())


def day(value: date) -> str:
    """A day as a date field shows it: midnight in UTC."""
    return f"{value.isoformat()}T00:00:00+00:00"


def to_day(given: str) -> str:
    """The day of what was written to a date field. Raises ValueError for what is no day."""
    return day(date.fromisoformat(given[:10]))
