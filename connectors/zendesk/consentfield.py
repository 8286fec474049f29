# SPDX-License-Identifier: GPL-3.0-or-later
"""What the consent fields of a user say, and what to write into them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.sdk import Answer, Consent, FieldMapping

from .fields import CHECKBOX, CHOICES, MULTI, TAGS, TEXTS, Form, UserField
from .moments import JST, as_day, as_moment, moment
from .optoutfield import Writing
from .values import answer_of, getter, text_of, values_of, when_of

_BESIDE = ("consent_at", "consent_until", "consent_wording", "consent_method", "consent_form")
_LONGEST = 60_000
"""Characters that are written of a text; the ledger has the whole."""


@dataclass(frozen=True, kw_only=True)
class ConsentField:
    """The mapped consent field of a user, the values of it that count, and the fields beside it.

    `beside` is by the mapping's own keys: consent_at, consent_until, consent_wording,
    consent_method, consent_form.
    """

    field: UserField
    yes: tuple[str, ...]
    beside: Mapping[str, UserField]

    @classmethod
    def of(cls, form: Form, mapping: FieldMapping) -> "ConsentField":
        """Find the fields of a mapping that `check_consent` has approved."""
        found = form.find(mapping.consent or "")
        assert found is not None, "the mapping is approved before anything is written by it"
        codes = {key: getattr(mapping, key) for key in _BESIDE}
        return cls(
            field=found,
            yes=tuple(next(iter(found.values([label]))) for label in mapping.consent_yes),
            beside={
                key: field
                for key, code in codes.items()
                if code is not None and (field := form.find(code)) is not None
            },
        )

    @property
    def by_tag(self) -> bool:
        """Say whether the answer is a tag, which is added by a call of its own."""
        return self.field.type == TAGS

    def answer(self, user: Mapping[str, Any]) -> Answer:
        """Give what the user says now; what cannot be read is a no."""
        try:
            return answer_of(self.field, self._held(user), frozenset(self.yes))
        except (ValueError, KeyError, AttributeError):
            return Answer.NO

    def since(self, user: Mapping[str, Any]) -> datetime | None:
        """Give the date beside the answer (UTC); None where there is none or it is unreadable."""
        dated = self.beside.get("consent_at")
        if dated is None:
            return None
        try:
            return when_of(dated, getter(dated, forgiving=True)(user), end=False)
        except (ValueError, KeyError, AttributeError):
            return None

    def is_told(self, user: Mapping[str, Any], consent: Consent) -> bool:
        """Say whether the user says yes since this consent or a later one, in its words.

        Without a date every yes will do: nothing tells this one from another.
        """
        return self.answer(user) is Answer.YES and self.is_proven(user, consent)

    def is_proven(self, user: Mapping[str, Any], consent: Consent) -> bool:
        """Say whether what stands beside the answer is of this consent or of a later one."""
        if "consent_at" not in self.beside:
            return True
        since, asked = self.since(user), self._rounded(consent.at)
        if since is None or since < asked:
            return False
        return since > asked or self._has_words(user, consent)

    def may_say_no_since(self, user: Mapping[str, Any], at: datetime) -> bool:
        """Say whether the user holds a no that may be newer than this moment.

        Its own date counts. Without one the user must not have been touched since: a time that
        somebody edited it is no proof of a later no, but nothing rules one out either.
        """
        if self.answer(user) is not Answer.NO:
            return False
        since = self.since(user)
        if since is not None:
            return since >= self._rounded(at)
        try:
            touched = moment(user["updated_at"])
        except (KeyError, TypeError, ValueError):
            return True
        return touched >= _second(at)

    def to_say_yes(self, user: Mapping[str, Any], consent: Consent) -> Writing:
        """Give what to write so that the user says yes, and by what.

        Of an earlier answer nothing stays beside it: an old wording or end would be read as those
        of the new consent. Options of a multi-select stay, save those that say no in words; tags
        are added to those there are.
        """
        given: dict[str, datetime | str | None] = {
            "consent_at": consent.at,
            "consent_until": consent.until,
            "consent_wording": consent.wording,
            "consent_method": consent.method,
            "consent_form": consent.form_url,
        }
        fields: dict[str, Any] = {}
        for key, field in self.beside.items():
            value = _value(field, given[key], end=key == "consent_until")
            if field.custom is not None and value is not _CANNOT:
                fields[field.custom] = value
        if self.by_tag:
            return Writing(fields=fields, add=self.yes[:1])
        assert self.field.custom is not None, "only tags are a built-in field that is written"
        fields[self.field.custom] = self._yes(user)
        return Writing(fields=fields)

    def _yes(self, user: Mapping[str, Any]) -> Any:
        if self.field.type == CHECKBOX:
            return True
        if self.field.type != MULTI:
            return self.yes[0]
        # An option that is gone cannot be written back: the whole update would be refused.
        held = [value for value in self._known(user) if value in self.field.options]
        counts = frozenset(self.yes)
        kept = [
            value
            for value in held
            if answer_of(self.field, [value, self.yes[0]], counts) is Answer.YES
        ]
        return kept if not counts.isdisjoint(kept) else [*kept, self.yes[0]]

    def _known(self, user: Mapping[str, Any]) -> list[str]:
        try:
            return self._held(user)
        except (ValueError, KeyError, AttributeError):
            return []

    def _held(self, user: Mapping[str, Any]) -> list[str]:
        return values_of(self.field, getter(self.field, forgiving=True)(user))

    def _has_words(self, user: Mapping[str, Any], consent: Consent) -> bool:
        field = self.beside.get("consent_wording")
        if field is None or field.custom is None or consent.wording is None:
            return True
        written = _value(field, consent.wording, end=False)
        try:
            there = text_of(getter(field, forgiving=True)(user))
        except (ValueError, KeyError, AttributeError):
            return False
        # Zendesk trims texts and has line ends of its own.
        return written is _CANNOT or str(written or "").split() == there.split()

    def _rounded(self, at: datetime) -> datetime:
        dated = self.beside.get("consent_at")
        if dated is not None and dated.type == "date":
            local = at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
            return local.astimezone(UTC)
        return _second(at)


_CANNOT = object()


def _value(field: UserField, value: datetime | str | None, *, end: bool) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        if field.type == "date":
            return _last_day(value) if end else as_day(value)
        return as_moment(value) if field.type in TEXTS else _CANNOT
    if field.type in CHOICES:
        named = field.values([value]) & field.options.keys()
        # One of the field's own options or none: Zendesk refuses any other.
        chosen = next(iter(named), None)
        return [chosen] if chosen and field.type == MULTI else chosen
    return value[:_LONGEST] if field.type in TEXTS else _CANNOT


def _last_day(until: datetime) -> str:
    """Give the last Japanese day that is over by then: a consent must not be read as longer."""
    return as_day(until + timedelta(seconds=1) - timedelta(days=1))


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
