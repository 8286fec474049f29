"""The gate: may this message leave now? It says no unless a recorded ground says yes.

Pure: it is given the time and all that is on record, and answers the same at creation, in a dry
run and at the mark. How grounds are weighed is said in `hub.consent.weighing`. Exclusions beat all
of them, and what may leave may still have to wait.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.consent.calendar import COLLECTION_HOURS, JAPAN, is_quiet_day, opens
from hub.consent.classes import advertises, collects_debts
from hub.consent.entry import ALL, PROMOTIONAL
from hub.consent.exclusions import bars
from hub.consent.policy import Policy
from hub.consent.standing import Standing
from hub.consent.weighing import weigh

_MOST_TELLING = (
    "withdrawn",
    "refused",
    "consent_expired",
    "source_suspended",
    "collection_revoked",
    "number_changed",
    "record_gone",
    "number_dead",
    "number_silent",
    "narrower_purpose",
    "not_just_asked",
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
    promotional = advertises(question.message_class) or standing.promotional
    refusal = _barred(question, standing, promotional)
    if refusal is not None:
        return Deny(refusal)
    grounds, reasons = weigh(
        standing,
        policy,
        purpose_key=question.purpose_key,
        channel=question.channel,
        promotional=promotional,
        now=question.now,
    )
    if not grounds:
        return Deny(_reason(reasons, standing))
    if standing.held:
        return Deny("legal_hold")
    if question.not_after is not None and question.now >= question.not_after:
        return Deny("too_late")
    hold = _too_early(question, standing) or (
        _advertising_waits(question.now, standing, policy) if promotional else None
    )
    if hold is not None:
        return hold
    if promotional and not _fresh(question, policy):
        # Only what no record has to confirm can stand without a fresh look at the record.
        grounds = [entry for entry in grounds if entry.connection_id is None]
        if not grounds:
            return Hold("source_stale")
    return Allow(max(grounds, key=lambda entry: (entry.strength, entry.seq)).event_id)


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


def _too_early(question: Question, standing: Standing) -> Hold | None:
    if question.not_before is not None and question.now < question.not_before:
        return Hold("not_before", question.not_before)
    if collects_debts(question.message_class) or standing.debts:
        opening = opens(question.now, COLLECTION_HOURS)
        if opening is not None:
            return Hold("debt_collection_hours", opening)
    return None


def _advertising_waits(now: datetime, standing: Standing, policy: Policy) -> Hold | None:
    if standing.number.in_doubt:
        return Hold("reply_in_doubt")
    opening = opens(now, policy.quiet_hours, policy.quiet_days)
    if opening is not None:
        quiet_day = is_quiet_day(now.astimezone(JAPAN).date(), policy.quiet_days)
        return Hold("quiet_day" if quiet_day else "quiet_hours", opening)
    marks = sorted(standing.number.marks)
    ends = [
        marks[-cap.count] + cap.span
        for cap in policy.caps
        if len([mark for mark in marks if mark > now - cap.span]) >= cap.count
    ]
    return Hold("frequency_cap", max(ends)) if ends else None


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
