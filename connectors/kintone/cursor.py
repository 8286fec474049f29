"""Where a pull stands: in the first load, in a window of changes, or between two windows.

kintone cuts updated times to the minute, so a window has whole minutes, ends a minute before
kintone's own clock, and begins a little before the end of the one before it. A record that is
saved while we read falls out of this window and into the next.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.sdk import FieldMapping

_MARGIN = timedelta(minutes=1)
_OVERLAP = timedelta(minutes=2)
_FORMAT = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place in the pull.

    `until` is where the next window begins, less the overlap; `since` is None in the first load,
    which has no window. `last` is the id of the last record read, None between two windows.
    """

    until: datetime
    since: datetime | None = None
    last: int | None = None

    def next_window(self, clock: datetime) -> "Cursor | None":
        """Give the window that follows, or None while no whole minute has passed since."""
        until = closed_end(clock)
        if until <= self.until:
            return None
        return Cursor(since=self.until - _OVERLAP, until=until, last=0)

    def behind(self, last: int) -> "Cursor":
        """Give the place behind this record."""
        return replace(self, last=last)

    def finished(self) -> "Cursor":
        """Give the place between this window and the next."""
        return Cursor(until=self.until)


def first(clock: datetime) -> Cursor:
    """Give the start of the first load, which is followed by changes since kintone's `clock`."""
    return Cursor(until=closed_end(clock), last=0)


def closed_end(clock: datetime) -> datetime:
    """Give the last minute whose changes are all in by kintone's `clock`."""
    return clock.astimezone(UTC).replace(second=0, microsecond=0) - _MARGIN


def fingerprint(app: int, mapping: FieldMapping) -> str:
    """Name an app and a mapping: where either changes, everything has to be read anew."""
    fields = {**vars(mapping), "app": app, "attributes": dict(mapping.attributes)}
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def dump(cursor: Cursor, of: str) -> str:
    """Write a cursor of the app and mapping with this fingerprint."""
    place: dict[str, str | int] = {"of": of, "until": cursor.until.strftime(_FORMAT)}
    if cursor.since is not None:
        place["since"] = cursor.since.strftime(_FORMAT)
    if cursor.last is not None:
        place["last"] = cursor.last
    return json.dumps(place, separators=(",", ":"))


def load(text: str | None, of: str) -> Cursor | None:
    """Read a cursor; None where there is none, or where it belongs to another app or mapping."""
    if text is None:
        return None
    try:
        place = json.loads(text)
        if place["of"] != of:
            return None
        since, last = place.get("since"), place.get("last")
        return Cursor(
            until=_minute(place["until"]),
            since=None if since is None else _minute(since),
            last=None if last is None else int(last),
        )
    except (ValueError, KeyError, TypeError):
        # A cursor nobody can read costs a full pass; guessing could cost an opt-out.
        return None


def dump_id(last: int) -> str:
    """Write the place of a pass over all ids."""
    return json.dumps({"last": last})


def load_id(text: str | None) -> int:
    """Read the place of a pass over all ids; the start where there is none."""
    try:
        return 0 if text is None else int(json.loads(text)["last"])
    except (ValueError, KeyError, TypeError):
        return 0


def _minute(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
