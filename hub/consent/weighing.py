"""Weighing what is on record: which entries of the ledger are grounds for a message now. Pure.

Of each source (a record of a connection, or the hub itself) the newest entry counts. A withdrawal
or refusal from anywhere that is as new as a ground, or newer, beats it; one without a date counts
as of when it was recorded, and one that was recorded later by a clock that had been put back is
newer too. A ground without a possible date is older than everything, and opens nothing. A renewal
that names the exclusion of a withdrawal takes that withdrawal back and is no ground itself. A
ground given to a narrower version of the purpose, or for a number that is dead or was silent for
long since, has to be renewed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from hub.consent.calendar import months_before
from hub.consent.entry import (
    ALL,
    CONFIRMATION,
    PROMOTIONAL,
    UNSPECIFIED,
    EventType,
    Ground,
    Invalidated,
    Method,
)
from hub.consent.policy import Policy
from hub.consent.standing import Standing
from hub.store.standings import EntryRow

_POSITIVE = frozenset({EventType.GIVEN, EventType.RENEWED, EventType.IMPORTED})
_NEGATIVE = frozenset({EventType.WITHDRAWN, EventType.REFUSED})
_AHEAD = timedelta(minutes=10)
"""How far a platform's clock may be ahead of ours; a consent dated later has no date."""

_EARLIEST = datetime(1997, 1, 1, tzinfo=UTC)
"""Nobody in Japan agreed to SMS before there were any; such a date is a default, not a day."""

_ASKED_FOR = timedelta(minutes=10)
"""How long a form's question may be followed by the one SMS that asks for consent."""

_NO_PURPOSES = frozenset({ALL, PROMOTIONAL, UNSPECIFIED})
_NEED_A_SOURCE = frozenset({Method.IMPORT, Method.RECORD_EVENT})
"""What was read somewhere, and proves nothing where nobody knows where."""


def weigh(
    standing: Standing,
    policy: Policy,
    *,
    purpose_key: str,
    channel: str,
    promotional: bool,
    now: datetime,
) -> tuple[list[EntryRow], set[str]]:
    """Give the entries that are grounds now, and the codes of why others are not."""
    asking = purpose_key == CONFIRMATION
    if not standing.entries:
        return [], {"not_just_asked"} if asking else set()
    entries = _in_force(standing.entries)
    noes = [
        entry
        for entry in entries
        if entry.event_type in _NEGATIVE and (promotional or entry.purpose_key != PROMOTIONAL)
    ]
    latest = _latest(standing, now)
    grounds: list[EntryRow] = []
    reasons = {max(noes, key=_said).event_type} if noes else set()
    for entry in _newest_of_each_source(entries, purpose_key, asked=asking):
        reason = (
            (_not_just_asked(entry, now, latest) if asking else _fallen(entry, latest))
            or _beaten(entry, noes)
            or ("wrong_channel" if entry.channel != channel else None)
            or _too_weak(entry, policy, promotional=promotional)
            or (None if (entry.purpose_version or 1) in standing.covers else "narrower_purpose")
            or _out_of_touch(entry, standing, policy, latest)
        )
        if reason is None:
            grounds.append(entry)
        else:
            reasons.add(reason)
    return grounds, reasons | ({"not_just_asked"} if asking else set())


def since(entry: EntryRow) -> datetime | None:
    """Give when a ground was given: its own date, else the start of its collection's period.

    A date ahead of the day it was recorded is impossible and counts as none, since it would
    outlive every withdrawal until then; so does one from before there were SMS.
    """
    at = entry.occurred_at
    if at is not None and _EARLIEST <= at <= entry.recorded_at + _AHEAD:
        return min(at, entry.recorded_at)
    return entry.period_from


def _latest(standing: Standing, now: datetime) -> datetime:
    """Give the latest time that is known to have been: one put back brings nothing to life."""
    number = standing.number
    known = (number.known_since, number.delivered_at, number.dead_at, *number.marks)
    written = (entry.recorded_at for entry in standing.entries)
    return max([now, *written, *(at for at in known if at is not None)])


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


def _newest_of_each_source(
    entries: Sequence[EntryRow], purpose_key: str, *, asked: bool
) -> Iterator[EntryRow]:
    if purpose_key in _NO_PURPOSES:
        return
    newest = {
        (entry.connection_id, entry.source_ref): entry
        for entry in entries
        # Having asked for consent says nothing about the answer.
        if entry.purpose_key == purpose_key and (asked or entry.event_type != EventType.REQUESTED)
    }
    yield from newest.values()


def _not_just_asked(entry: EntryRow, now: datetime, latest: datetime) -> str | None:
    """Say no to any SMS that asks for consent, save to a number just typed into a form."""
    by_form = (
        entry.event_type == EventType.REQUESTED
        and entry.ground == Ground.REQUEST
        and entry.method == Method.PAGE
        and entry.connection_id is None
    )
    asked = since(entry)
    just_now = (
        asked is not None
        # The form's own machine may be ahead; one from further ahead was dated by a wrong clock.
        and abs(now - asked) <= _ASKED_FOR
        and latest - asked <= _ASKED_FOR
    )
    over = entry.expires_at is not None and entry.expires_at <= latest
    return None if by_form and just_now and not over else "not_just_asked"


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


def _beaten(entry: EntryRow, noes: Sequence[EntryRow]) -> str | None:
    given = since(entry)
    beating = [
        no for no in noes if given is None or given <= _said(no) or _clock_went_back(entry, no)
    ]
    return max(beating, key=_said).event_type if beating else None


def _said(no: EntryRow) -> datetime:
    return min(no.occurred_at or no.recorded_at, no.recorded_at)


def _clock_went_back(ground: EntryRow, no: EntryRow) -> bool:
    """Say whether a no seems older than a ground only because the clock was put back between."""
    written_later = no.seq > ground.seq and no.recorded_at < ground.recorded_at
    return written_later and _said(no) == no.recorded_at


def _too_weak(entry: EntryRow, policy: Policy, *, promotional: bool) -> str | None:
    if promotional and entry.ground not in policy.promotional_grounds:
        return "wrong_ground"
    from_nowhere = entry.connection_id is None and entry.method in _NEED_A_SOURCE
    if since(entry) is None or from_nowhere:
        return "strength_below_policy"
    return "strength_below_policy" if promotional and entry.strength < policy.min_strength else None


def _out_of_touch(entry: EntryRow, standing: Standing, policy: Policy, now: datetime) -> str | None:
    """Say no where the number may be another person's by now, or nobody's."""
    number, given = standing.number, since(entry)
    signs = [at for at in (given, number.delivered_at) if at is not None]
    if number.dead_at is not None and all(at <= number.dead_at for at in signs):
        return "number_dead"
    if number.known_since is not None:
        # The hub cannot know of deliveries from before it knew the number.
        signs.append(number.known_since)
    if policy.silent_months and max(signs) < months_before(now, policy.silent_months):
        return "number_silent"
    return None
