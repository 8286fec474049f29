"""One Contact or Lead, read as a person's record by the mapping."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from hub.sdk import Answer, ConsentReading, FieldMapping, OptOutReading, Ref, SourceContact

from . import consentcode
from .consents import ConsentRow, PersonKey, strictest
from .fields import CHECKBOXES, CHOICES, YES, Shape
from .moments import when_of

_SAYS_NO = re.compile(
    r"しない|しません|拒否|停止|不可|不要|いいえ|\b(?:no|not|stop|out)\b", re.IGNORECASE
)
_CONVERTED = ("IsConverted", "ConvertedContactId")

_MOST_SEEN = 4096
_EMPTY = (None, "")

Record = Mapping[str, Any]
Get = Callable[[str], Any]
Rows = Mapping[PersonKey, Sequence[ConsentRow]]


class Odd(Exception):
    """The record is not as describe says: the org has changed, or the record is broken."""


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """How one mapped answer field is read: which values count, which ones it offers."""

    code: str
    counts: frozenset[str]
    known: frozenset[str] | None
    """None for a text field, which offers none."""


class RecordReader:
    """Reads the records of one object by one mapping and one shape of the org.

    With `forgiving` a value the field does not offer is an ordinary “no”. Without it the record
    is `Odd`, so that the org is looked at again before a renamed “yes” is taken for a withdrawal.
    """

    def __init__(
        self, object_: str, shape: Shape, mapping: FieldMapping, *, forgiving: bool = False
    ) -> None:
        self.object = object_
        self.shape = shape
        self._mapping = mapping
        self._forgiving = forgiving
        self._consent_rows = consentcode.parse(mapping.consent)
        self._opt_out_rows = consentcode.parse(mapping.opt_out)
        self.joins = bool(self._consent_rows or self._opt_out_rows)
        self._linked = "IndividualId" in shape.objects[object_]
        self._consent = None if self._consent_rows else self._ticks(mapping.consent, "yes")
        self._opt_out = None if self._opt_out_rows else self._ticks(mapping.opt_out, "out")
        self._name = self._there(mapping.name)
        self._site = self._there(mapping.site)
        self._attributes = [(key, self._there(code)) for key, code in mapping.attributes.items()]
        self._said = (
            mapping.consent_at,
            mapping.consent_until,
            mapping.consent_wording,
            mapping.consent_method,
            mapping.consent_form,
        )
        self._flat = not any("." in code for code in mapping.codes() if not consentcode.parse(code))
        # Most records say the same as others, at another time: nothing, or the same words of the
        # same form.
        self._seen: dict[tuple[object, ...], tuple[ConsentReading]] = {}
        self._undated: dict[object, OptOutReading] = {}
        field = shape.field(object_, mapping.consent) if self._consent and mapping.consent else None
        self._preticked: bool | None = None
        if field is not None and field.type in CHOICES | CHECKBOXES:
            self._preticked = not set(mapping.consent_yes).isdisjoint(field.preticked)

    def codes(self, *, deleted_too: bool = False) -> list[str]:
        """Give the fields to ask for."""
        mapping = self._mapping
        ours = [code for code in mapping.codes() if not consentcode.parse(code)]
        optional = {mapping.name, mapping.site, *mapping.attributes.values()}
        wanted = {code for code in ours if code not in optional or self._there(code)}
        if self.joins and self._linked:
            wanted.add("IndividualId")
        if self.object == "Lead":
            wanted.update(_CONVERTED)
        if deleted_too:
            wanted.add("IsDeleted")
            if "MasterRecordId" in self.shape.objects[self.object]:
                wanted.add("MasterRecordId")
        return ["Id", "SystemModstamp", *sorted(wanted - {"Id", "SystemModstamp"})]

    def person(self, record: Record) -> PersonKey:
        """Give whom consent rows of this record are looked up by."""
        number = record.get(self._mapping.phone)
        return PersonKey(
            individual=str(record.get("IndividualId") or ""),
            number=number if isinstance(number, str) else "",
        )

    def read(self, record: Record, rows: Rows) -> SourceContact:
        """Give the record as the hub knows it. Raises Odd where it is not as describe says."""
        try:
            return self._read(record, rows)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise Odd from exc

    def _read(self, record: Record, rows: Rows) -> SourceContact:
        get: Get = record.__getitem__ if self._flat else partial(value_at, record)
        number = get(self._mapping.phone)
        if number is not None and type(number) is not str:
            raise Odd
        stamp = record["SystemModstamp"]
        version = stamp[:23]
        row = None
        if self.joins:
            row = strictest(rows.get(self.person(record), ()))
            # The consent rows are a part of what the record says.
            version = f"{version}|{row.id}|{row.stamp}" if row else version
        # Not through the cache of dates: each record has a stamp of its own.
        modified = datetime.fromisoformat(stamp)
        return SourceContact(
            ref=Ref(self.object, record_id(record)),
            number=number or "",
            version=version,
            modified_at=modified if modified.tzinfo is UTC else modified.astimezone(UTC),
            name=text_of(get(self._name)) if self._name else "",
            attributes={key: text_of(get(code)) if code else "" for key, code in self._attributes},
            consents=self._consents(get, row),
            opt_out=self._out(get, row),
            site=(text_of(get(self._site)) or None) if self._site else None,
        )

    def _consents(self, get: Get, row: ConsentRow | None) -> tuple[ConsentReading, ...]:
        if self._consent_rows:
            return (self._of_row(get, row),)
        ticks = self._consent
        if ticks is None:
            return ()
        at, until, *words = [get(code) if code else None for code in self._said]
        key = (get(ticks.code), *words)
        known = self._seen.get(key)
        if known is None:
            known = (self._undated_consent(ticks, *key),)
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[key] = known
        if at in _EMPTY and until in _EMPTY:
            return known
        # Not by dataclasses.replace, which takes as long as all the rest.
        (undated,) = known
        return (
            ConsentReading(
                answer=undated.answer,
                field=undated.field,
                value=undated.value,
                purpose=undated.purpose,
                at=when_of(at, end=False),
                until=when_of(until, end=True),
                wording=undated.wording,
                method=undated.method,
                form_url=undated.form_url,
                default_ticked=undated.default_ticked,
            ),
        )

    def _undated_consent(
        self, ticks: Ticks, raw: object, wording: object, method: object, form: object
    ) -> ConsentReading:
        labels = self._labels(raw, ticks)
        return ConsentReading(
            answer=answer_of(labels, ticks.counts),
            field=ticks.code,
            value=", ".join(labels),
            purpose=self._mapping.purpose,
            wording=text_of(wording) or None,
            method=text_of(method) or None,
            form_url=text_of(form) or None,
            default_ticked=self._preticked,
        )

    def _of_row(self, get: Get, row: ConsentRow | None) -> ConsentReading:
        at, until, wording, method, form = [get(code) if code else None for code in self._said]
        answers = {consentcode.OPT_IN: Answer.YES, consentcode.OPT_OUT: Answer.NO}
        return ConsentReading(
            answer=answers.get(row.status, Answer.SILENT) if row else Answer.SILENT,
            field=str(self._consent_rows),
            value=row.status if row else "",
            purpose=self._mapping.purpose,
            at=when_of(at, end=False) or (row.at if row else None),
            until=when_of(until, end=True) or (row.until if row else None),
            wording=text_of(wording) or None,
            method=text_of(method) or (row.source if row else None),
            form_url=text_of(form) or None,
        )

    def _out(self, get: Get, row: ConsentRow | None) -> OptOutReading | None:
        code = self._mapping.opt_out_at
        raw_at = get(code) if code else None
        if self._opt_out_rows:
            at = when_of(raw_at, end=False)
            return OptOutReading(
                out=row is not None and row.status == consentcode.OPT_OUT,
                field=str(self._opt_out_rows),
                value=row.status if row else "",
                at=at or (row.at if row and row.status == consentcode.OPT_OUT else None),
            )
        ticks = self._opt_out
        if ticks is None:
            return None
        raw = get(ticks.code)
        if not raw_at and raw in self._undated:
            return self._undated[raw]
        labels = self._labels(raw, ticks)
        reading = OptOutReading(
            out=not ticks.counts.isdisjoint(labels),
            field=ticks.code,
            value=", ".join(labels),
            at=when_of(raw_at, end=False),
        )
        if not raw_at and len(self._undated) < _MOST_SEEN:
            self._undated[raw] = reading
        return reading

    def _labels(self, raw: object, ticks: Ticks) -> Sequence[str]:
        labels = labels_of(raw)
        if not (self._forgiving or ticks.known is None or ticks.known.issuperset(labels)):
            raise Odd
        return labels

    def _ticks(self, code: str | None, what: str) -> Ticks | None:
        if code is None:
            return None
        mapping = self._mapping
        counts = mapping.consent_yes if what == "yes" else mapping.opt_out_value
        field = self.shape.field(self.object, code)
        offers = field is not None and field.type in CHOICES | CHECKBOXES
        known = frozenset(field.options) if field is not None and offers else None
        return Ticks(code=code, counts=frozenset(counts), known=known)

    def _there(self, code: str | None) -> str | None:
        """Give the code of an optional field where this object has it."""
        if code is None or "." in code:
            return code
        return code if code in self.shape.objects[self.object] else None


def value_at(record: Record, code: str) -> Any:
    """Give the value of a field, of a related record too: `Account.Name`.

    JSON nests related records, CSV writes the whole path as the column's name.
    """
    if code in record:
        return record[code]
    value: Any = record
    for part in code.split("."):
        if value is None:
            return None
        value = value[part]
    return value


def record_id(record: Record) -> str:
    """Give the 18 characters of a record's id. Raises ValueError or KeyError where it has none."""
    id_ = record["Id"]
    if type(id_) is not str or len(id_) != 18 or not (id_.isalnum() and id_.isascii()):
        raise ValueError("no record id")
    return id_


def labels_of(value: object) -> Sequence[str]:
    """Give the values an answer field holds, none for an empty one. Raises ValueError otherwise.

    A box that is not ticked holds none: nobody knows whether it was ever asked.
    """
    if value is None or value is False or value in ("", "false"):
        return ()
    if value is True:
        return (YES,)
    if type(value) is str:
        return tuple(value.split(";")) if ";" in value else (value,)
    raise ValueError("no values")


def answer_of(labels: Sequence[str], yes: frozenset[str]) -> Answer:
    """Decide what an answer field says.

    Nothing is silence. A value that counts is a yes, unless one that says no in words stands
    beside it. Everything else is a no.
    """
    if not labels:
        return Answer.SILENT
    said = [label for label in labels if label not in yes]
    if len(said) == len(labels) or any(_SAYS_NO.search(label) for label in said):
        return Answer.NO
    return Answer.YES


def text_of(value: object) -> str:
    """Give a value as people read it. Raises ValueError where it is no plain value."""
    if value is None:
        return ""
    if type(value) is str:
        return value
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else f"{value:g}"
    raise ValueError("no text")
