"""The gate: may this message leave now? It says no unless a recorded ground says yes.

Pure: it is given the time and all that is on record, and answers the same at creation, in a dry
run and at the mark.

How entries are weighed: of each source (a record of a connection, or the hub itself) the newest
entry counts. A withdrawal or refusal from anywhere that is as new as a ground, or newer, beats it;
one without a date counts as of when it was recorded. A ground without a date is older than
everything. A renewal that names the exclusion of a withdrawal takes that withdrawal back and is no
ground itself. Exclusions beat everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from hub.config import QuietHours
from hub.consent.entry import ALL, PROMOTIONAL, EventType, Invalidated
from hub.consent.exclusions import bars
from hub.consent.policy import Policy
from hub.consent.standing import Standing
from hub.store.standings import EntryRow

JAPAN = timezone(timedelta(hours=9))
"""Numbers are Japanese, so their time zone is known; Japan has no summer time."""

_POSITIVE = frozenset({EventType.GIVEN, EventType.RENEWED, EventType.IMPORTED})
_NEGATIVE = frozenset({EventType.WITHDRAWN, EventType.REFUSED})
_AHEAD = timedelta(minutes=10)
"""How far a platform's clock may be ahead of ours; a consent dated later has no date."""

_MOST_TELLING = (
    "withdrawn",
    "refused",
    "consent_expired",
    "source_suspended",
    "collection_revoked",
    "number_changed",
    "record_gone",
    "strength_below_policy",
    "wrong_ground",
    "wrong_channel",
)
"""Where several sources fail, the reason that is told."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One message that wants to leave.

    `source_read_at` is when the record it goes to was last read, or None. `display_ok` says that
    its text carries what the law wants shown, `number_ok` that its number is one that can be sent
    to. All times are aware.
    """

    purpose_key: str
    message_class: str
    now: datetime
    channel: str = "sms"
    not_before: datetime | None = None
    not_after: datetime | None = None
    source_read_at: datetime | None = None
    display_ok: bool = True
    number_ok: bool = True


@dataclass(frozen=True)
class Allow:
    """It may leave, on the ground of this ledger entry."""

    evidence_id: str


