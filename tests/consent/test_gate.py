from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.config import QuietHours
from hub.consent.gate import Allow, Deny, Hold, Question, decide, opens
from hub.consent.policy import Policy
from hub.consent.reasons import REASONS
from hub.consent.standing import Standing
from hub.store.exclusions import ExclusionRow
from hub.store.standings import EntryRow

NOW = datetime(2026, 1, 13, 1, 0, tzinfo=UTC)  # 10:00 on a Tuesday in Japan
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
POLICY = Policy(quiet_hours=QuietHours(start=time(20), end=time(9)))
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
        "event_type": event_type,
        "ground": "consent",
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


def ask(
    *entries: EntryRow,
    exclusions: Sequence[ExclusionRow] = (),
    promotional: bool = True,
    **changes: Any,
) -> Any:
    standing = Standing(
        entries=tuple(entries), exclusions=tuple(exclusions), promotional=promotional
    )
    return decide(replace(QUESTION, **changes), standing, POLICY)


def test_a_recorded_consent_lets_it_leave_and_is_named() -> None:
    ground = entry()
    assert ask(ground) == Allow(ground.event_id)


def test_nothing_on_record_is_a_no() -> None:
    assert ask() == Deny("no_evidence")


def test_consent_to_something_else_is_a_no() -> None:
    standing = Standing(other_purposes=True)
    assert decide(QUESTION, standing, POLICY) == Deny("wrong_purpose")


def test_a_withdrawal_from_any_connection_blocks_the_number() -> None:
    assert ask(entry(), withdrawn()) == Deny("withdrawn")


def test_a_withdrawal_as_old_as_the_consent_wins() -> None:
    at = NOW - 10 * DAY
    assert ask(entry(occurred_at=at), withdrawn(occurred_at=at)) == Deny("withdrawn")


def test_a_consent_given_after_the_withdrawal_counts() -> None:
    ground = entry(occurred_at=NOW - 60 * DAY)
    assert ask(withdrawn(occurred_at=NOW - 90 * DAY), ground) == Allow(ground.event_id)


def test_a_withdrawal_without_a_date_counts_as_of_when_it_was_recorded() -> None:
    old_refusal = withdrawn(occurred_at=None, recorded_at=NOW - 2 * DAY)
    assert ask(entry(occurred_at=NOW - 3 * DAY), old_refusal) == Deny("withdrawn")


def test_a_refusal_is_told_as_a_refusal() -> None:
    assert ask(entry("refused", source_ref="12:9"), entry(occurred_at=None)) == Deny("refused")


def test_a_consent_dated_ahead_does_not_outlive_a_withdrawal() -> None:
    ahead = entry(occurred_at=NOW + 3650 * DAY)
    assert ask(ahead, withdrawn(occurred_at=NOW - DAY, recorded_at=NOW - DAY)) == Deny("withdrawn")
    assert ask(ahead) == Deny("strength_below_policy")


def test_a_withdrawal_dated_ahead_can_be_answered_by_a_later_consent() -> None:
    stop = withdrawn(occurred_at=NOW + 3650 * DAY, recorded_at=NOW - 60 * DAY)
    ground = entry(occurred_at=NOW - 51 * DAY)
    assert ask(stop, ground) == Allow(ground.event_id)


def test_a_taken_back_withdrawal_leaves_the_old_consent_standing() -> None:
    ground, stop = entry(), withdrawn(purpose_key="promotional")
    undo = entry("renewed", exclusion_id=5, purpose_key="promotional", connection_id=None)
    assert ask(ground, stop, undo) == Allow(ground.event_id)


def test_taking_one_withdrawal_back_leaves_another() -> None:
    undo = entry("renewed", exclusion_id=5, purpose_key="promotional", connection_id=None)
    assert ask(entry(), withdrawn(), withdrawn(exclusion_id=6), undo) == Deny("withdrawn")


def test_taking_a_withdrawal_back_makes_no_consent() -> None:
    stop = withdrawn()
    undo = entry("renewed", exclusion_id=5, connection_id=None)
    assert ask(stop, undo) == Deny("no_evidence")


def test_the_newest_entry_of_a_source_counts() -> None:
    gone = entry("invalidated", source_value="record_gone")
    assert ask(entry(), gone) == Deny("record_gone")
    moved = entry("invalidated", source_value="number_changed")
    assert ask(entry(), moved) == Deny("number_changed")
    assert ask(entry(), entry("expired")) == Deny("consent_expired")


def test_one_source_that_falls_leaves_the_other_standing() -> None:
    other = entry(source_ref="12:2")
    gone = entry("invalidated", source_value="record_gone")
    assert ask(entry(), other, gone) == Allow(other.event_id)


