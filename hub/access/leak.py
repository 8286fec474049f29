"""What the audit trail can say for a leak report (個人情報保護法 art. 26), counted.

The report's items stand in 施行規則 art. 8: outline, data items, number of people, cause, secondary
damage, response to the people, publication, prevention. Counts and items of data come from the
trail; all else is for a human to write. `hub.cli.leak_text` makes the draft of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hub.store import audit, leaks
from hub.store.audit import AuditFilter, AuditRow
from hub.store.database import Tx
from hub.store.leaks import SentCount

THRESHOLD = 1000
"""More people than this are to be reported whatever the cause (施行規則 art. 7(iv))."""

NUMBER, NUMBER_MASKED, TEXT = "number", "number_masked", "text"
NAME, HISTORY, RECORD, EXCLUSION = "name", "history", "record", "exclusion"

_ITEMS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("person.disclosed", (NUMBER, NAME, HISTORY, RECORD, TEXT, EXCLUSION)),
    ("person.", (NUMBER_MASKED, HISTORY, RECORD, EXCLUSION)),
    ("people.", (NUMBER_MASKED, RECORD)),
    ("message.proof", (NUMBER_MASKED, TEXT, HISTORY, RECORD)),
    ("message.", (NUMBER_MASKED, HISTORY)),
    ("messages.", (NUMBER_MASKED,)),
    ("consent.exported", (NUMBER_MASKED, HISTORY, RECORD, EXCLUSION)),
    ("consent.", (NUMBER_MASKED, HISTORY)),
    ("exclusion.", (NUMBER_MASKED, EXCLUSION)),
    ("exclusions.", (NUMBER_MASKED, EXCLUSION)),
    ("stock.", (RECORD,)),
    ("send.", (NUMBER_MASKED, NAME)),
)
"""Which items of data an act shows, by the beginning of its name; the first that fits counts."""

_CLEAR = ("clear", "plain")
_MANY = ("people", "rows")


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is looked at: from `since` until before `until` (UTC), one actor's acts or all."""

    since: datetime
    until: datetime
    actor: str | None = None
    connection_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LeakFacts:
    """What the trail says.

    `people` are distinct persons that rows name one by one. `at_most` adds what lists and exports
    held, of which the trail has the count alone; never more than the hub knows, and all of them
    where an export does not say how many. `acts` counts by
    action those that show or move people's data, `items` the kinds of data they show.
    """

    span: Span
    rows: int
    acts: Mapping[str, int]
    items: tuple[str, ...]
    actors: tuple[str, ...]
    addresses: tuple[str, ...]
    people: int
    at_most: int
    sent: SentCount

    @property
    def over_threshold(self) -> bool:
        """True where the number alone may make it reportable."""
        return self.at_most > THRESHOLD


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """By when a report is due, counted from the day the company knew (施行規則 art. 8)."""

    first_from: date
    first_until: date
    full: date
    full_wrongful: date


def deadlines(known_on: date) -> Deadlines:
    """Give the days: 速報 within about 3 to 5, 確報 within 30, or 60 for a wrongful purpose."""
    return Deadlines(
        first_from=known_on + timedelta(days=3),
        first_until=known_on + timedelta(days=5),
        full=known_on + timedelta(days=30),
        full_wrongful=known_on + timedelta(days=60),
    )


def facts(tx: Tx, span: Span) -> LeakFacts:
    """Read the trail of a span and count."""
    wanted = AuditFilter(since=span.since, until=span.until, actor=span.actor)
    seen = _Seen()
    for row in audit.stream(tx, wanted):
        seen.take(row)
    people = set(seen.contacts)
    people.update(leaks.of_messages(tx, seen.messages))
    people.update(leaks.of_sends(tx, seen.sends))
    people.update(leaks.of_exclusions(tx, seen.exclusions))
    people.update(leaks.of_entries(tx, seen.entries))
    if span.connection_id is not None:
        people = leaks.in_connection(tx, people, span.connection_id)
    known = leaks.count_people(tx, span.connection_id)
    return LeakFacts(
        span=span,
        rows=seen.rows,
        acts=dict(sorted(seen.acts.items())),
        items=tuple(dict.fromkeys(seen.items)),
        actors=tuple(sorted(seen.actors)),
        addresses=tuple(sorted(seen.addresses)),
        people=len(people),
        at_most=known if seen.uncounted else min(len(people) + seen.counted, known),
        sent=leaks.sent(
            tx,
            since=span.since,
            until=span.until,
            actor=span.actor,
            connection_id=span.connection_id,
        ),
    )


def items_of(action: str, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the items of data that an act shows; none for one that shows nobody's."""
    found = next((items for start, items in _ITEMS if action.startswith(start)), ())
    clear = action.endswith("_clear") or any(detail.get(name) is True for name in _CLEAR)
    if found and clear:
        return (NUMBER, *(item for item in found if item != NUMBER_MASKED))
    return found


@dataclass(kw_only=True)
class _Seen:
    rows: int = 0
    counted: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    items: list[str] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)
    messages: set[int] = field(default_factory=set)
    sends: set[int] = field(default_factory=set)
    exclusions: set[int] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    uncounted: bool = False

    def take(self, row: AuditRow) -> None:
        items = items_of(row.action, row.detail)
        if not items:
            return
        self.rows += 1
        self.acts[row.action] += 1
        self.items += [item for item in items if item not in self.items]
        self.actors.add(row.actor)
        if row.address:
            self.addresses.add(row.address)
        if self._name(row):
            return
        many = max(_whole(row.detail.get(name)) for name in _MANY)
        self.counted += many
        # Of an export that does not say how many it held, everybody is the safe side.
        self.uncounted |= not many and ".exported" in row.action

    def _name(self, row: AuditRow) -> bool:
        """Note whom the row names; False where it only says how many."""
        kind, _, id_ = row.object.partition(":")
        if kind == "consent":
            self.entries.add(id_)
            return True
        groups = {
            "contact": self.contacts,
            "message": self.messages,
            "send": self.sends,
            "exclusion": self.exclusions,
        }
        if kind in groups and id_.isdecimal():
            groups[kind].add(int(id_))
            return True
        found = _whole(row.detail.get("contact"))
        if found:
            self.contacts.add(found)
        return bool(found)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
