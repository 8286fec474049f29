"""One kintone record, read as a person's record by the mapping."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from hub.sdk import Answer, ConsentReading, FieldMapping, OptOutReading, Ref, SourceContact

from .fields import CHECKBOXES, CHOICES, Form

JST = timezone(timedelta(hours=9))
"""Dates without a time are Japanese days; Japan has no summer time."""

# A check box can hold a yes and a no at once; the no then counts. This only makes us quieter.
_SAYS_NO = re.compile(
    r"しない|しません|拒否|停止|不可|不要|いいえ|\b(?:no|not|stop)\b", re.IGNORECASE
)


class Odd(Exception):
    """The record is not as the form says: the form has changed, or the record is broken."""


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """How one mapped answer field is read: which labels count, which ones the form has."""

    code: str
    counts: frozenset[str]
    known: frozenset[str] | None
    """None for a text field, which has no options."""


class RecordReader:
    """Reads records by one mapping and one state of the form.

    With `forgiving` a label that the form does not have is an ordinary “no”. Without it the
    record is `Odd`, so that the form is looked at again before a renamed “yes” is believed to be
    a withdrawal.
    """

    def __init__(
        self, form: Form, mapping: FieldMapping, app: int, *, forgiving: bool = False
    ) -> None:
        self._mapping = mapping
        self._object = str(app)
        self._forgiving = forgiving
        self._updated = form.updated_time
        self._consent = _ticks(form, mapping.consent, mapping.consent_yes)
        self._opt_out = _ticks(form, mapping.opt_out, mapping.opt_out_value)
        self._attributes = tuple(mapping.attributes.items())
        self._preticked: bool | None = None
        if self._consent and self._consent.known is not None:
            self._preticked = bool(self._consent.counts & form.fields[self._consent.code].defaults)

    def codes(self) -> list[str]:
        """Give the field codes to ask kintone for."""
        return ["$id", "$revision", self._updated, *sorted(self._mapping.codes() - {self._updated})]

    def read(self, record: Mapping[str, Any]) -> SourceContact:
        """Give the record as the hub knows it. Raises Odd where it is not as the form says."""
        mapping = self._mapping
        try:
            number = record[mapping.phone]["value"]
            if type(number) is not str:
                raise Odd
            return SourceContact(
                ref=Ref(self._object, record_id(record)),
                number=number,
                version=str(record["$revision"]["value"]),
                modified_at=moment(record[self._updated]["value"]),
                name=_optional(record, mapping.name) or "",
                attributes={key: _optional(record, code) or "" for key, code in self._attributes},
                consents=(self._read_consent(record),) if self._consent else (),
                opt_out=self._read_opt_out(record) if self._opt_out else None,
                site=_optional(record, mapping.site),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise Odd from exc

    def _read_consent(self, record: Mapping[str, Any]) -> ConsentReading:
        assert self._consent is not None
        mapping = self._mapping
        labels = self._labels(record, self._consent)
        return ConsentReading(
            answer=answer_of(labels, self._consent.counts),
            field=self._consent.code,
            value=", ".join(labels),
            purpose=mapping.purpose,
            at=_date(record, mapping.consent_at, end=False),
            until=_date(record, mapping.consent_until, end=True),
            wording=_required(record, mapping.consent_wording),
            method=_required(record, mapping.consent_method),
            form_url=_required(record, mapping.consent_form),
            default_ticked=self._preticked,
        )

    def _read_opt_out(self, record: Mapping[str, Any]) -> OptOutReading:
        assert self._opt_out is not None
        labels = self._labels(record, self._opt_out)
        return OptOutReading(
            out=not self._opt_out.counts.isdisjoint(labels),
            field=self._opt_out.code,
            value=", ".join(labels),
            at=_date(record, self._mapping.opt_out_at, end=False),
        )

    def _labels(self, record: Mapping[str, Any], ticks: Ticks) -> list[str]:
        labels = labels_of(record[ticks.code]["value"])
        if ticks.known is None:
            return [label.strip() for label in labels if label.strip()]
        if not self._forgiving and not ticks.known.issuperset(labels):
            raise Odd
        return labels


def record_id(record: Mapping[str, Any]) -> str:
    """Give the id of a record. Raises ValueError or KeyError where it has none."""
    # Ids travel as strings; the vendor's own OpenAPI file calls them integers.
    id_ = str(record["$id"]["value"])
    if not (id_.isascii() and id_.isdecimal()):
        raise ValueError("no record id")
    return id_


def labels_of(value: object) -> list[str]:
    """Give the labels an answer field holds, none for an empty one. Raises ValueError otherwise."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(type(label) is str for label in value):
        return value
    raise ValueError("no labels")


def answer_of(labels: Sequence[str], yes: frozenset[str]) -> Answer:
    """Decide what an answer field says.

    Nothing ticked is silence. A label that counts is a yes, unless one that says no in words is
    ticked beside it. Everything else is a no.
    """
    if not labels:
        return Answer.SILENT
    said = [label for label in labels if label not in yes]
    if len(said) == len(labels) or any(_SAYS_NO.search(label) for label in said):
        return Answer.NO
    return Answer.YES


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """Read a DATETIME value as UTC. Raises ValueError where it is none or names no zone."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return when.astimezone(UTC)


@lru_cache(maxsize=4096)
def day(text: str, *, end: bool) -> datetime:
    """Read a DATE value as the first or the last second of that Japanese day, in UTC."""
    start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=JST)
    return (start + timedelta(days=1, seconds=-1) if end else start).astimezone(UTC)


def when_of(value: object, *, end: bool) -> datetime | None:
    """Read a DATE or DATETIME value; None for an empty one. Raises ValueError otherwise."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("no date")
    return moment(value) if "T" in value else day(value, end=end)


def text_of(value: object) -> str:
    """Give any field's value as people read it: lists with commas, users by name."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(text_of(part) for part in value)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return str(value["name"])
    raise ValueError("no text")


def _ticks(form: Form, code: str | None, counts: Sequence[str]) -> Ticks | None:
    if code is None:
        return None
    field = form.fields[code]
    known = frozenset(field.options) if field.type in CHECKBOXES | CHOICES else None
    return Ticks(code=code, counts=frozenset(counts), known=known)


def _date(record: Mapping[str, Any], code: str | None, *, end: bool) -> datetime | None:
    return None if code is None else when_of(record[code]["value"], end=end)


def _required(record: Mapping[str, Any], code: str | None) -> str | None:
    return None if code is None else text_of(record[code]["value"]) or None


def _optional(record: Mapping[str, Any], code: str | None) -> str | None:
    # STATUS and a few others are left out of records while their feature is off.
    if code is None or code not in record:
        return None
    return text_of(record[code]["value"]) or None
