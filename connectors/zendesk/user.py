# SPDX-License-Identifier: GPL-3.0-or-later
"""One Zendesk user, read as a person's record by the mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.sdk import ConsentReading, FieldMapping, OptOutReading, Ref, SourceContact

from .fields import CHOICES, Form, UserField
from .moments import moment
from .values import Getter, answer_of, getter, number_of, text_of, values_of, when_of

USER = "user"
TICKET = "ticket"


class Odd(Exception):
    """The user is not as the fields say: a field has changed, or the record is broken."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How one mapped answer field is read: which values count, which ones there are."""

    field: UserField
    get: Getter
    counts: frozenset[str]
    known: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class Dated:
    """How one mapped date is read."""

    field: UserField
    get: Getter

    def read(self, user: Mapping[str, Any], *, end: bool) -> datetime | None:
        """Give the date in UTC; None where there is none."""
        return when_of(self.field, self.get(user), end=end)


def is_customer(user: Mapping[str, Any]) -> bool:
    """Say whether a user is a person to be texted at all.

    Agents are not. Deleted users stay in the export with `active` false, and a suspended one is
    somebody whom the company does not serve: until it does again, the record counts as gone.
    """
    return (
        user.get("role") == "end-user"
        and user.get("active") is not False
        and not user.get("suspended")
        and not user.get("permanently_deleted")
    )


class UserReader:
    """Reads users by one mapping and one state of the user fields.

    Without `forgiving` a value that is no option, or a user without a key, is `Odd`, so that the
    fields are looked at again before a renamed “yes” is believed to be a withdrawal.
    """

    def __init__(self, form: Form, mapping: FieldMapping, *, forgiving: bool = False) -> None:
        self._form = form
        self._forgiving = forgiving
        self._purpose = mapping.purpose
        self._phone = self._getter(mapping.phone)
        self._name = self._optional(mapping.name)
        self._site = self._optional(mapping.site)
        self._wording = self._optional(mapping.consent_wording)
        self._method = self._optional(mapping.consent_method)
        self._form_url = self._optional(mapping.consent_form)
        self._at = self._dated(mapping.consent_at)
        self._until = self._dated(mapping.consent_until)
        self._out_at = self._dated(mapping.opt_out_at)
        self._consent = self._asked(mapping.consent, mapping.consent_yes)
        self._opt_out = self._asked(mapping.opt_out, mapping.opt_out_value)
        self._attributes = tuple(
            (name, self._getter(code)) for name, code in mapping.attributes.items()
        )
        self._preticked: bool | None = None
        if self._consent and self._consent.known is not None:
            self._preticked = bool(self._consent.counts & self._consent.field.defaults)

    def read(self, user: Mapping[str, Any]) -> SourceContact:
        """Give the user as the hub knows it. Raises Odd where it is not as the fields say."""
        try:
            if type(user["user_fields"]) is not dict:
                raise Odd
            changed = user["updated_at"]
            return SourceContact(
                ref=Ref(USER, str(user_id(user))),
                number=number_of(self._phone(user)),
                version=changed,
                modified_at=moment(changed),
                name=text_of(self._name(user)) if self._name else "",
                attributes={name: text_of(get(user)) for name, get in self._attributes},
                consents=(self._read_consent(user),) if self._consent else (),
                opt_out=self._read_opt_out(user) if self._opt_out else None,
                site=text_of(self._site(user)) or None if self._site else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise Odd from exc

    def _read_consent(self, user: Mapping[str, Any]) -> ConsentReading:
        asked = self._consent
        assert asked is not None
        values = self._values(user, asked)
        return ConsentReading(
            answer=answer_of(asked.field, values, asked.counts),
            field=asked.field.code,
            value=_told(asked, values),
            purpose=self._purpose,
            at=self._at.read(user, end=False) if self._at else None,
            until=self._until.read(user, end=True) if self._until else None,
            wording=_proof(user, self._wording),
            method=_proof(user, self._method),
            form_url=_proof(user, self._form_url),
            default_ticked=self._preticked,
        )

    def _read_opt_out(self, user: Mapping[str, Any]) -> OptOutReading:
        asked = self._opt_out
        assert asked is not None
        values = self._values(user, asked)
        return OptOutReading(
            out=not asked.counts.isdisjoint(values),
            field=asked.field.code,
            value=_told(asked, values),
            at=self._out_at.read(user, end=False) if self._out_at else None,
        )

    def _values(self, user: Mapping[str, Any], asked: Asked) -> list[str]:
        values = values_of(asked.field, asked.get(user))
        if asked.known is not None and not self._forgiving and not asked.known.issuperset(values):
            raise Odd
        return values

    def _getter(self, code: str) -> Getter:
        return getter(self._field(code), forgiving=self._forgiving)

    def _optional(self, code: str | None) -> Getter | None:
        return None if code is None else self._getter(code)

    def _dated(self, code: str | None) -> Dated | None:
        return None if code is None else Dated(field=self._field(code), get=self._getter(code))

    def _asked(self, code: str | None, labels: Sequence[str]) -> Asked | None:
        if code is None:
            return None
        field = self._field(code)
        return Asked(
            field=field,
            get=self._getter(code),
            counts=field.values(labels),
            known=frozenset(field.options) if field.type in CHOICES else None,
        )

    def _field(self, code: str) -> UserField:
        field = self._form.find(code)
        assert field is not None, "the mapping is approved before anything is read by it"
        return field


def number_in(ref: Ref) -> int:
    """Give the id of a ref as Zendesk counts; 0, which nothing has, for one that is none."""
    return int(ref.id) if ref.id.isascii() and ref.id.isdecimal() else 0


def user_id(user: Mapping[str, Any]) -> int:
    """Give the id of a user. Raises ValueError or KeyError where it has none."""
    id_ = user["id"]
    if type(id_) is not int:
        raise ValueError("no user id")
    return id_


def _told(asked: Asked, values: Sequence[str]) -> str:
    """Give what was set, in the words people see; of a user's tags only those that count."""
    if not values:
        return ""
    if asked.field.type == "tags":
        values = [value for value in values if value in asked.counts]
    return ", ".join(asked.field.options.get(value, value) for value in values)


def _proof(user: Mapping[str, Any], get: Getter | None) -> str | None:
    return None if get is None else text_of(get(user)) or None
