"""What the consent fields of a record say, and what to write into them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.sdk import Answer, Consent, FieldMapping

from .fields import CHECKBOXES, TEXTS, Form, FormField
from .record import JST, answer_of, labels_of, moment, when_of

Value = str | list[str] | None

_LONGEST = {"SINGLE_LINE_TEXT": 1000, "MULTI_LINE_TEXT": 60_000}
"""Characters that are written of a text; kintone takes more, and a field may take fewer."""


@dataclass(frozen=True, kw_only=True)
class ConsentField:
    """The mapped consent field of one app, and the fields beside it that are mapped and writable.

    `beside` is by the mapping's own keys: consent_at, consent_until, consent_wording,
    consent_method, consent_form.
    """

    field: FormField
    yes: tuple[str, ...]
    beside: Mapping[str, FormField]
    updated: str

    @classmethod
    def of(cls, form: Form, mapping: FieldMapping) -> "ConsentField":
        """Find the fields in a form that `check_consent` has approved."""
        assert mapping.consent is not None
        keys = (
            "consent_at",
            "consent_until",
            "consent_wording",
            "consent_method",
            "consent_form",
        )
        codes = {key: getattr(mapping, key) for key in keys}
        return cls(
            field=form.fields[mapping.consent],
            yes=tuple(mapping.consent_yes),
            beside={
                key: form.fields[code] for key, code in codes.items() if form.fields.get(code or "")
            },
            updated=form.updated_time,
        )

    def answer(self, record: Mapping[str, Any]) -> Answer:
        """Give what the record says now; what cannot be read is a no."""
        try:
            return answer_of(self._labels(record), frozenset(self.yes))
        except ValueError:
            return Answer.NO

    def since(self, record: Mapping[str, Any]) -> datetime | None:
        """Give the date beside the answer (UTC); None where there is none or it is unreadable."""
        dated = self.beside.get("consent_at")
        if dated is None:
            return None
        try:
            return when_of(record.get(dated.code, {}).get("value"), end=False)
        except ValueError:
            return None

    def is_told(self, record: Mapping[str, Any], consent: Consent) -> bool:
        """Say whether the record says yes of this consent's time, or of a later one, already."""
        if self.answer(record) is not Answer.YES:
            return False
        if "consent_at" not in self.beside:
            return True
        since = self.since(record)
        return since is not None and since >= self._rounded(consent.at)

    def may_say_no_since(self, record: Mapping[str, Any], at: datetime) -> bool:
        """Say whether the record holds a no that may be newer than this moment.

        Its own date counts. Without one the record must not have been touched since: a time that
        somebody edited it is no proof of a later no, but nothing rules one out either.
        """
        if self.answer(record) is not Answer.NO:
            return False
        since = self.since(record)
        if since is not None:
            return since >= self._rounded(at)
        try:
            touched = moment(record[self.updated]["value"])
        except (KeyError, TypeError, ValueError):
            return True
        return touched >= at.replace(second=0, microsecond=0)

    def to_say_yes(self, record: Mapping[str, Any], consent: Consent) -> dict[str, Value]:
        """Give what to write so that the record says yes, and by what.

        Of an earlier answer nothing stays beside it: an old wording or end would be read as those
        of the new consent. Options of a check box stay ticked, save those that say no in words.
        """
        value: Value = self.yes[0]
        if self.field.type in CHECKBOXES:
            value = self._ticked(self._labels(record))
        writes: dict[str, Value] = {self.field.code: value}
        given: dict[str, datetime | str | None] = {
            "consent_at": consent.at,
            "consent_until": consent.until,
            "consent_wording": consent.wording,
            "consent_method": consent.method,
            "consent_form": consent.form_url,
        }
        for key, field in self.beside.items():
            written = _written(field, given[key], end=key == "consent_until")
            if field.writable and written is not _CANNOT:
                writes[field.code] = written
        return writes

    def _ticked(self, labels: list[str]) -> list[str]:
        counts = frozenset(self.yes)
        kept = [each for each in labels if answer_of([each, self.yes[0]], counts) is Answer.YES]
        return kept if not counts.isdisjoint(kept) else [*kept, self.yes[0]]

    def _rounded(self, at: datetime) -> datetime:
        dated = self.beside.get("consent_at")
        if dated is not None and dated.type == "DATE":
            local = at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
            return local.astimezone(UTC)
        return at.astimezone(UTC).replace(second=0, microsecond=0)

    def _labels(self, record: Mapping[str, Any]) -> list[str]:
        return labels_of(record.get(self.field.code, {}).get("value"))


_CANNOT = "\0"


def _written(field: FormField, value: datetime | str | None, *, end: bool) -> str | None:
    if isinstance(value, datetime):
        if field.type == "DATE":
            # A day for the end is the last one that is over by then: a consent must not be read
            # as longer than it is.
            shown = value + timedelta(seconds=1) - timedelta(days=1) if end else value
            return shown.astimezone(JST).strftime("%Y-%m-%d")
        if field.type == "DATETIME":
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
        return _CANNOT
    if field.options:
        # One of the field's own answers or none: kintone refuses any other.
        return value if value in field.options else None
    if value is None:
        return "" if field.type in TEXTS else None
    return value[: _LONGEST.get(field.type, 250)] if field.type in TEXTS else _CANNOT
