# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a Zendesk user, and those of tickets, by what a mapping calls them.

A mapping names a built-in field (`phone`, `tags`, …) or the key of a user field. Where a user
field has the key of a built-in one it is written `user_fields.KEY`. For what is told of a ticket
alone it may also name a field of tickets: `ticket.status`, or `ticket.ID` for one of the account's
own, which have no keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.sdk import SourceField

CUSTOM = "user_fields."
TICKET_FIELD = "ticket."
IDENTITY = "phone_identity"
TAGS = "tags"
CHECKBOX = "checkbox"
DROPDOWN = "dropdown"
MULTI = "multiselect"
TICKED = "true"
TEXTS = frozenset({"text", "textarea", "regexp"})
CHOICES = frozenset({DROPDOWN, MULTI})
ANSWERS = TEXTS | CHOICES | {CHECKBOX, TAGS}
PHONES = TEXTS | {"phone", "integer"}
DATES = TEXTS | {"date", "moment"}

_BUILT_IN = {
    "phone": ("phone", "電話 (phone)"),
    "direct_phone": ("phone", "直通の電話 (phone, 共有番号を除く)"),
    IDENTITY: ("phone", "電話のID (identities, 確認済みを優先)"),
    "name": ("text", "氏名 (name)"),
    "email": ("text", "メール (email)"),
    "alias": ("text", "別名 (alias)"),
    "external_id": ("text", "外部ID (external_id)"),
    "organization_id": ("text", "組織 (organization_id)"),
    "locale": ("text", "言語 (locale)"),
    "time_zone": ("text", "タイムゾーン (time_zone)"),
    "details": ("textarea", "詳細 (details)"),
    "created_at": ("moment", "作成日時 (created_at)"),
    TAGS: (TAGS, "タグ (tags)"),
}
_OF_TICKETS = {
    "status": "チケットの状況 (status)",
    "priority": "チケットの優先度 (priority)",
    "type": "チケットのタイプ (type)",
    "channel": "チケットのチャネル (via)",
    "group_id": "チケットのグループ (group_id)",
    "brand_id": "チケットのブランド (brand_id)",
}
# The others of the answer are the system's own, such as subject, which have no value of their own.
_TICKET_TYPES = {"tagger": DROPDOWN} | {
    type_: type_
    for type_ in (
        *("text", "textarea", "regexp", CHECKBOX, "date", "integer", "decimal", MULTI, "lookup"),
    )
}
_KINDS = {
    "text": "text",
    "textarea": "text",
    "regexp": "text",
    "phone": "phone",
    CHECKBOX: "checkbox",
    DROPDOWN: "choice",
    MULTI: "checkbox",
    TAGS: "other",
    "date": "date",
    "moment": "datetime",
    "integer": "number",
    "decimal": "number",
}


@dataclass(frozen=True, kw_only=True)
class UserField:
    """One field of a user: its code in the mapping, its type in Zendesk's words.

    `custom` is the key of a user field and None for a built-in one. `options` gives for each
    option's value, which is what a user holds, the name that people see.
    """

    code: str
    type: str
    label: str
    custom: str | None = None
    options: Mapping[str, str]
    defaults: frozenset[str] = frozenset()

    def shown(self) -> tuple[str, ...]:
        """Give the options as an admin chooses them: by name where the name is the only one."""
        if self.type == CHECKBOX:
            return (TICKED,)
        names = list(self.options.values())
        return tuple(
            # A name that is another option's tag too would mean two things.
            name if names.count(name) == 1 and name not in self.options else value
            for value, name in self.options.items()
        )

    def values(self, labels: Sequence[str]) -> frozenset[str]:
        """Give the values that these labels name, by an option's value or by its only name."""
        by_name = dict(zip(self.shown(), self.options, strict=False))
        return frozenset(
            label if label in self.options else by_name.get(label, label) for label in labels
        )

    def knows(self, labels: Sequence[str]) -> bool:
        """Say whether each label can be held by this field."""
        if self.type == CHECKBOX:
            return set(labels) <= {TICKED}
        return self.type not in CHOICES or self.values(labels) <= self.options.keys()


@dataclass(frozen=True, kw_only=True)
class Form:
    """All fields of a user by the code a mapping names them with."""

    fields: Mapping[str, UserField]

    def find(self, code: str) -> UserField | None:
        """Give the field with this code, with or without `user_fields.` before a key."""
        return self.fields.get(code) or self.fields.get(code.removeprefix(CUSTOM))

    def is_of_ticket(self, code: str) -> bool:
        """Say whether a code names a field of tickets."""
        return code.startswith(TICKET_FIELD) and code in self.fields


def names_ticket_field(codes: Iterable[str]) -> bool:
    """Say whether one of these codes is a ticket field of the account's own."""
    return any(code.removeprefix(TICKET_FIELD).isdecimal() for code in codes if "." in code)


def read_form(
    definitions: Sequence[Mapping[str, Any]], of_tickets: Sequence[Mapping[str, Any]] = ()
) -> Form:
    """Read the answers of /user_fields and /ticket_fields. Raises ValueError where one is none."""
    found = {
        code: UserField(code=code, type=type_, label=label, options={})
        for code, (type_, label) in _BUILT_IN.items()
    }
    try:
        for definition in definitions:
            if definition.get("active", True):
                field = _read(definition)
                found[field.code] = field
        for name, label in _OF_TICKETS.items():
            code = TICKET_FIELD + name
            found[code] = UserField(code=code, type="text", label=label, options={})
        for definition in of_tickets:
            if definition.get("active", True) and definition["type"] in _TICKET_TYPES:
                field = _read_of_ticket(definition)
                found[field.code] = field
    except (AttributeError, KeyError, TypeError) as exc:
        raise ValueError("no user fields") from exc
    return Form(fields=found)


def _read(definition: Mapping[str, Any]) -> UserField:
    key = str(definition["key"])
    options = definition.get("custom_field_options") or ()
    return UserField(
        code=CUSTOM + key if key in _BUILT_IN else key,
        type=str(definition["type"]),
        label=str(definition.get("title") or key),
        custom=key,
        options={str(option["value"]): str(option["name"]) for option in options},
        defaults=frozenset(str(each["value"]) for each in options if each.get("default") is True),
    )


def _read_of_ticket(definition: Mapping[str, Any]) -> UserField:
    number = int(definition["id"])
    options = definition.get("custom_field_options") or ()
    return UserField(
        code=f"{TICKET_FIELD}{number}",
        type=_TICKET_TYPES[definition["type"]],
        label=f"チケット: {definition.get('title') or number}",
        options={str(option["value"]): str(option["name"]) for option in options},
    )


def source_fields(form: Form) -> list[SourceField]:
    """Give the fields an admin can map."""
    return [
        SourceField(
            code=field.code,
            label=field.label,
            kind=_KINDS.get(field.type, "other"),
            options=field.shown(),
            preticked=tuple(
                label
                for value, label in zip(field.options, field.shown(), strict=False)
                if value in field.defaults
            ),
            writable=field.custom is not None or field.type == TAGS,
        )
        for field in form.fields.values()
    ]
