"""One record on its way into the store: what was read of it, and what the hub knew before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from hub.consent.entry import Invalidated
from hub.contacts.entries import left
from hub.contacts.known import NEVER_READ, Before, Number, Source, Stop
from hub.contacts.phone import NoPhone, Phone, normalise
from hub.contacts.standing import standing_of
from hub.contacts.verdict import Judgement, Verdict, judge
from hub.store.exclusions import ExclusionRow
from hub.store.links import ContactState
from hub.store.people import LinkRow
from hub.values.contact import SourceContact


class Case(NamedTuple):
    """A record as read, its number as a contact, its row and the digest of what it says now."""

    contact: SourceContact
    phone: Phone | NoPhone
    contact_id: int | None
    row: LinkRow | None
    before: Before | None
    standing: bytes

    def __repr__(self) -> str:
        return f"Case({self.ref})"

    @property
    def ref(self) -> str:
        """The record as the store names it."""
        return str(self.contact.ref)

    @property
    def news(self) -> bool:
        """True where something that bears on consent is not as it was."""
        return self.before is None or self.before.standing != self.standing

    def contacts(self) -> set[int]:
        """Give the number the record has and the one it had."""
        found = set() if self.contact_id is None else {self.contact_id}
        if self.before is not None and self.before.contact_id is not None:
            found.add(self.before.contact_id)
        return found


def phones_of(contacts: Sequence[SourceContact]) -> dict[str, Phone | NoPhone]:
    """Give what each distinct text is as a number; a text often comes more than once."""
    return {text: normalise(text) for text in {contact.number for contact in contacts}}


def case_of(
    contact: SourceContact,
    phone: Phone | NoPhone,
    contact_id: int | None,
    row: LinkRow | None,
    source: Source,
    now: datetime,
) -> Case:
    """Lay one record beside what was known of it."""
    before = before_of(row) if row else None
    return Case(
        contact=contact,
        phone=phone,
        contact_id=contact_id,
        row=row,
        before=before,
        standing=standing_of(contact, contact_id, before, source, now),
    )


def before_of(row: LinkRow) -> Before:
    """Give what was known of a record; of one that had vanished only its number counts."""
    if row.vanished_at is not None:
        return Before(
            contact_id=row.contact_id,
            number_changed_at=row.number_changed_at,
            erased_at=row.erased_at,
        )
    agreed, refused = row.agreed, row.refused
    return Before(
        contact_id=row.contact_id,
        number_changed_at=row.number_changed_at,
        verdict=row.verdict,
        standing=row.standing,
        agreed=(
            {
                purpose: None if seen is None else datetime.fromtimestamp(seen, UTC)
                for purpose, seen in orjson.loads(agreed).items()
            }
            if agreed != "{}"
            else {}
        ),
        refused=frozenset(orjson.loads(refused)) if refused != "[]" else frozenset(),
        out=row.out,
        own_version=row.own_version,
        erased_at=row.erased_at,
    )


def judge_case(
    case: Case,
    states: Mapping[int, ContactState],
    stops: Mapping[int, Sequence[ExclusionRow]],
    source: Source,
    now: datetime,
) -> Judgement:
    """Judge one record; one whose standing is what it was keeps its verdict, nothing follows."""
    if case.row is not None and case.before is not None and not case.news:
        return Judgement(
            verdict=case.row.verdict,
            agreed=case.before.agreed,
            refused=case.before.refused,
            out=case.before.out,
            number_changed_at=case.before.number_changed_at,
        )
    if case.contact_id is None or isinstance(case.phone, NoPhone):
        return _without_number(case, source, now)
    state = states.get(case.contact_id)
    number = Number(
        contact_id=case.contact_id,
        e164=case.phone.e164,
        erased_at=state.erased_at if state else None,
        stops=[
            Stop(scope=stop.scope, said_at=stop.said_last)
            for stop in stops.get(case.contact_id, ())
        ],
    )
    return judge(case.contact, number, case.before, source, now)


def _without_number(case: Case, source: Source, now: datetime) -> Judgement:
    before = case.before or NEVER_READ
    opt_out = case.contact.opt_out
    reason = case.phone.reason if isinstance(case.phone, NoPhone) else ""
    return Judgement(
        # Its person was erased by another number; without one of its own it stays so.
        verdict=Verdict.ERASED if before.erased_at is not None else reason,
        agreed={},
        refused=frozenset(),
        out=opt_out is not None and opt_out.out,
        number_changed_at=now if before.contact_id is not None else before.number_changed_at,
        entries=left(case.ref, before, source, Invalidated.NUMBER_CHANGED, now),
    )
