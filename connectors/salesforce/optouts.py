"""Writing opt-outs and restores back, up to 200 records a call, each with its own outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.sdk import (
    Answer,
    Change,
    ConfigError,
    Connection,
    FieldMapping,
    OptOut,
    OptOutReading,
    Outcome,
    Ref,
    SourceContact,
    TransientError,
    Words,
)

from .batches import batches
from .check import check_opt_out
from .client import SalesforceClient
from .contacts import SalesforceContacts
from .moments import JST
from .optoutfield import OptOutField
from .outcomes import OTHER_OBJECT, blocked, done, gone, later, refused
from .places import Places
from .plan import Beside, Plan, both, of_fields
from .reading import is_ref
from .rows import Rows
from .shapewatch import ShapeWatch
from .successors import Successors
from .tasks import Note, Tasks

_SHAPE_GOOD_FOR = 300.0
_UNDONE_PAUSE = 60.0
_REMEMBERED = 10_000

_STAYS_OUT = Words(
    ja="Salesforce側でその後に配信停止された可能性があるため、配信停止のままにしました。"
    "本人が再度同意している場合は、Salesforceのレコードで配信停止を解除してください。",
    en="The record may have been opted out in Salesforce since, so it stays opted out. "
    "If the person agreed again, take the opt-out back in the Salesforce record.",
)
_NO_NEUTRAL_VALUE = Words(
    ja="配信停止項目のどの値に戻すべきか判断できません。レコードで選び直してください。",
    en="The opt-out field has no value that clearly means “not opted out”. Choose one in the "
    "record.",
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One opt-out, the record it is written to (a winner, after a merge), and what it says now."""

    opt_out: OptOut
    contact: SourceContact

    @property
    def reading(self) -> OptOutReading:
        """What the record says about opting out; its consent where no field of it is mapped."""
        if self.contact.opt_out is not None:
            return self.contact.opt_out
        out = any(each.answer is Answer.NO for each in self.contact.consents)
        return OptOutReading(out=out, field="", value="")

    @property
    def said_no(self) -> bool:
        """Say whether a restore finds something to take back."""
        return self.contact.opt_out is not None and self.contact.opt_out.out


