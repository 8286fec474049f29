"""What the opt-out field of a record says, and what to write into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.sdk import FieldMapping

from .fields import CHECKBOXES, TEXTS, Form, FormField
from .record import JST, labels_of, when_of

Value = str | list[str] | None


@dataclass(frozen=True, kw_only=True)
class OptOutField:
    """The mapped opt-out field of one app, and the field with its date if one is mapped."""

    field: FormField
    labels: Sequence[str]
    dated: FormField | None

    @classmethod
    def of(cls, form: Form, mapping: FieldMapping) -> "OptOutField":
        """Find the fields in a form that `check_opt_out` has approved."""
        assert mapping.opt_out is not None
        return cls(
            field=form.fields[mapping.opt_out],
            labels=mapping.opt_out_value,
            dated=form.fields[mapping.opt_out_at] if mapping.opt_out_at else None,
        )

    def is_out(self, record: Mapping[str, Any]) -> bool:
        """Say whether the record is opted out."""
        return not set(self.labels).isdisjoint(self._labels(record))

    def since(self, record: Mapping[str, Any]) -> datetime | None:
        """Give the date beside the opt-out (UTC); None where there is none or it is unreadable."""
        if self.dated is None:
            return None
        try:
            return when_of(record.get(self.dated.code, {}).get("value"), end=False)
        except ValueError:
            return None

    def to_opt_out(self, record: Mapping[str, Any], at: datetime) -> dict[str, Value]:
        """Give what to write so that the record is opted out; nothing where it is already.

        The date is when the person acted, and stays as it is where one is there. Other options of
        a check box stay ticked.
        """
        out = self.is_out(record)
        writes: dict[str, Value] = {}
        if not out:
            label = self.labels[0]
            ticked = [*self._labels(record), label]
            writes[self.field.code] = ticked if self.field.type in CHECKBOXES else label
        if self.dated and not (out and self.since(record)):
            writes[self.dated.code] = self._date(at)
        return writes

    def to_restore(self, record: Mapping[str, Any]) -> dict[str, Value] | None:
        """Give what to write so that the record is not opted out any more.

        None where the field cannot say that: it must hold one of its options, and which of the
        others is right only people know.
        """
        value: Value
        if self.field.type in CHECKBOXES:
            value = [label for label in self._labels(record) if label not in self.labels]
        elif self.field.type in TEXTS:
            value = ""
        else:
            harmless = [option for option in self.field.options if option not in self.labels]
            usual = [option for option in harmless if option in self.field.defaults]
            if usual or len(harmless) == 1:
                value = (usual or harmless)[0]
            elif self.field.type == "DROP_DOWN" and not self.field.required:
                value = None
            else:
                return None
        writes = {self.field.code: value}
        if self.dated:
            writes[self.dated.code] = None
        return writes

    def was_before(self, record: Mapping[str, Any], at: datetime) -> bool:
        """Say whether the record's own date proves that its opt-out is older than `at`.

        kintone's times have no seconds and its dates no time, so the same minute, or the same
        Japanese day, proves nothing.
        """
        since = self.since(record)
        if since is None or self.dated is None:
            return False
        if self.dated.type == "DATE":
            return since.astimezone(JST).date() < at.astimezone(JST).date()
        return since < at.astimezone(UTC).replace(second=0, microsecond=0)

    def _labels(self, record: Mapping[str, Any]) -> list[str]:
        try:
            return labels_of(record.get(self.field.code, {}).get("value"))
        except ValueError:
            return []

    def _date(self, at: datetime) -> str:
        if self.dated is not None and self.dated.type == "DATE":
            return at.astimezone(JST).strftime("%Y-%m-%d")
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
