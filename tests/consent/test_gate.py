from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hub.config import FrequencyCap, QuietHours
from hub.consent.gate import Allow, Deny, Hold, decide
from hub.consent.policy import Policy
from hub.consent.reasons import REASONS
from hub.consent.standing import Standing
from hub.store.exclusions import ExclusionRow
from hub.store.numbers import NumberRow
from hub.store.standings import EntryRow

from .made import DAY, MINUTE, NOW, QUESTION, entry, exclusion, withdrawn

POLICY = Policy(quiet_hours=QuietHours(start=time(20), end=time(9)))


def ask(
    *entries: EntryRow,
    exclusions: Sequence[ExclusionRow] = (),
    promotional: bool = True,
    known: dict[str, Any] | None = None,
    policy: Policy = POLICY,
    **changes: Any,
) -> Any:
    """Ask about a message; `known` is what else is on record, `changes` what is asked."""
    standing = Standing(
        entries=tuple(entries),
        exclusions=tuple(exclusions),
        promotional=promotional,
        **(known or {}),
    )
    return decide(replace(QUESTION, **changes), standing, policy)


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


# ---- the number itself -------------------------------------------------------------------------

SERVICE = {"message_class": "transactional", "promotional": False}


def number(**facts: Any) -> dict[str, Any]:
    return {"number": NumberRow(**facts)}


def test_a_number_that_is_dead_needs_a_consent_newer_than_that() -> None:
    dead = number(dead_at=NOW - 10 * DAY, delivered_at=NOW - 20 * DAY)
    assert ask(entry(), known=dead) == Deny("number_dead")
    renewed = entry(occurred_at=NOW - 5 * DAY, recorded_at=NOW - 5 * DAY)
    assert ask(renewed, known=dead) == Allow(renewed.event_id)


def test_a_delivery_after_the_failure_shows_that_the_number_lives() -> None:
    ground = entry()
    alive = number(dead_at=NOW - 20 * DAY, delivered_at=NOW - 10 * DAY)
    assert ask(ground, known=alive) == Allow(ground.event_id)


def test_a_number_that_nothing_reached_for_a_year_may_be_somebody_elses() -> None:
    old = entry(occurred_at=NOW - 800 * DAY, recorded_at=NOW - 799 * DAY)
    assert ask(old, known=number(known_since=NOW - 799 * DAY)) == Deny("number_silent")
    order = old._replace(ground="not_advertising")
    silent = number(known_since=NOW - 799 * DAY, delivered_at=NOW - 366 * DAY)
    assert ask(order, known=silent, **SERVICE) == Deny("number_silent")


@pytest.mark.parametrize("sign", ["occurred_at", "delivered_at", "known_since"])
def test_consent_delivery_and_the_first_sight_of_a_number_each_start_the_year_anew(
    sign: str,
) -> None:
    facts = {"delivered_at": NOW - 800 * DAY, "known_since": NOW - 800 * DAY}
    given = NOW - 800 * DAY
    if sign == "occurred_at":
        given = NOW - 364 * DAY
    else:
        facts[sign] = NOW - 364 * DAY
    ground = entry(occurred_at=given, recorded_at=NOW - 300 * DAY)
    assert ask(ground, known=number(**facts)) == Allow(ground.event_id)


def test_the_silence_can_be_as_long_as_the_company_wants() -> None:
    old = entry(occurred_at=NOW - 800 * DAY, recorded_at=NOW - 799 * DAY)
    for months in (0, 36):
        assert ask(old, policy=replace(POLICY, silent_months=months)) == Allow(old.event_id)


# ---- versions of the purpose -------------------------------------------------------------------


def test_a_consent_covers_the_versions_it_was_declared_to_and_no_other() -> None:
    for version, covers in ((1, {1}), (1, {3, 1}), (3, {3, 1})):
        ground = entry(purpose_version=version)
        assert ask(ground, known={"covers": frozenset(covers)}) == Allow(ground.event_id)
    for version, covers in ((1, {2}), (2, {3, 1}), (3, {2, 1})):
        known = {"covers": frozenset(covers)}
        assert ask(entry(purpose_version=version), known=known) == Deny("narrower_purpose")


def test_a_consent_from_before_the_purpose_was_described_is_to_its_first_words() -> None:
    early = entry(purpose_version=None)
    assert ask(early) == Allow(early.event_id)
    assert ask(early, known={"covers": frozenset({2})}) == Deny("narrower_purpose")