def test_having_asked_for_consent_changes_nothing() -> None:
    ground = entry()
    assert ask(ground, entry("requested")) == Allow(ground.event_id)
    assert ask(entry("requested")) == Deny("no_evidence")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": NOW}, "consent_expired"),
        ({"suspended": True}, "source_suspended"),
        ({"revoked": True}, "collection_revoked"),
        ({"strength": 2}, "strength_below_policy"),
        ({"occurred_at": None}, "strength_below_policy"),
        ({"ground": "business_relationship"}, "wrong_ground"),
        ({"channel": "rcs"}, "wrong_channel"),
    ],
)
def test_a_ground_that_does_not_hold_says_why(changes: dict[str, Any], reason: str) -> None:
    assert ask(entry(**changes)) == Deny(reason)


def test_a_collection_dates_the_ticks_it_covers() -> None:
    ground = entry(occurred_at=None, period_from=NOW - 200 * DAY)
    assert ask(ground) == Allow(ground.event_id)
    assert ask(ground, withdrawn(occurred_at=NOW - 199 * DAY)) == Deny("withdrawn")


def test_a_transactional_message_needs_a_recorded_ground_of_any_kind() -> None:
    order = entry(ground="not_advertising", strength=1)
    changes = {"message_class": "transactional", "promotional": False}
    assert ask(order, **changes) == Allow(order.event_id)
    assert ask(**changes) == Deny("no_evidence")


def test_a_promotional_purpose_makes_its_message_promotional_whatever_it_says() -> None:
    order = entry(ground="not_advertising", strength=1)
    assert ask(order, message_class="transactional") == Deny("wrong_ground")


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ("all", "suppressed_all"),
        ("promotional", "suppressed_promotional"),
        ("purpose:campaign", "suppressed_purpose"),
    ],
)
def test_an_exclusion_beats_the_newest_consent(scope: str, reason: str) -> None:
    assert ask(entry(occurred_at=NOW), exclusions=[exclusion(scope)]) == Deny(reason)


def test_stopped_advertising_lets_a_reminder_through_and_stopped_everything_does_not() -> None:
    order = entry(ground="not_advertising")
    changes = {"message_class": "transactional", "promotional": False}
    stop = withdrawn(purpose_key="promotional", occurred_at=NOW)
    barred = [exclusion("promotional")]
    assert ask(order, stop, exclusions=barred, **changes) == Allow(order.event_id)
    assert ask(order, exclusions=[exclusion("all")], **changes) == Deny("suppressed_all")
    assert ask(order, exclusions=[exclusion("purpose:other")], **changes) == Allow(order.event_id)


def test_a_clock_that_jumps_back_revives_no_expired_ground() -> None:
    expired = entry(expires_at=NOW - DAY)
    later = entry("requested", recorded_at=NOW)
    assert ask(expired, later, now=NOW - 5 * DAY) == Deny("consent_expired")


def test_a_number_or_a_text_that_is_not_fit_is_a_no() -> None:
    assert ask(entry(), number_ok=False) == Deny("invalid_number")
    assert ask(entry(), display_ok=False) == Deny("display_items_missing")


def test_advertising_waits_at_night_in_japan_and_leaves_at_nine() -> None:
    at_nine = datetime(2026, 1, 14, 0, 0, tzinfo=UTC)
    for hour in (11, 14, 23):  # 20:00, 23:00 and 8:00 in Japan
        now = datetime(2026, 1, 13, hour, 0, tzinfo=UTC)
        assert ask(entry(), now=now, source_read_at=now) == Hold("quiet_hours", at_nine)


def test_a_reminder_leaves_at_night() -> None:
    order = entry(ground="not_advertising")
    night = datetime(2026, 1, 13, 15, 0, tzinfo=UTC)
    changes = {"message_class": "transactional", "promotional": False, "now": night}
    assert ask(order, **changes) == Allow(order.event_id)


@given(st.times(), st.times(), st.integers(0, 1439))
def test_quiet_hours_end_at_their_end_within_a_day(start: time, end: time, minute: int) -> None:
    quiet = QuietHours(
        start=start.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0)
    )
    now = NOW + timedelta(minutes=minute)
    opening = opens(now, quiet)
    if opening is not None:
        assert now < opening <= now + DAY
        assert opens(opening, quiet) is None
        assert opens(opening - timedelta(seconds=1), quiet) == opening


@pytest.mark.parametrize("read_at", [None, NOW - 16 * MINUTE, NOW + 16 * MINUTE])
def test_advertising_waits_for_a_fresh_look_at_the_record(read_at: datetime | None) -> None:
    assert ask(entry(), source_read_at=read_at) == Hold("source_stale")


def test_a_consent_the_hub_took_itself_needs_no_look_at_a_record() -> None:
    own = entry(connection_id=None, source_ref=None)
    assert ask(own, source_read_at=None) == Allow(own.event_id)


def test_a_message_waits_for_its_time_and_is_not_sent_after_it() -> None:
    soon = NOW + 30 * MINUTE
    assert ask(entry(), not_before=soon) == Hold("not_before", soon)
    assert ask(entry(), not_after=NOW) == Deny("too_late")


