# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a user's opt-out stands, and what to write so that it says the other thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.sdk import FieldMapping

from .fields import CHECKBOX, CHOICES, DROPDOWN, MULTI, TAGS, Form, UserField
from .moments import JST, as_day, as_moment
from .values import getter, values_of, when_of


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What to change of one user: some user fields, and tags to add or take away."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.add or self.remove)


@dataclass(frozen=True, kw_only=True)
class OptOutField:
    """The mapped opt-out field, the values of it that count, and the date beside it."""

    field: UserField
    values: tuple[str, ...]
    dated: UserField | None

    @classmethod
    def of(cls, form: Form, mapping: FieldMapping) -> "OptOutField":
        """Give the field of a mapping that `check_opt_out` has approved."""
        found = form.find(mapping.opt_out or "")
        assert found is not None, "the mapping is approved before anything is written by it"
        values = tuple(next(iter(found.values([label]))) for label in mapping.opt_out_value)
        dated = form.find(mapping.opt_out_at) if mapping.opt_out_at else None
        return cls(field=found, values=values, dated=dated)

    def is_out(self, user: Mapping[str, Any]) -> bool:
        """Say whether the user is opted out."""
        return not set(self.values).isdisjoint(self._held(user))

    def since(self, user: Mapping[str, Any]) -> datetime | None:
        """Give the date beside the opt-out (UTC); None where there is none or it is unreadable."""
        if self.dated is None:
            return None
        try:
            value = getter(self.dated, forgiving=True)(user)
            return when_of(self.dated, value, end=False)
        except (ValueError, KeyError, AttributeError):
            return None

    def to_opt_out(self, user: Mapping[str, Any], at: datetime) -> Writing:
        """Give what to write so that the user is opted out; nothing where it is so already.

        The date is when the person acted, and stays as it is where one is there. Other options
        and other tags stay.
        """
        out = self.is_out(user)
        fields: dict[str, Any] = {}
        add: tuple[str, ...] = ()
        if not out and self.field.type == TAGS:
            add = self.values[:1]
        elif not out and self.field.type == CHECKBOX:
            fields[self._key] = True
        elif not out and self.field.type == MULTI:
            fields[self._key] = [*self._held(user), self.values[0]]
        elif not out:
            fields[self._key] = self.values[0]
        if self.dated and self.dated.custom and not (out and self.since(user)):
            fields[self.dated.custom] = self._date(at)
        return Writing(fields=fields, add=add)

    def to_restore(self, user: Mapping[str, Any]) -> Writing:
        """Give what to write so that the user is not opted out any more.

        A dropdown is emptied, unless it has a default or only one other option: then that says it.
        """
        fields: dict[str, Any] = {}
        remove: tuple[str, ...] = ()
        if self.field.type == TAGS:
            remove = self.values
        elif self.field.type == CHECKBOX:
            fields[self._key] = False
        elif self.field.type == MULTI:
            fields[self._key] = [value for value in self._held(user) if value not in self.values]
        elif self.field.type == DROPDOWN:
            harmless = [value for value in self.field.options if value not in self.values]
            usual = [value for value in harmless if value in self.field.defaults]
            clear = usual or (harmless if len(harmless) == 1 else [])
            fields[self._key] = clear[0] if clear else None
        else:
            fields[self._key] = ""
        if self.dated and self.dated.custom:
            fields[self.dated.custom] = None
        return Writing(fields=fields, remove=remove)

    def was_before(self, user: Mapping[str, Any], at: datetime) -> bool:
        """Say whether the user's own date proves that the opt-out is older than `at`.

        A field of the type date has no time, so the same Japanese day proves nothing.
        """
        since = self.since(user)
        if since is None or self.dated is None:
            return False
        if self.dated.type == "date":
            return since.astimezone(JST).date() < at.astimezone(JST).date()
        return since < at.replace(microsecond=0)

    @property
    def _key(self) -> str:
        assert self.field.custom is not None, "only tags are a built-in field that is written"
        return self.field.custom

    def _held(self, user: Mapping[str, Any]) -> list[str]:
        try:
            held = values_of(self.field, getter(self.field, forgiving=True)(user))
        except (ValueError, KeyError, AttributeError):
            return []
        known = self.field.options
        # An option that is gone cannot be written back: the whole update would be refused.
        return [value for value in held if self.field.type not in CHOICES or value in known]

    def _date(self, at: datetime) -> str:
        assert self.dated is not None, "asked only where a date is mapped"
        return as_day(at) if self.dated.type == "date" else as_moment(at)