# ---- legal hold --------------------------------------------------------------------------------


def test_under_a_legal_hold_nothing_leaves_whatever_was_agreed() -> None:
    assert ask(entry(), known={"held": True}) == Deny("legal_hold")
    order = entry(ground="not_advertising")
    assert ask(order, known={"held": True}, **SERVICE) == Deny("legal_hold")


def test_a_hold_hides_neither_a_withdrawal_nor_an_exclusion() -> None:
    assert ask(entry(), withdrawn(), known={"held": True}) == Deny("withdrawn")
    barred = [exclusion("all")]
    assert ask(entry(), exclusions=barred, known={"held": True}) == Deny("suppressed_all")


# ---- asking for consent ------------------------------------------------------------------------

ASKING = {"purpose_key": "consent_confirmation"} | SERVICE


def asked(**changes: Any) -> EntryRow:
    """The entry of a form that was sent a minute ago."""
    values: dict[str, Any] = {
        "purpose_key": "consent_confirmation",
        "ground": "request",
        "method": "page",
        "strength": 4,
        "connection_id": None,
        "source_ref": "form:1",
        "occurred_at": NOW - MINUTE,
        "recorded_at": NOW - MINUTE,
    }
    return entry("requested", **(values | changes))


def test_a_code_may_go_to_a_number_that_was_just_typed_into_a_form() -> None:
    request = asked()
    assert ask(request, **ASKING) == Allow(request.event_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_at": NOW - 11 * MINUTE, "recorded_at": NOW - 11 * MINUTE},
        {"occurred_at": NOW + 11 * MINUTE, "recorded_at": NOW + 11 * MINUTE},
        {"expires_at": NOW},
        {"method": "checkbox"},
        {"method": "import"},
        {"ground": "consent"},
        {"connection_id": 1},
        {"event_type": "given"},
        {"event_type": "imported"},
    ],
)
def test_nobody_is_asked_for_consent_by_sms_on_any_other_ground(changes: dict[str, Any]) -> None:
    assert ask(asked()._replace(**changes), **ASKING) == Deny("not_just_asked")


def test_nobody_is_asked_for_consent_who_typed_no_number() -> None:
    assert ask(**ASKING) == Deny("not_just_asked")
    other = entry()
    assert ask(other, **ASKING) == Deny("not_just_asked")


def test_a_clock_put_back_does_not_make_an_old_form_new() -> None:
    old = asked(occurred_at=NOW - 20 * MINUTE, recorded_at=NOW - 20 * MINUTE)
    later = entry("withdrawn", purpose_key="promotional", recorded_at=NOW)
    assert ask(old, later, now=NOW - 15 * MINUTE, **ASKING) == Deny("not_just_asked")


def test_who_stopped_advertising_may_confirm_and_who_stopped_everything_may_not() -> None:
    request = asked()
    stopped = [exclusion("promotional")]
    assert ask(request, exclusions=stopped, **ASKING) == Allow(request.event_id)
    assert ask(request, exclusions=[exclusion("all")], **ASKING) == Deny("suppressed_all")


# ---- hours, days, caps -------------------------------------------------------------------------


def test_advertising_waits_on_quiet_days_and_leaves_when_the_next_day_opens() -> None:
    policy = replace(POLICY, quiet_days=frozenset({"sundays", "holidays"}))
    # 10:00 on Sunday; Monday 12 January 2026 is 成人の日.
    now = datetime(2026, 1, 11, 1, 0, tzinfo=UTC)
    opening = datetime(2026, 1, 13, 0, 0, tzinfo=UTC)
    assert ask(entry(), now=now, policy=policy) == Hold("quiet_day", opening)
    order = entry(ground="not_advertising")
    assert ask(order, now=now, policy=policy, **SERVICE) == Allow(order.event_id)


