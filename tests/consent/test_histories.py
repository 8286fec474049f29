from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.config import FrequencyCap, QuietHours
from hub.consent.calendar import JAPAN
from hub.consent.gate import Allow, Deny, Hold, decide
from hub.consent.policy import Policy
from hub.consent.reasons import REASONS
from hub.consent.standing import Standing
from hub.store.exclusions import ExclusionRow
from hub.store.numbers import NumberRow
from hub.store.standings import EntryRow

from .made import DAY, NOW, QUESTION, entry, exclusion

Source = tuple[int | None, str | None]


POLICY = Policy(
    quiet_hours=QuietHours(start=time(20), end=time(9)),
    caps=(FrequencyCap(count=2, span=DAY),),
)


class AnyHistory(RuleBasedStateMachine):
    """Whatever is written, in whatever order, with whatever clock: no ground, no SMS.

    `is_a_ground` says row by row, in the words of the law, what the gate works out at once. A
    message of each class asks after every step.
    """

    sources = st.sampled_from([(1, "12:1"), (2, "ticket:7"), (None, None)])
    days = st.integers(0, 3)
    rarely = st.sampled_from([False, False, False, True])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entries: list[EntryRow] = []
        self.exclusions: list[ExclusionRow] = []
        self.stops: dict[int, str] = {}
        self.number = NumberRow(known_since=NOW)
        self.version = 1
        self.held = False

    def write(self, event_type: str, **changes: Any) -> None:
        values = {"recorded_at": self.now, "purpose_version": self.version} | changes
        self.entries.append(entry(event_type, **values))

    @rule(
        source=sources,
        ago=days,
        strength=st.sampled_from([2, 3, 4, 5]),
        ground=st.sampled_from(["consent", "consent", "consent", "request", "published_address"]),
        lasts=st.one_of(st.none(), st.integers(-1, 3)),
        event_type=st.sampled_from(["given", "given", "given", "renewed", "imported", "requested"]),
        shown=st.sampled_from([0, 0, 1]),
    )
    def say_yes(
        self,
        source: Source,
        ago: int,
        strength: int,
        ground: str,
        lasts: int | None,
        event_type: str,
        shown: int,
    ) -> None:
        self.write(
            event_type,
            purpose_version=max(1, self.version - shown),
            occurred_at=self.now - ago * DAY,
            strength=strength,
            ground=ground,
            expires_at=None if lasts is None else self.now + lasts * DAY,
            connection_id=source[0],
            source_ref=source[1],
        )

    @rule(source=sources, ahead=st.booleans())
    def say_yes_without_a_possible_date(self, source: Source, ahead: bool) -> None:
        at = self.now + DAY if ahead else None
        self.write("given", occurred_at=at, connection_id=source[0], source_ref=source[1])

    @rule(
        source=sources,
        ago=st.one_of(st.none(), st.integers(-1, 3)),
        scope=st.sampled_from(["all", "promotional", "campaign"]),
        listed=rarely,
    )
    def say_stop(self, source: Source, ago: int | None, scope: str, listed: bool) -> None:
        id_ = len(self.stops) + 1
        self.stops[id_] = scope
        self.write(
            "withdrawn",
            occurred_at=None if ago is None else self.now - ago * DAY,
            purpose_key=scope,
            connection_id=source[0],
            source_ref=source[1],
            exclusion_id=id_,
        )
        if listed:
            scope = scope if scope != "campaign" else "purpose:campaign"
            self.exclusions.append(replace(exclusion(scope), id=id_))

    @precondition(lambda self: self.stops)
    @rule(data=st.data())
    def undo_a_stop(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.stops)))
        self.exclusions = [row for row in self.exclusions if row.id != id_]
        self.write("renewed", exclusion_id=id_, purpose_key=self.stops[id_], connection_id=None)

    @precondition(lambda self: self.exclusions)
    @rule()
    def lift_everything(self) -> None:
        self.exclusions = []

    @rule(source=sources)
    def refuse(self, source: Source) -> None:
        self.write("refused", connection_id=source[0], source_ref=source[1], occurred_at=None)

    @rule(source=sources)
    def refuse_after_the_clock_was_put_back(self, source: Source) -> None:
        self.now -= 4 * DAY
        self.refuse(source)

    @rule(source=sources, kind=st.sampled_from(["expired", "invalidated"]))
    def fall(self, source: Source, kind: str) -> None:
        self.write(kind, connection_id=source[0], source_ref=source[1])

    @rule(suspended=rarely, revoked=rarely)
    def suspend(self, suspended: bool, revoked: bool) -> None:
        self.entries = [
            row._replace(suspended=suspended, revoked=revoked) if row.connection_id == 1 else row
            for row in self.entries
        ]

    @precondition(lambda self: self.version < 3)
    @rule()
    def widen_the_purpose(self) -> None:
        self.version += 1

    @rule(dead=st.booleans())
    def hear_of_the_number(self, dead: bool) -> None:
        self.number = self.number._replace(**{"dead_at" if dead else "delivered_at": self.now})

    @rule(held=rarely)
    def be_told_to_hold(self, held: bool) -> None:
        self.held = held

    @precondition(lambda self: isinstance(self.verdict("promotional"), Allow))
    @rule()
    def send(self) -> None:
        self.number = self.number._replace(marks=(*self.number.marks, self.now))

    @rule(days=st.integers(-2, 3), hours=st.sampled_from([0, 11]))
    def move_the_clock(self, days: int, hours: int) -> None:
        self.now += days * DAY + timedelta(hours=hours)

    @precondition(lambda self: self.entries)
    @rule(days=st.sampled_from([200, 370]))
    def let_a_long_time_pass(self, days: int) -> None:
        self.now += days * DAY

    def verdict(self, message_class: str) -> Any:
        standing = Standing(
            entries=tuple(self.entries),
            exclusions=tuple(self.exclusions),
            promotional=message_class == "promotional",
            debts=message_class == "debt_collection",
            covers=frozenset({self.version}),
            held=self.held,
            number=self.number,
        )
        question = replace(
            QUESTION, now=self.now, source_read_at=self.now, message_class=message_class
        )
        return decide(question, standing, POLICY)

    @invariant()
    def only_a_ground_lets_it_leave(self) -> None:
        for message_class in ("promotional", "transactional", "debt_collection"):
            verdict = self.verdict(message_class)
            advertising = message_class == "promotional"
            grounds = {row.event_id for row in self.entries if self.is_a_ground(row, advertising)}
            barred = any(advertising or row.scope != "promotional" for row in self.exclusions)
            if isinstance(verdict, Deny):
                assert verdict.reason in REASONS
                assert barred or self.held or not grounds
            else:
                assert not barred
                assert not self.held
                assert grounds
                self.check_in_time(message_class, verdict)
            if isinstance(verdict, Allow):
                assert verdict.evidence_id in grounds

    def check_in_time(self, message_class: str, verdict: Any) -> None:
        hour = self.now.astimezone(JAPAN).hour
        night = {"promotional": (20, 9), "transactional": (24, 0), "debt_collection": (21, 8)}
        start, end = night[message_class]
        full = message_class == "promotional" and self.marks_today() >= 2
        assert isinstance(verdict, Hold) is (hour >= start or hour < end or full)

    def marks_today(self) -> int:
        return sum(1 for mark in self.number.marks if mark > self.now - DAY)

    def is_a_ground(self, row: EntryRow, advertising: bool) -> bool:
        at = row.occurred_at
        return (
            row.event_type in ("given", "renewed", "imported")
            and row.exclusion_id is None
            and (not advertising or (row.strength >= 3 and row.ground in ("consent", "request")))
            and not row.suspended
            and not row.revoked
            and not (row.expires_at is not None and row.expires_at <= self.latest())
            and at is not None
            and at <= row.recorded_at
            and row.purpose_version == self.version
            and self.number_is_still_theirs(at)
            and not any(self.is_beaten(row, at, each) for each in self.refusals(advertising))
            and not any(self.replaces(each, row) for each in self.entries)
        )

    def latest(self) -> datetime:
        number = self.number
        known = [number.known_since, number.delivered_at, number.dead_at, *number.marks]
        written = [each.recorded_at for each in self.entries]
        return max(self.now, *written, *(at for at in known if at is not None))

    def number_is_still_theirs(self, given: datetime) -> bool:
        number = self.number
        reached = max(given, number.delivered_at or given)
        if number.dead_at is not None and number.dead_at >= reached:
            return False
        heard = max(reached, number.known_since or reached)
        now = self.latest()
        leap_day = (now.month, now.day) == (2, 29)
        return heard >= now.replace(year=now.year - 1, day=28 if leap_day else now.day)

    def is_beaten(self, row: EntryRow, given: datetime, no: EntryRow) -> bool:
        said = min(no.occurred_at or no.recorded_at, no.recorded_at)
        put_back = no.seq > row.seq and no.recorded_at < row.recorded_at
        return given <= said or (put_back and said == no.recorded_at)

    def refusals(self, advertising: bool) -> list[EntryRow]:
        return [
            row
            for row in self.entries
            if (advertising or row.purpose_key != "promotional")
            and (
                row.event_type == "refused"
                or (row.event_type == "withdrawn" and not self.taken_back(row))
            )
        ]

    def taken_back(self, stop: EntryRow) -> bool:
        return any(
            row.event_type == "renewed"
            and row.exclusion_id == stop.exclusion_id
            and row.seq > stop.seq
            for row in self.entries
        )

    def replaces(self, newer: EntryRow, older: EntryRow) -> bool:
        if newer.event_type == "requested" or newer.purpose_key != "campaign":
            return False
        if newer.exclusion_id is not None and (
            newer.event_type == "renewed" or self.taken_back(newer)
        ):
            return False
        same = (newer.connection_id, newer.source_ref) == (older.connection_id, older.source_ref)
        return same and newer.seq > older.seq


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=800, stateful_step_count=30, deadline=None)
