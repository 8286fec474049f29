"""Writing consents that were given to the hub into an org's records.

Each row is written by a call of its own, with the condition that nobody changed it since it was
looked at: sObject Collections take no condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.sdk import (
    ConfigError,
    Connection,
    Consent,
    FieldMapping,
    Outcome,
    Ref,
    SourceContact,
    TransientError,
    Words,
)

from . import consentcode
from .batches import batches
from .check import check_consent
from .client import SalesforceClient
from .consentcode import INDIVIDUAL
from .consentfield import ConsentField
from .consents import ConsentRow
from .contacts import SalesforceContacts
from .outcomes import OTHER_OBJECT, blocked, done, gone, later, refused
from .plan import Beside, Key, Plan, both, of_fields
from .reading import SHAPE_GOOD_FOR, is_ref
from .refusals import CHANGED_MEANWHILE, Refusal
from .shapewatch import ShapeWatch

_TRIES = 3
_PAUSE = 15.0
_NEXT_SECOND = 2.0

_OPTED_OUT = Words(
    ja="Salesforceのレコードが配信停止のため、許諾を書き込みませんでした。"
    "本人が再度同意している場合は、レコードの配信停止を解除してください。",
    en="The Salesforce record is opted out, so the consent was not written. "
    "If the person agreed again, take the opt-out back in the record.",
)
_SAYS_NO = Words(
    ja="Salesforceのレコードが許諾しない値となっており、本人の同意より後に変更された可能性があります。"
    "レコードを確認し、正しい値を選んでください。",
    en="The Salesforce record says no, perhaps since the person agreed. "
    "Look at the record and choose what is right.",
)
_NOT_KEPT = Words(
    ja="書き込んだ許諾がSalesforce側で元に戻されました。組織のフローとトリガーを確認してください。",
    en="The consent was written and then changed back in Salesforce. "
    "Look at the org's flows and triggers.",
)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A record as it was looked at. `stamps` say when each row was last changed (UTC)."""

    contact: SourceContact
    field: ConsentField
    individual: str | None
    rows: Sequence[ConsentRow]
    stamps: Mapping[Key, datetime]


