"""Where a pull stands: in the first load, in a round of changes, or between two rounds.

A round goes through the streams one after the other: each object, then the consent rows that
stand beside records. It has one lower bound, well before the end of the round before it: a
transaction that was still running then shows its rows later, with their old stamps. A stream is
read in the order of ids, so that rows with equal stamps cannot be lost between two pages; a row
that changes meanwhile has a later stamp, and comes with the next round.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.sdk import FieldMapping

OVERLAP = timedelta(minutes=10)
"""What Airbyte settled on after rows five minutes late were lost (airbytehq/airbyte#27146)."""

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place in the pull.

    `until` is Salesforce's clock at the start of the round; the next one begins there, less the
    overlap. `since` is None in the first load. `stream` is None between two rounds. `last` is the
    id of the last row read; `job` and `locator` are the place in a Bulk API 2.0 result, `waited`
    how often it was asked for in vain. `rest` says that this stream is read by pages, whatever its
    size.
    """

    until: datetime
    since: datetime | None = None
    stream: int | None = None
    last: str = ""
    job: str = ""
    locator: str = ""
    waited: int = 0
    rest: bool = False

    def next_round(self, clock: datetime) -> "Cursor":
        """Give the start of the round that follows."""
        since = min(self.until, clock.astimezone(UTC)) - OVERLAP
        return Cursor(since=since, until=clock.astimezone(UTC).replace(microsecond=0), stream=0)

    def behind(self, last: str) -> "Cursor":
        """Give the place behind this row."""
        return replace(self, last=last, rest=True)

    def in_job(self, job: str, locator: str = "") -> "Cursor":
        """Give the place in the result of a bulk job."""
        return replace(self, job=job, locator=locator, waited=0)

    def waiting(self) -> "Cursor":
        """Give this place once more: a page that is not the last needs a cursor of its own."""
        return replace(self, waited=self.waited + 1)

    def by_pages(self) -> "Cursor":
        """Give the start of this stream, to be read by pages."""
        return replace(self, last="", job="", locator="", waited=0, rest=True)

    def stream_ended(self, streams: int) -> "Cursor":
        """Give the start of the next stream, or the place between two rounds."""
        following = (self.stream or 0) + 1
        if following >= streams:
            return Cursor(until=self.until)
        return Cursor(until=self.until, since=self.since, stream=following)


def first(clock: datetime) -> Cursor:
    """Give the start of the first load, which is followed by changes since Salesforce's clock."""
    return Cursor(until=clock.astimezone(UTC).replace(microsecond=0), stream=0)


def fingerprint(objects: Sequence[str], mapping: FieldMapping) -> str:
    """Name objects and mapping: where either changes, everything has to be read anew."""
    of = [[name, vars(mapping.of(name))] for name in objects]
    text = json.dumps(of, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def dump(cursor: Cursor, of: str) -> str:
    """Write a cursor of the objects and mapping with this fingerprint."""
    place: dict[str, str | int | bool] = {"of": of, "until": cursor.until.strftime(_FORMAT)}
    if cursor.since is not None:
        place["since"] = cursor.since.strftime(_FORMAT)
    if cursor.stream is not None:
        place["stream"] = cursor.stream
    for key in ("last", "job", "locator", "waited", "rest"):
        if getattr(cursor, key):
            place[key] = getattr(cursor, key)
    return json.dumps(place, separators=(",", ":"))


def load(text: str | None, of: str) -> Cursor | None:
    """Read a cursor; None where there is none, or where it belongs to other objects or fields."""
    if text is None:
        return None
    try:
        place = json.loads(text)
        if place["of"] != of:
            return None
        since, stream = place.get("since"), place.get("stream")
        return Cursor(
            until=_moment(place["until"]),
            since=None if since is None else _moment(since),
            stream=None if stream is None else int(stream),
            last=str(place.get("last", "")),
            job=str(place.get("job", "")),
            locator=str(place.get("locator", "")),
            waited=int(place.get("waited", 0)),
            rest=bool(place.get("rest")),
        )
    except (ValueError, KeyError, TypeError):
        # A cursor nobody can read costs a full pass; guessing could cost an opt-out.
        return None


def dump_id(stream: int, last: str) -> str:
    """Write the place of a pass over all ids."""
    return json.dumps({"stream": stream, "last": last}, separators=(",", ":"))


def load_id(text: str | None) -> tuple[int, str]:
    """Read the place of a pass over all ids; the start where there is none."""
    try:
        place = json.loads(text) if text else {}
        return int(place.get("stream", 0)), str(place.get("last", ""))
    except (ValueError, TypeError, AttributeError):
        return 0, ""


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