@dataclass(frozen=True)
class Hold:
    """Not now. Ask again at `until` (UTC); None: as soon as what is missing is there."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class Deny:
    """No. `reason` is a code of `hub.consent.reasons`."""

    reason: str


Verdict = Allow | Hold | Deny


def decide(question: Question, standing: Standing, policy: Policy) -> Verdict:
    """Say whether the message may leave now, and on which ground, or why not."""
    promotional = question.message_class != "transactional" or standing.promotional
    refusal = _barred(question, standing, promotional)
    if refusal is not None:
        return Deny(refusal)
    grounds, reasons = _weigh(question, standing, policy, promotional)
    if not grounds:
        return Deny(_reason(reasons, standing))
    if question.not_after is not None and question.now >= question.not_after:
        return Deny("too_late")
    if question.not_before is not None and question.now < question.not_before:
        return Hold("not_before", question.not_before)
    if promotional and policy.quiet_hours is not None:
        opening = opens(question.now, policy.quiet_hours)
        if opening is not None:
            return Hold("quiet_hours", opening)
    if promotional and not _fresh(question, policy):
        # Only what no record has to confirm can stand without a fresh look at the record.
        grounds = [entry for entry in grounds if entry.connection_id is None]
        if not grounds:
            return Hold("source_stale")
    return Allow(max(grounds, key=lambda entry: (entry.strength, entry.seq)).event_id)


def opens(now: datetime, quiet: QuietHours) -> datetime | None:
    """Give when these quiet hours end, or None where they are not now."""
    local = now.astimezone(JAPAN)
    time = local.time().replace(tzinfo=None)
    if quiet.start <= quiet.end:
        inside = quiet.start <= time < quiet.end
    else:
        inside = time >= quiet.start or time < quiet.end
    if not inside:
        return None
    day = local.date() if time < quiet.end else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet.end, tzinfo=JAPAN).astimezone(now.tzinfo)


def since(entry: EntryRow) -> datetime | None:
    """Give when a ground was given: its own date, else the start of its collection's period.

    A date ahead of the day it was recorded is impossible and counts as none, since it would
    outlive every withdrawal until then.
    """
    if entry.occurred_at is not None and entry.occurred_at <= entry.recorded_at + _AHEAD:
        return min(entry.occurred_at, entry.recorded_at)
    return entry.period_from


def _barred(question: Question, standing: Standing, promotional: bool) -> str | None:
    if not question.number_ok:
        return "invalid_number"
    barring = {
        row.scope
        for row in standing.exclusions
        if bars(row.scope, question.purpose_key, promotional=promotional)
    }
    if ALL in barring:
        return "suppressed_all"
    if PROMOTIONAL in barring:
        return "suppressed_promotional"
    if barring:
        return "suppressed_purpose"
    return None if question.display_ok else "display_items_missing"


def _weigh(
    question: Question, standing: Standing, policy: Policy, promotional: bool
) -> tuple[list[EntryRow], set[str]]:
    entries = _in_force(standing.entries)
    no = [
        (min(entry.occurred_at or entry.recorded_at, entry.recorded_at), entry.event_type)
        for entry in entries
        if entry.event_type in _NEGATIVE and (promotional or entry.purpose_key != PROMOTIONAL)
    ]
    last_no = max(no, default=None)
    # A clock that jumped back must not bring an expired ground to life again.
    now = max([question.now, *(entry.recorded_at for entry in standing.entries)])
    grounds: list[EntryRow] = []
    reasons = {last_no[1]} if last_no else set()
    for entry in _newest_of_each_source(entries, question.purpose_key):
        reason = (
            _fallen(entry, now)
            or _beaten(entry, last_no)
            or ("wrong_channel" if entry.channel != question.channel else None)
            or (_too_weak(entry, policy) if promotional else None)
        )
        if reason is None:
            grounds.append(entry)
        else:
            reasons.add(reason)
    return grounds, reasons


def _in_force(entries: Sequence[EntryRow]) -> list[EntryRow]:
    """Leave out withdrawals that were taken back, and what took them back."""
    taken_back = {
        entry.exclusion_id: entry.seq
        for entry in entries
        if entry.event_type == EventType.RENEWED and entry.exclusion_id is not None
    }
    return [
        entry
        for entry in entries
        if entry.exclusion_id is None
        or (entry.event_type in _NEGATIVE and entry.seq > taken_back.get(entry.exclusion_id, 0))
    ]


def _newest_of_each_source(entries: Sequence[EntryRow], purpose_key: str) -> Iterator[EntryRow]:
    newest = {
        (entry.connection_id, entry.source_ref): entry
        for entry in entries
        # Having asked for consent says nothing about the answer.
        if entry.purpose_key == purpose_key and entry.event_type != EventType.REQUESTED
    }
    yield from newest.values()


def _fallen(entry: EntryRow, now: datetime) -> str | None:
    if entry.event_type == EventType.INVALIDATED:
        changed = entry.source_value == Invalidated.NUMBER_CHANGED
        return "number_changed" if changed else "record_gone"
    if entry.event_type == EventType.EXPIRED:
        return "consent_expired"
    if entry.event_type not in _POSITIVE:
        return str(entry.event_type)
    if entry.suspended:
        return "source_suspended"
    if entry.revoked:
        return "collection_revoked"
    if entry.expires_at is not None and entry.expires_at <= now:
        return "consent_expired"
    return None


def _beaten(entry: EntryRow, last_no: tuple[datetime, str] | None) -> str | None:
    if last_no is None:
        return None
    given = since(entry)
    return last_no[1] if given is None or given <= last_no[0] else None


def _too_weak(entry: EntryRow, policy: Policy) -> str | None:
    if entry.ground not in policy.promotional_grounds:
        return "wrong_ground"
    if entry.strength < policy.min_strength or since(entry) is None:
        return "strength_below_policy"
    return None


def _fresh(question: Question, policy: Policy) -> bool:
    if question.source_read_at is None:
        return False
    # A reading from the future was dated by a clock that was wrong: it proves nothing.
    return abs(question.now - question.source_read_at) <= policy.source_max_age


def _reason(reasons: set[str], standing: Standing) -> str:
    for reason in _MOST_TELLING:
        if reason in reasons:
            return reason
    return "wrong_purpose" if standing.other_purposes else "no_evidence"