class SalesforceOptOuts:
    """Writes opt-outs to the records of one org."""

    def __init__(self, connection: Connection, client: SalesforceClient | None = None) -> None:
        self._connection = connection
        self._client = client or SalesforceClient(connection)
        self._mapping = connection.mapping or FieldMapping(phone="Id")
        self._objects: tuple[str, ...] = tuple(connection.settings["objects"])
        self._places = Places(self._mapping, self._objects)
        self._code = self._places.code
        self._contacts = SalesforceContacts(
            connection, self._client, self._places.read(), approve=False
        )
        self._beside = Beside(self._client, self._code)
        self._rows = Rows(self._client, self._places.dates)
        self._tasks = Tasks(self._client)
        self._successors = Successors(self._client, self._objects)
        self._watch = ShapeWatch(self._client, connection, lambda _: None, self._mapping)
        # The versions our own writes left behind: what still has one, nobody touched since.
        self._ours: dict[Ref, str] = {}

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        """Write each opt-out or restore and read it back; give one outcome for each."""
        outcomes: dict[str, Outcome] = {}
        stopped: TransientError | None = None
        for batch in batches(opt_outs):
            try:
                if stopped is None:
                    outcomes.update(self._batch(batch))
            except TransientError as error:
                stopped = error
            if stopped is not None:
                for each in batch:
                    outcomes.setdefault(each.id, later(each, stopped.retry_after))
        return [outcomes[each.id] for each in opt_outs]

    def _batch(self, opt_outs: Sequence[OptOut]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        ours: list[OptOut] = []
        for each in opt_outs:
            if each.ref.object not in self._objects:
                outcomes[each.id] = blocked(each, OTHER_OBJECT)
            elif not is_ref(each.ref, each.ref.object):
                outcomes[each.id] = gone(each)
            else:
                ours.append(each)
        targets: list[Target] = []
        for object_ in sorted({each.ref.object for each in ours}):
            mine = [each for each in ours if each.ref.object == object_]
            try:
                found = self._found(object_, [each.ref for each in mine])
            except ConfigError as error:
                # What does not fit on one object keeps nothing from the other.
                outcomes.update(self._by_hand(mine, error.words))
                continue
            for each in mine:
                contact = found[each.ref]
                if contact is None:
                    outcomes[each.id] = gone(each)
                else:
                    targets.append(Target(opt_out=each, contact=contact))
        if targets:
            outcomes.update(self._push(targets))
        return outcomes

    def _found(self, object_: str, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        """Give the records as they are, winners in the place of those that were merged."""
        shape = self._watch.recent(_SHAPE_GOOD_FOR)
        check_opt_out(shape, self._mapping, self._connection, object_)
        found = self._contacts.get(refs)
        return {ref: contact or self._winner(ref) for ref, contact in found.items()}

    def _winner(self, ref: Ref) -> SourceContact | None:
        winner = self._contacts.winner(ref)
        return None if winner is None else self._contacts.get([winner])[winner]

    def _push(self, targets: Sequence[Target]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        plans: dict[str, Plan] = {}
        contacts = [target.contact for target in targets]
        refs = [e.ref for e in contacts if self._places.needs_individual(e.ref.object)]
        individuals = self._beside.individuals(refs) if refs else {}
        joined = [each for each in contacts if self._places.joins(each.ref.object)]
        rows = self._beside.rows(joined, individuals)
        for target in targets:
            ref = target.contact.ref
            planned = self._plan(target, individuals.get(ref), rows.get(ref, ()))
            if isinstance(planned, Outcome):
                outcomes[target.opt_out.id] = planned
            else:
                plans[target.opt_out.id] = planned
        refusals = self._rows.write(plans)
        open_ = [target for target in targets if target.opt_out.id in plans]
        by_hand: list[OptOut] = []
        written: list[Target] = []
        for target in open_:
            id_ = target.opt_out.id
            refusal, why = refusals.get(id_), plans[id_].why_not
            if refusal is not None:
                outcomes[id_] = refused(target.opt_out, refusal)
            elif why is not None:
                outcomes[id_] = blocked(target.opt_out, why)
            else:
                written.append(target)
                continue
            if outcomes[id_].why is not None:
                by_hand.append(replace(target.opt_out, ref=target.contact.ref))
        self._ask_people(by_hand)
        outcomes.update(self._read_back(written, plans))
        return outcomes

    def _plan(self, target: Target, individual: str | None, rows: Any) -> Plan | Outcome:
        opt_out, object_ = target.opt_out, target.contact.ref.object
        shape = self._watch.recent(_SHAPE_GOOD_FOR)
        field = OptOutField.of(shape, object_, self._mapping.of(object_))
        if opt_out.change is Change.OPT_OUT:
            plan = Plan()
            if field is not None:
                writes = field.to_opt_out(target.reading, opt_out.at)
                plan = of_fields(target.contact.ref, writes, individual)
            if self._code is None or not self._places.joins(object_):
                return plan
            keyed = self._code.object in shape.keyed
            refusal = self._beside.refuse(target.contact, individual, rows, opt_out.at, keyed=keyed)
            return both(plan, refusal)
        if not target.said_no:
            return Plan()
        version = target.contact.version
        ours = version in (opt_out.version, self._ours.get(target.contact.ref))
        if field is None:
            at = target.reading.at
            if not ours and not (at is not None and at < opt_out.at.replace(microsecond=0)):
                return blocked(opt_out, _STAYS_OUT)
            return self._beside.reopen(rows, opt_out.at)
        if not (ours or field.was_before(target.reading, opt_out.at)):
            return blocked(opt_out, _STAYS_OUT)
        restored = field.to_restore(target.reading)
        if restored is None:
            return blocked(opt_out, _NO_NEUTRAL_VALUE)
        return of_fields(target.contact.ref, restored, individual)

    def _read_back(
        self, targets: Sequence[Target], plans: Mapping[str, Plan]
    ) -> dict[str, Outcome]:
        writing = [target.contact.ref for target in targets if not plans[target.opt_out.id].empty]
        try:
            now = self._contacts.get(writing) if writing else {}
        except TransientError:
            # Salesforce acknowledged the writes; only the second look is missing.
            return {
                target.opt_out.id: done(target.opt_out, None, confirmed=False) for target in targets
            }
        return {target.opt_out.id: self._seen(target, now) for target in targets}

    def _seen(self, target: Target, now: Mapping[Ref, SourceContact | None]) -> Outcome:
        opt_out, ref = target.opt_out, target.contact.ref
        after = now.get(ref, target.contact)
        if after is None:
            return done(opt_out, None, confirmed=False)
        wanted = opt_out.change is Change.OPT_OUT
        if wanted is not replace(target, contact=after).reading.out:
            return later(opt_out, _UNDONE_PAUSE) if wanted else blocked(opt_out, _STAYS_OUT)
        if ref in now and after.version:
            self._remember(ref, after.version)
        return done(opt_out, after.version, confirmed=True)

    def _by_hand(self, opt_outs: Sequence[OptOut], why: Words) -> dict[str, Outcome]:
        self._ask_people(opt_outs)
        return {each.id: blocked(each, why) for each in opt_outs}

    def _ask_people(self, opt_outs: Sequence[OptOut]) -> None:
        """Ask the people who work with the records to do it, once, in an open Task."""
        asked = [each for each in opt_outs if each.change is Change.OPT_OUT]
        try:
            now = self._successors.of(each.ref for each in asked)
            self._tasks.leave(
                [
                    Note(
                        id=each.id,
                        ref=now[each.ref],
                        text=_please(each),
                        at=each.at,
                        urgent=True,
                        before=each.ref,
                    )
                    for each in asked
                    if each.ref in now
                ]
            )
        except (TransientError, ConfigError):
            # The push stays open, and the next try asks again.
            return

    def _remember(self, ref: Ref, version: str) -> None:
        self._ours.pop(ref, None)
        self._ours[ref] = version
        if len(self._ours) > _REMEMBERED:
            self._ours.pop(next(iter(self._ours)))


def _please(opt_out: OptOut) -> str:
    when = opt_out.at.astimezone(JST).strftime("%Y-%m-%d %H:%M")
    return (
        f"SMSの配信停止の申し出がありました(受付 {when})。"
        "このレコードに自動で反映できなかったため、手動で配信停止にしてください。SMSの送信はすでに止まっています。"
    )
