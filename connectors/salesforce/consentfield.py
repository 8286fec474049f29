"""What the consent fields of a record say, and what to write into them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.sdk import Answer, Consent, FieldMapping, SourceContact

from .consentcode import INDIVIDUAL, OPT_OUT
from .consents import ConsentRow
from .fields import DATES, TEXTS, OrgField, Shape
from .moments import JST, date_text
from .record import answer_of

_BESIDE = ("consent_at", "consent_until", "consent_wording", "consent_method", "consent_form")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A mapped field. `individual` says that it is not the record's own but its Individual's."""

    field: OrgField
    individual: bool


@dataclass(frozen=True, kw_only=True)
class ConsentField:
    """The mapped consent field of one object, and the mapped fields beside it.

    `answer` is None where the answer stands in a consent object. `beside` is by the mapping's own
    keys: consent_at, consent_until, consent_wording, consent_method, consent_form.
    """

    answer: Place | None
    yes: tuple[str, ...]
    beside: Mapping[str, Place]

    @classmethod
    def of(cls, shape: Shape, object_: str, mapping: FieldMapping) -> "ConsentField":
        """Find the fields in a shape that `check_consent` has approved."""
        places = {
            key: Place(field=field, individual=code.startswith(f"{INDIVIDUAL}."))
            for key in ("consent", *_BESIDE)
            if (code := getattr(mapping, key)) and (field := shape.field(object_, code))
        }
        return cls(
            answer=places.pop("consent", None), yes=tuple(mapping.consent_yes), beside=places
        )

    @property
    def on_individual(self) -> bool:
        """Say whether some of the fields are the Individual's."""
        answer = (self.answer,) if self.answer else ()
        return any(place.individual for place in (*answer, *self.beside.values()))

    def is_told(self, now: SourceContact, consent: Consent) -> bool:
        """Say whether the record says yes since this consent or a later one, in its words.

        Without a date every yes will do: nothing tells this one from another.
        """
        (reading,) = now.consents
        if reading.answer is not Answer.YES:
            return False
        if self.answer is not None and "consent_at" not in self.beside:
            return True
        asked = self._rounded(consent.at)
        if reading.at is None or reading.at < asked:
            return False
        return reading.at > asked or self._has_words(reading.wording, consent.wording)

    def may_say_no_since(
        self,
        now: SourceContact,
        rows: Sequence[ConsentRow],
        at: datetime,
        touched: datetime | None = None,
    ) -> bool:
        """Say whether there is a no that may be newer than this moment.

        Its own date counts. Without one nothing must have been touched since, neither the record
        nor what stands beside it (`touched`): that somebody edited it is no proof of a later no,
        but nothing rules one out either.
        """
        if self.answer is None:
            said = [row for row in rows if row.status == OPT_OUT]
            since = [row.at or row.touched_at for row in said]
            return any(each >= _second(at) for each in since)
        (reading,) = now.consents
        if reading.answer is not Answer.NO:
            return False
        if reading.at is not None:
            return reading.at >= self._rounded(at)
        known = [each for each in (now.modified_at, touched) if each is not None]
        return not known or max(known) >= _second(at)

    def to_say_yes(self, now: SourceContact, consent: Consent) -> dict[bool, dict[str, Any]]:
        """Give what to write, by whether it goes to the Individual; the yes comes last.

        Of an earlier answer nothing stays beside it: an old wording or end would be read as those
        of the new consent. Values of a multi-select picklist stay, save those that say no in words.
        """
        writes: dict[bool, dict[str, Any]] = {}
        given: dict[str, datetime | str | None] = {
            "consent_at": consent.at,
            "consent_until": consent.until,
            "consent_wording": consent.wording,
            "consent_method": consent.method,
            "consent_form": consent.form_url,
        }
        for key, place in self.beside.items():
            value = _value(place.field, given[key], end=key == "consent_until")
            if place.field.updateable and value is not _CANNOT:
                writes.setdefault(place.individual, {})[place.field.name] = value
        if self.answer is not None:
            fields = writes.pop(self.answer.individual, {})
            writes[self.answer.individual] = {**fields, self.answer.field.name: self._yes(now)}
        return writes

    def _yes(self, now: SourceContact) -> Any:
        assert self.answer is not None
        field = self.answer.field
        if field.type == "boolean":
            return True
        if field.type != "multipicklist":
            return self.yes[0]
        counts = frozenset(self.yes)
        # The reading joins what is set; a value may itself hold the separator.
        set_now = f", {now.consents[0].value}, "
        held = [each for each in field.options if f", {each}, " in set_now]
        kept = [each for each in held if answer_of([each, self.yes[0]], counts) is Answer.YES]
        return ";".join(kept if not counts.isdisjoint(kept) else [*kept, self.yes[0]])

    def _rounded(self, at: datetime) -> datetime:
        dated = self.beside.get("consent_at")
        if dated is not None and dated.field.type == "date":
            local = at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
            return local.astimezone(UTC)
        return _second(at)

    def _has_words(self, there: str | None, wanted: str | None) -> bool:
        place = self.beside.get("consent_wording")
        if place is None or wanted is None or not place.field.updateable:
            return True
        written = _value(place.field, wanted, end=False)
        # Salesforce trims texts and has line ends of its own.
        return written is _CANNOT or str(written or "").split() == (there or "").split()


_CANNOT = object()


def _value(field: OrgField, value: datetime | str | None, *, end: bool) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        if field.type not in DATES:
            return _CANNOT
        return (
            _last_day(value) if end and field.type == "date" else date_text(value, type_=field.type)
        )
    if field.options:
        # One of the field's own values or none: a restricted picklist refuses any other.
        return value if value in field.options else None
    if field.type not in TEXTS:
        return _CANNOT
    return value[: field.length] if field.length else value


def _last_day(until: datetime) -> str:
    """Give the last Japanese day that is over by then: a consent must not be read as longer."""
    whole = (until + timedelta(seconds=1)).astimezone(JST) - timedelta(days=1)
    return whole.strftime("%Y-%m-%d")


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
