"""What to write into a record's opt-out field, and when it may be taken back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.sdk import FieldMapping, OptOutReading

from .consentcode import INDIVIDUAL
from .fields import OrgField, Shape
from .moments import JST, date_text


@dataclass(frozen=True, kw_only=True)
class OptOutField:
    """The mapped opt-out field of one object, and the field with its date if one is mapped.

    `individual` says that the field is not the record's own but its Individual's.
    """

    field: OrgField
    label: str
    labels: frozenset[str]
    dated: OrgField | None
    individual: bool
    dated_individual: bool

    @classmethod
    def of(cls, shape: Shape, object_: str, mapping: FieldMapping) -> "OptOutField | None":
        """Find the fields; None where no field of a record is mapped."""
        field = shape.field(object_, mapping.opt_out) if mapping.opt_out else None
        if field is None or mapping.opt_out is None:
            return None
        at = mapping.opt_out_at
        return cls(
            field=field,
            label=mapping.opt_out_value[0],
            labels=frozenset(mapping.opt_out_value),
            dated=shape.field(object_, at) if at else None,
            individual=mapping.opt_out.startswith(f"{INDIVIDUAL}."),
            dated_individual=bool(at) and str(at).startswith(f"{INDIVIDUAL}."),
        )

    def to_opt_out(self, now: OptOutReading, at: datetime) -> dict[bool, dict[str, Any]]:
        """Give what to write, by whether it goes to the Individual; nothing where it is out.

        The date is when the person acted, and stays as it is where one is there.
        """
        writes: dict[bool, dict[str, Any]] = {}
        if not now.out:
            writes.setdefault(self.individual, {})[self.field.name] = self._out(now)
        if self.dated and not (now.out and now.at):
            value = date_text(at, type_=self.dated.type)
            writes.setdefault(self.dated_individual, {})[self.dated.name] = value
        return writes

    def to_restore(self, now: OptOutReading) -> dict[bool, dict[str, Any]] | None:
        """Give what to write so that the record is not opted out; None where only people know."""
        value = self._not_out(now)
        if value is _NOBODY_KNOWS:
            return None
        writes: dict[bool, dict[str, Any]] = {self.individual: {self.field.name: value}}
        if self.dated:
            writes.setdefault(self.dated_individual, {})[self.dated.name] = None
        return writes

    def was_before(self, now: OptOutReading, at: datetime) -> bool:
        """Say whether the opt-out's own date proves that it is older than `at`.

        A time has seconds and a date has none: the same second or Japanese day proves nothing.
        """
        if now.at is None:
            return False
        if self.dated is not None and self.dated.type == "date":
            return now.at.astimezone(JST).date() < at.astimezone(JST).date()
        return now.at < at.astimezone(UTC).replace(microsecond=0)

    def _out(self, now: OptOutReading) -> Any:
        if self.field.type == "boolean":
            return True
        if self.field.type == "multipicklist":
            return ";".join([*self._held(now), self.label])
        return self.label

    def _not_out(self, now: OptOutReading) -> Any:
        if self.field.type == "boolean":
            return False
        if self.field.type == "multipicklist":
            return ";".join(each for each in self._held(now) if each not in self.labels) or None
        if self.field.options:
            harmless = [each for each in self.field.options if each not in self.labels]
            usual = [each for each in harmless if each in self.field.preticked]
            if usual or len(harmless) == 1:
                return (usual or harmless)[0]
        return None if self.field.nillable else _NOBODY_KNOWS

    def _held(self, now: OptOutReading) -> list[str]:
        held = set(now.value.split(", "))
        return [each for each in self.field.options if each in held]


_NOBODY_KNOWS = object()
