# SPDX-License-Identifier: GPL-3.0-or-later
"""Zendesk's times: moments in UTC, and dates that are written as a moment at midnight."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

JST = timezone(timedelta(hours=9))
"""Dates without a time are Japanese days; Japan has no summer time."""


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """Read a moment as UTC. Raises ValueError where it is none or names no zone."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return when.astimezone(UTC)


@lru_cache(maxsize=4096)
def day(text: str, *, end: bool) -> datetime:
    """Read a date as the first or the last second of that Japanese day, in UTC.

    A field of the type date holds no time: Zendesk writes 2026-01-05T00:00:00+00:00 and means the
    day. Raises ValueError where the text is none.
    """
    start = datetime.strptime(text[:10], "%Y-%m-%d").replace(tzinfo=JST)
    return (start + timedelta(days=1, seconds=-1) if end else start).astimezone(UTC)


def as_day(at: datetime) -> str:
    """Write the Japanese day of a moment, as a field of the type date takes it."""
    return at.astimezone(JST).strftime("%Y-%m-%d")


def as_moment(at: datetime) -> str:
    """Write a moment for a text field, to the second in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
