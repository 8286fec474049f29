# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a Zendesk user, and whether the mapping still fits them.

A mapping names a built-in field (`phone`, `tags`, …) or the key of a user field. Where a user
field has the key of a built-in one it is written `user_fields.KEY`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.sdk import ConfigError, Connection, FieldMapping, SourceField

CUSTOM = "user_fields."
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


def read_form(definitions: Sequence[Mapping[str, Any]]) -> Form:
    """Read the answer of /user_fields. Raises ValueError where it is none."""
    found = {
        code: UserField(code=code, type=type_, label=label, options={})
        for code, (type_, label) in _BUILT_IN.items()
    }
    try:
        for definition in definitions:
            if definition.get("active", True):
                field = _read(definition)
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


def check_mapping(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.…`) unless every mapped field and label is still there."""
    check = _Check(form, connection)
    check.field("phone", mapping.phone, PHONES)
    check.field("consent", mapping.consent, ANSWERS)
    check.labels("consent", "consent_yes", mapping.consent, mapping.consent_yes)
    check.field("consent_at", mapping.consent_at, DATES)
    check.field("consent_until", mapping.consent_until, DATES)
    for key in ("name", "consent_wording", "consent_method", "consent_form", "site"):
        check.field(key, getattr(mapping, key), None)
    for name, code in mapping.attributes.items():
        check.field(f"attributes.{name}", code, None)
    _check_opt_out(check, mapping)


def check_opt_out(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise ConfigError(`mapping.opt_out…`) unless an opt-out can be written to a user."""
    check = _Check(form, connection)
    if mapping.opt_out is None:
        raise check.error(
            "opt_out",
            "no field is mapped for opt-outs, so Zendesk cannot be told. Choose one.",
            "配信停止を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
    _check_opt_out(check, mapping)
    check.writable("opt_out", mapping.opt_out)
    if mapping.opt_out_at:
        check.writable("opt_out_at", mapping.opt_out_at)


def _check_opt_out(check: "_Check", mapping: FieldMapping) -> None:
    check.field("opt_out", mapping.opt_out, ANSWERS)
    check.labels("opt_out", "opt_out_value", mapping.opt_out, mapping.opt_out_value)
    check.field("opt_out_at", mapping.opt_out_at, DATES)


class _Check:
    """Looks mapped codes up and words what is wrong with them."""

    def __init__(self, form: Form, connection: Connection) -> None:
        self._form = form
        self._name = connection.name

    def field(self, key: str, code: str | None, types: frozenset[str] | None) -> None:
        if code is None:
            return
        field = self._form.find(code)
        if field is None:
            raise self.error(
                key,
                "users have no active field with this key any more. Choose the field again (the "
                "field key, not the display name).",
                "このフィールドキーの有効なユーザーフィールドがありません。選び直してください"
                "（表示名ではなくフィールドキー）。",
            )
        if types is not None and field.type not in types:
            raise self.error(
                key,
                "a field of this type cannot be used here. Choose another field.",
                "この種類のフィールドは使えません。別のフィールドを選んでください。",
            )

    def labels(self, key: str, labels_key: str, code: str | None, labels: Sequence[str]) -> None:
        field = self._form.find(code) if code else None
        if field is None:
            return
        if not labels:
            raise self.error(
                labels_key,
                "no label is given. Write the exact labels that count (true for a checkbox).",
                "選択肢が指定されていません。該当する選択肢を正確に入力してください"
                "（チェックボックスは true）。",
            )
        if not field.knows(labels):
            # The key of the field itself: what the field says can no longer be understood.
            raise self.error(
                key,
                f"the field has no option that {labels_key} names; it was renamed or removed. "
                f"Write mapping.{labels_key} as the options are in Zendesk now.",
                f"{labels_key} に指定した選択肢がフィールドにありません（名称変更または削除）。"
                f"mapping.{labels_key} をZendeskの現在の選択肢に合わせてください。",
            )

    def writable(self, key: str, code: str) -> None:
        field = self._form.find(code)
        if field is not None and field.custom is None and field.type != TAGS:
            raise self.error(
                key,
                "the hub writes no built-in field of a user. Choose a user field, or tags.",
                "標準のユーザー項目には書き込みません。ユーザーフィールドかタグを選んでください。",
            )

    def error(self, key: str, en: str, ja: str) -> ConfigError:
        where = f"connections.{self._name}.mapping.{key}: "
        return ConfigError(f"mapping.{key}", where + en, where + ja)
