"""What a record is worth: its verdict, and what has to be written down or done because of it.

Pure: the record as read, what was known of it, and the number's active exclusions go in; a
verdict, ledger entries, opt-outs and re-openings come out. Where records contradict each other
without dates, the stricter counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.consent.entry import PROMOTIONAL, Entry, Invalidated
from hub.consent.exclusions import purpose_scope
from hub.contacts.entries import given, left, refused
from hub.contacts.known import NEVER_READ, Before, Number, Source
from hub.contacts.standing import NO_PURPOSE, covering, possible
from hub.values.contact import Answer, ConsentReading, SourceContact


class Verdict(StrEnum):
    """What the record behind a usable number is worth; without one the reason stands instead."""

    CONSENTED = "consented"
    UNDATED = "undated"
    UNPROVEN = "unproven"
    EXPIRED = "expired"
    NUMBER_CHANGED = "number_changed"
    OPTED_OUT = "opted_out"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    SILENT = "silent"
    ERASED = "erased"


KEEPING = (Verdict.CONSENTED, Verdict.UNDATED, Verdict.UNPROVEN)
"""Verdicts that rest on a recorded ground: name, number and attributes are kept for these only."""

_ORDER = (*KEEPING, Verdict.EXPIRED, Verdict.NUMBER_CHANGED, Verdict.WITHDRAWN, Verdict.REFUSED)


@dataclass(frozen=True, kw_only=True)
class OptOutAct:
    """The person said stop in the platform; when, only where the platform dates it."""

    contact_id: int
    scope: str
    occurred_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReopenAct:
    """The person agreed anew, by a dated act newer than the withdrawal."""

    contact_id: int
    purpose_key: str
    occurred_at: datetime


class Judgement(NamedTuple):
    """The verdict on one record and all that follows from it.

    `back` says that its person agreed anew after the erasure, so that data may be kept again.
    """

    verdict: str
    agreed: Mapping[str, datetime | None]
    refused: frozenset[str]
    out: bool
    number_changed_at: datetime | None
    entries: Sequence[Entry] = ()
    opt_outs: Sequence[OptOutAct] = ()
    reopenings: Sequence[ReopenAct] = ()
    back: bool = False


def judge(
    contact: SourceContact, number: Number, before: Before | None, source: Source, now: datetime
) -> Judgement:
    """Judge one record with a usable number whose standing is not what it was."""
    return _Judge(contact, number, before, source, now).judgement()


class _Judge:
    """One judgement in the making."""

    def __init__(
        self,
        contact: SourceContact,
        number: Number,
        before: Before | None,
        source: Source,
        now: datetime,
    ) -> None:
        self.contact = contact
        self.number = number
        self.before = before or NEVER_READ
        self.source = source
        self.now = now
        self.moved = self.before.contact_id not in (None, number.contact_id)
        self.changed_at = now if self.moved else self.before.number_changed_at
        # The version our own write left. What else that record holds may be the person's own
        # change from before the write, so only the opt-out in it is known to be ours.
        own = self.before.own_version
        self.echo = own is not None and own == contact.version
        self.agreed: dict[str, datetime | None] = {}
        self.refused: set[str] = set()
        self.entries: list[Entry] = []
        self.opt_outs: list[OptOutAct] = []
        self.reopenings: list[ReopenAct] = []
        self.erased_at = _later(number.erased_at, self.before.erased_at)
        self.back = False

    def judgement(self) -> Judgement:
        out = self.contact.opt_out is not None and self.contact.opt_out.out
        verdicts = [self._read(reading, out=out) for reading in self.contact.consents]
        if out:
            self._opted_out()
        left_behind = self._left_behind()
        if self.erased_at is not None and not self.back:
            # A stop counts for an erased number too; nothing else is kept of it.
            return Judgement(
                verdict=Verdict.ERASED,
                agreed={},
                refused=frozenset(),
                out=out,
                number_changed_at=self.changed_at,
                entries=left_behind,
                opt_outs=self.opt_outs,
            )
        return Judgement(
            verdict=Verdict.OPTED_OUT if out else _best(verdicts),
            agreed=self.agreed,
            refused=frozenset(self.refused),
            out=out,
            number_changed_at=self.changed_at,
            entries=(*left_behind, *self.entries),
            opt_outs=self.opt_outs,
            reopenings=self.reopenings,
            back=self.back,
        )

    def _left_behind(self) -> Sequence[Entry]:
        if not self.moved:
            return ()
        ref = str(self.contact.ref)
        return left(ref, self.before, self.source, Invalidated.NUMBER_CHANGED, self.now)

    def _read(self, reading: ConsentReading, *, out: bool) -> Verdict:
        purpose = reading.purpose or NO_PURPOSE
        if reading.answer is Answer.YES:
            return self._yes(reading, purpose, out=out)
        if purpose in self.before.agreed:
            # When the tick went is not known; the date beside it is that of the yes.
            if not (self.echo and any(stop.hits(purpose) for stop in self.number.stops)):
                self._opt_out(purpose_scope(purpose), None)
            return Verdict.WITHDRAWN
        if self.before.verdict == Verdict.WITHDRAWN and not self.moved:
            return Verdict.WITHDRAWN
        if reading.answer is Answer.SILENT:
            return Verdict.SILENT
        self.refused.add(purpose)
        if self.moved or purpose not in self.before.refused:
            self.entries.append(refused(self.contact, reading, self.number, self.source))
        return Verdict.REFUSED

    def _yes(self, reading: ConsentReading, purpose: str, *, out: bool) -> Verdict:
        at = possible(reading.at, self.now)
        if self.changed_at is not None and (at is None or at <= self.changed_at):
            # What was agreed to was the number that stood there before.
            return Verdict.NUMBER_CHANGED
        self.agreed[purpose] = self.before.first_seen(purpose, self.now)
        proof = covering(self.contact, reading, self.before, self.source, self.now)
        proven = reading.purpose is not None and (
            proof is not None or bool(at is not None and reading.wording)
        )
        if not out:
            # A record that says stop beside its yes is a ground for nothing.
            self.entries.append(
                given(self.contact, reading, at, self.number, self.source, proof, proven=proven)
            )
        if reading.until is not None and reading.until <= self.now:
            return Verdict.EXPIRED
        if not proven:
            return Verdict.UNPROVEN if at is not None else Verdict.UNDATED
        if at is not None and not out:
            self.back = self.back or (self.erased_at is not None and self.erased_at < at)
            self._reopen(purpose, at)
        return Verdict.CONSENTED

    def _reopen(self, purpose: str, at: datetime) -> None:
        stops = [stop for stop in self.number.stops if stop.hits(purpose)]
        if stops and all(stop.said_at < at for stop in stops):
            self.reopenings.append(
                ReopenAct(contact_id=self.number.contact_id, purpose_key=purpose, occurred_at=at)
            )

    def _opted_out(self) -> None:
        reading = self.contact.opt_out
        known = self.echo or (self.before.out and not self.moved)
        if reading is None or known:
            return
        self._opt_out(PROMOTIONAL, possible(reading.at, self.now))

    def _opt_out(self, scope: str, at: datetime | None) -> None:
        self.opt_outs.append(
            OptOutAct(contact_id=self.number.contact_id, scope=scope, occurred_at=at)
        )


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    """Give the verdict of a record with several purposes: the best of them names the record."""
    if len(verdicts) == 1:
        return verdicts[0]
    return next((verdict for verdict in _ORDER if verdict in verdicts), Verdict.SILENT)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