def test_nobody_is_reminded_of_a_debt_at_night() -> None:
    bill = entry(ground="business_relationship", strength=1)
    debt = {"message_class": "debt_collection", "promotional": False}
    at_eight = datetime(2026, 1, 13, 23, 0, tzinfo=UTC)
    for hour in (12, 22):  # 21:00 and 7:00 in Japan
        night = datetime(2026, 1, 13, hour, 0, tzinfo=UTC)
        assert ask(bill, now=night, **debt) == Hold("debt_collection_hours", at_eight)
        as_notice = debt | {"message_class": "transactional"}
        held = ask(bill, now=night, known={"debts": True}, **as_notice)
        assert held == Hold("debt_collection_hours", at_eight)
    assert ask(bill, **debt) == Allow(bill.event_id)
    assert ask(bill, now=at_eight, **debt) == Allow(bill.event_id)


def test_no_setting_opens_the_hours_of_debts() -> None:
    bill = entry(ground="business_relationship")
    night = datetime(2026, 1, 13, 12, 0, tzinfo=UTC)
    held = ask(bill, now=night, policy=Policy(), message_class="debt_collection", promotional=False)
    assert held.reason == "debt_collection_hours"


CAPS = replace(
    POLICY,
    caps=(FrequencyCap(count=2, span=DAY), FrequencyCap(count=3, span=7 * DAY)),
)


@pytest.mark.parametrize(
    ("ago", "waits"),
    [
        ([], None),
        ([1 * MINUTE], None),
        ([1 * MINUTE, 2 * DAY], None),
        ([1 * MINUTE, 60 * MINUTE], DAY - 60 * MINUTE),
        ([1 * MINUTE, 2 * MINUTE, 60 * MINUTE], 7 * DAY - 60 * MINUTE),
        ([2 * DAY, 3 * DAY, 4 * DAY], 3 * DAY),
        ([2 * DAY, 3 * DAY, 8 * DAY], None),
        ([DAY, DAY], None),
        # By a clock that was ahead.
        ([-MINUTE, MINUTE], DAY - MINUTE),
    ],
)
def test_a_number_gets_so_much_advertising_and_no_more(
    ago: list[timedelta], waits: timedelta | None
) -> None:
    ground = entry()
    known = number(marks=tuple(NOW - each for each in ago))
    wanted = Allow(ground.event_id) if waits is None else Hold("frequency_cap", NOW + waits)
    assert ask(ground, known=known, policy=CAPS) == wanted


def test_a_cap_never_stops_a_notice() -> None:
    order = entry(ground="not_advertising")
    known = number(marks=(NOW, NOW, NOW, NOW))
    assert ask(order, known=known, policy=CAPS, **SERVICE) == Allow(order.event_id)


# ---- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_at": None},
        {"occurred_at": NOW + DAY},
        {"occurred_at": datetime(1970, 1, 1, tzinfo=UTC)},
        {"connection_id": None, "source_ref": None, "method": "import"},
        {"connection_id": None, "source_ref": None, "method": "record_event"},
    ],
)
def test_what_lacks_a_possible_time_or_a_source_opens_nothing(changes: dict[str, Any]) -> None:
    strong = entry(**({"strength": 5} | changes))
    assert ask(strong) == Deny("strength_below_policy")
    assert ask(strong, **SERVICE) == Deny("strength_below_policy")


@pytest.mark.parametrize("key", ["unspecified", "all", "promotional"])
def test_what_names_no_purpose_opens_nothing_not_even_a_message_that_names_none(key: str) -> None:
    assert isinstance(ask(entry(purpose_key=key), purpose_key=key, **SERVICE), Deny)


def test_of_contradictory_rows_the_stricter_counts() -> None:
    for events in (("given", "refused"), ("refused", "given")):
        rows = [entry(each, occurred_at=None, source_ref="12:1") for each in events]
        assert isinstance(ask(*rows), Deny), events
    same = {"occurred_at": NOW - DAY, "recorded_at": NOW - DAY}
    assert ask(withdrawn(**same), entry(**same)) == Deny("withdrawn")
    assert ask(entry(**same), withdrawn(**same)) == Deny("withdrawn")


def test_a_withdrawal_written_by_a_clock_that_was_put_back_still_wins() -> None:
    ground = entry(occurred_at=NOW, recorded_at=NOW)
    before = NOW - 5 * DAY
    for said in (None, before):
        stop = withdrawn(occurred_at=said, recorded_at=before)
        assert ask(ground, stop, now=before, source_read_at=before) == Deny("withdrawn")
    # And a consent after it counts again.
    anew = entry(occurred_at=before + DAY, recorded_at=before + DAY)
    assert ask(stop, anew, now=NOW) == Allow(anew.event_id)