def test_a_no_is_said_before_a_wait() -> None:
    night = datetime(2026, 1, 13, 15, 0, tzinfo=UTC)
    assert ask(entry(), withdrawn(), now=night, not_before=night + DAY) == Deny("withdrawn")


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    for code, words in REASONS.items():
        assert words.en.endswith("."), code
        assert words.ja.endswith("。"), code


class AnyHistory(RuleBasedStateMachine):
    """Whatever is written, in whatever order, with whatever clock: no ground, no SMS.

    `is_a_ground` says row by row, in the words of the law, what the gate works out at once.
    """

    sources = st.sampled_from([(1, "12:1"), (2, "ticket:7"), (None, None)])
    days = st.integers(0, 3)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entries: list[EntryRow] = []
        self.exclusions: list[ExclusionRow] = []
        self.stops: dict[int, str] = {}

    def write(self, event_type: str, **changes: Any) -> None:
        self.entries.append(entry(event_type, recorded_at=self.now, **changes))

    @rule(
        source=sources,
        ago=days,
        strength=st.sampled_from([2, 3, 5]),
        ground=st.sampled_from(["consent", "consent", "request", "business_relationship"]),
        lasts=st.one_of(st.none(), st.integers(-1, 3)),
        event_type=st.sampled_from(["given", "given", "renewed", "imported", "requested"]),
    )
    def say_yes(
        self,
        source: tuple[int | None, str | None],
        ago: int,
        strength: int,
        ground: str,
        lasts: int | None,
        event_type: str,
    ) -> None:
        self.write(
            event_type,
            occurred_at=self.now - ago * DAY,
            strength=strength,
            ground=ground,
            expires_at=None if lasts is None else self.now + lasts * DAY,
            connection_id=source[0],
            source_ref=source[1],
        )

    @rule(source=sources, ahead=st.booleans())
    def say_yes_without_a_possible_date(
        self, source: tuple[int | None, str | None], ahead: bool
    ) -> None:
        at = self.now + DAY if ahead else None
        self.write("given", occurred_at=at, connection_id=source[0], source_ref=source[1])

    @rule(
        source=sources,
        ago=st.one_of(st.none(), st.integers(-1, 3)),
        scope=st.sampled_from(["all", "promotional", "campaign"]),
        listed=st.booleans(),
    )
    def say_stop(
        self, source: tuple[int | None, str | None], ago: int | None, scope: str, listed: bool
    ) -> None:
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
    def refuse(self, source: tuple[int | None, str | None]) -> None:
        self.write("refused", connection_id=source[0], source_ref=source[1], occurred_at=None)

    @rule(source=sources, kind=st.sampled_from(["expired", "invalidated"]))
    def fall(self, source: tuple[int | None, str | None], kind: str) -> None:
        self.write(kind, connection_id=source[0], source_ref=source[1])

    @rule(suspended=st.booleans(), revoked=st.booleans())
    def suspend(self, suspended: bool, revoked: bool) -> None:
        self.entries = [
            replace(row, suspended=suspended, revoked=revoked) if row.connection_id == 1 else row
            for row in self.entries
        ]

    @rule(days=st.integers(-2, 3))
    def move_the_clock(self, days: int) -> None:
        self.now += days * DAY

    @invariant()
    def only_a_ground_lets_it_leave(self) -> None:
        standing = Standing(entries=tuple(self.entries), exclusions=tuple(self.exclusions))
        question = replace(QUESTION, now=self.now, source_read_at=self.now)
        verdict = decide(question, standing, Policy())
        grounds = {row.event_id for row in self.entries if self.is_a_ground(row)}
        if isinstance(verdict, Allow):
            assert self.exclusions == []
            assert verdict.evidence_id in grounds
        else:
            assert isinstance(verdict, Deny)
            assert verdict.reason in REASONS
            assert self.exclusions or not grounds

    def is_a_ground(self, row: EntryRow) -> bool:
        at = row.occurred_at
        latest = max(self.now, *(each.recorded_at for each in self.entries))
        return (
            row.event_type in ("given", "renewed", "imported")
            and row.exclusion_id is None
            and row.strength >= 3
            and row.ground in ("consent", "request")
            and not row.suspended
            and not row.revoked
            and not (row.expires_at is not None and row.expires_at <= latest)
            and at is not None
            and at <= row.recorded_at
            and all(
                min(each.occurred_at or each.recorded_at, each.recorded_at) < at
                for each in self.refusals()
            )
            and not any(self.replaces(each, row) for each in self.entries)
        )

    def refusals(self) -> list[EntryRow]:
        return [
            row
            for row in self.entries
            if row.event_type == "refused"
            or (row.event_type == "withdrawn" and not self.taken_back(row))
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