class SalesforceConsents:
    """Writes consents to the records of one org.

    Not to the winner of a merged record, nor to the contact a lead became: those have numbers of
    their own, and are told by them.
    """

    def __init__(self, connection: Connection, client: SalesforceClient | None = None) -> None:
        self._connection = connection
        self._client = client or SalesforceClient(connection)
        self._mapping = connection.mapping or FieldMapping(phone="Id")
        self._objects: tuple[str, ...] = tuple(connection.settings["objects"])
        self._contacts = SalesforceContacts(connection, self._client, self._mapping, approve=False)
        self._beside = Beside(self._client, consentcode.named(self._mapping, self._objects))
        self._watch = ShapeWatch(self._client, connection, lambda _: None, self._mapping)

    def record(self, consents: Sequence[Consent]) -> Sequence[Outcome]:
        """Write each consent and read it back; give one outcome for each."""
        outcomes: dict[str, Outcome] = {}
        stopped: TransientError | None = None
        for batch in batches(consents):
            try:
                if stopped is None:
                    self._batch(batch, outcomes)
            except TransientError as error:
                stopped = error
            if stopped is not None:
                for each in batch:
                    outcomes.setdefault(each.id, later(each, stopped.retry_after))
        return [outcomes[each.id] for each in consents]

    def _batch(self, consents: Sequence[Consent], outcomes: dict[str, Outcome]) -> None:
        ours: list[Consent] = []
        for each in consents:
            if each.ref.object not in self._objects:
                outcomes[each.id] = blocked(each, OTHER_OBJECT)
            elif not is_ref(each.ref, each.ref.object):
                outcomes[each.id] = gone(each)
            else:
                ours.append(each)
        open_ = self._approved(ours, outcomes)
        for _ in range(_TRIES):
            if open_:
                open_ = self._round(open_, outcomes)
        outcomes.update({each.id: later(each, _PAUSE) for each in open_})

    def _approved(
        self, consents: Sequence[Consent], outcomes: dict[str, Outcome]
    ) -> Sequence[Consent]:
        approved: list[Consent] = []
        for object_ in sorted({each.ref.object for each in consents}):
            mine = [each for each in consents if each.ref.object == object_]
            try:
                shape = self._watch.recent(SHAPE_GOOD_FOR)
                check_consent(shape, self._mapping, self._connection, object_)
                approved += mine
            except ConfigError as error:
                outcomes.update({each.id: blocked(each, error.words) for each in mine})
        return approved

    def _round(
        self, consents: Sequence[Consent], outcomes: dict[str, Outcome]
    ) -> Sequence[Consent]:
        """Look and write once; give those whose record was changed in between."""
        clock = self._client.clock()
        seen = self._look([each.ref for each in consents])
        again: list[Consent] = []
        written: list[Consent] = []
        stopped: TransientError | None = None
        for consent in consents:
            decided = self._decide(consent, seen.get(consent.ref), clock)
            if isinstance(decided, Outcome):
                outcomes[consent.id] = decided
                continue
            try:
                refusal = self._write(decided, seen[consent.ref].stamps)
            except TransientError as error:
                stopped = error
                break
            if refusal is None:
                written.append(consent)
            elif refusal.status == CHANGED_MEANWHILE or refusal.code == "DUPLICATE_VALUE":
                again.append(consent)
            else:
                outcomes[consent.id] = refused(consent, refusal)
        outcomes.update(self._read_back(written, seen))
        if stopped is not None:
            raise stopped
        return again

    def _look(self, refs: Sequence[Ref]) -> dict[Ref, _Seen]:
        shape = self._watch.recent(SHAPE_GOOD_FOR)
        contacts = [each for each in self._contacts.get(refs).values() if each is not None]
        fields = {
            object_: ConsentField.of(shape, object_, self._mapping.of(object_))
            for object_ in {contact.ref.object for contact in contacts}
        }
        joined = [each for each in contacts if fields[each.ref.object].answer is None]
        linked = [each.ref for each in contacts if fields[each.ref.object].on_individual]
        linked += [each.ref for each in joined]
        individuals = self._beside.individuals(linked) if linked else {}
        touched = self._beside.touched(individuals.values()) if individuals else {}
        rows = self._beside.rows(joined, individuals) if joined else {}
        return {
            contact.ref: _seen(
                contact,
                fields[contact.ref.object],
                individuals.get(contact.ref),
                rows.get(contact.ref, ()),
                touched,
                self._beside.object,
            )
            for contact in contacts
        }

    def _decide(self, consent: Consent, seen: _Seen | None, clock: datetime) -> Plan | Outcome:
        if seen is None:
            return gone(consent)
        contact, field = seen.contact, seen.field
        if contact.opt_out is not None and contact.opt_out.out:
            return blocked(consent, _OPTED_OUT)
        touched = max(seen.stamps.values())
        if field.may_say_no_since(contact, seen.rows, consent.at, touched):
            return blocked(consent, _SAYS_NO)
        if field.is_told(contact, consent):
            return done(consent, contact.version, confirmed=True)
        plan = self._plan(consent, seen)
        if plan.why_not is not None:
            return blocked(consent, plan.why_not)
        # The condition is precise to the second: what changes within the second of the last change
        # that was seen would go by unseen, so that second has to be over.
        if any(seen.stamps[key] >= clock.replace(microsecond=0) for key in plan.updates):
            return later(consent, _NEXT_SECOND)
        return plan

    def _plan(self, consent: Consent, seen: _Seen) -> Plan:
        ref = seen.contact.ref
        writes = seen.field.to_say_yes(seen.contact, consent)
        # One that the user may not see cannot be written either.
        individual = seen.individual if (INDIVIDUAL, seen.individual) in seen.stamps else None
        plan = of_fields(ref, writes, individual)
        if seen.field.answer is not None:
            return plan
        shape = self._watch.recent(SHAPE_GOOD_FOR)
        keyed = self._beside.object in shape.keyed
        # Last, so that the yes comes behind what proves it.
        return both(
            plan,
            self._beside.agree(seen.contact, seen.individual, seen.rows, consent, keyed=keyed),
        )

    def _write(self, plan: Plan, stamps: Mapping[Key, datetime]) -> Refusal | None:
        for (object_, id_), fields in plan.updates.items():
            refusal = self._client.change(
                object_, id_, fields, unmodified_since=stamps[(object_, id_)]
            )
            if refusal is not None:
                return refusal
        # Made and never merged into one that is there: that may have become a no meanwhile.
        made = self._client.write(plan.new, new=True) if plan.new else ()
        return next((each.refusal for each in made if each.refusal is not None), None)

    def _read_back(
        self, consents: Sequence[Consent], seen: Mapping[Ref, _Seen]
    ) -> dict[str, Outcome]:
        if not consents:
            return {}
        try:
            now = self._contacts.get([each.ref for each in consents])
        except TransientError:
            # Salesforce acknowledged the writes; only the second look is missing.
            return {each.id: done(each, None, confirmed=False) for each in consents}
        return {each.id: _after(each, now[each.ref], seen[each.ref].field) for each in consents}


def _seen(
    contact: SourceContact,
    field: ConsentField,
    individual: str | None,
    rows: Sequence[ConsentRow],
    touched: Mapping[str, datetime],
    object_: str,
) -> _Seen:
    assert contact.modified_at is not None, "every record is read with its stamp"
    stamps: dict[Key, datetime] = {(contact.ref.object, contact.ref.id): contact.modified_at}
    if individual is not None and individual in touched:
        stamps[(INDIVIDUAL, individual)] = touched[individual]
    stamps |= {(object_, row.id): row.touched_at for row in rows}
    return _Seen(contact=contact, field=field, individual=individual, rows=rows, stamps=stamps)


def _after(consent: Consent, contact: SourceContact | None, field: ConsentField) -> Outcome:
    if contact is None:
        return gone(consent)
    if contact.opt_out is not None and contact.opt_out.out:
        return blocked(consent, _OPTED_OUT)
    if field.is_told(contact, consent):
        return done(consent, contact.version, confirmed=True)
    return blocked(consent, _NOT_KEPT)
