"""The fields of a kintone app, and whether the mapping still fits them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.sdk import Connection, FieldMapping, Problem, SettingsError, SourceField, Words

CHECKBOXES = frozenset({"CHECK_BOX", "MULTI_SELECT"})
CHOICES = frozenset({"RADIO_BUTTON", "DROP_DOWN"})
TEXTS = frozenset({"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "LINK"})
DATES = frozenset({"DATE", "DATETIME", "CREATED_TIME"})

_KINDS = {
    "SINGLE_LINE_TEXT": "text",
    "MULTI_LINE_TEXT": "text",
    "RICH_TEXT": "other",
    "LINK": "text",
    "NUMBER": "number",
    "CALC": "number",
    "RADIO_BUTTON": "choice",
    "DROP_DOWN": "choice",
    "CHECK_BOX": "checkbox",
    "MULTI_SELECT": "checkbox",
    "DATE": "date",
    "DATETIME": "datetime",
    "CREATED_TIME": "datetime",
    "UPDATED_TIME": "datetime",
}
_SYSTEM = frozenset(
    {"CREATED_TIME", "UPDATED_TIME", "CREATOR", "MODIFIER", "RECORD_NUMBER", "STATUS", "CALC"}
    | {"STATUS_ASSIGNEE", "CATEGORY"}
)
# Containers and decoration: nothing in them can be mapped.
_NO_VALUE = frozenset({"SUBTABLE", "GROUP", "REFERENCE_TABLE", "FILE", "CATEGORY", "SPACER"})
_PHONES = frozenset({"SINGLE_LINE_TEXT", "LINK", "NUMBER"})
_ANSWERS = CHECKBOXES | CHOICES | TEXTS

Found = Iterator[Problem]


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of the form: its type in kintone's words, its options in the form's order."""

    code: str
    type: str
    label: str
    options: tuple[str, ...] = ()
    defaults: frozenset[str] = frozenset()
    phone: bool = False
    required: bool = False
    writable: bool = True


@dataclass(frozen=True, kw_only=True)
class Form:
    """The fields of the app by code. `revision` grows with each change of the app's settings."""

    revision: str
    fields: Mapping[str, FormField]

    @property
    def updated_time(self) -> str:
        """The code of the field that says when a record changed; admins rename it."""
        return next(code for code, field in self.fields.items() if field.type == "UPDATED_TIME")


def read_form(body: Mapping[str, Any]) -> Form:
    """Read the answer of form/fields.json. Raises ValueError where it is none."""
    try:
        return _read_form(body)
    except (AttributeError, KeyError, TypeError) as exc:
        raise ValueError("no form definition") from exc


def _read_form(body: Mapping[str, Any]) -> Form:
    properties: Mapping[str, Mapping[str, Any]] = body["properties"]
    copied = {
        target["field"]
        for definition in properties.values()
        if isinstance(definition.get("lookup"), Mapping)
        for target in definition["lookup"].get("fieldMappings", ())
    }
    fields = {code: _read_field(code, entry, copied) for code, entry in properties.items()}
    form = Form(revision=str(body.get("revision", "")), fields=fields)
    if not any(field.type == "UPDATED_TIME" for field in fields.values()):
        raise ValueError("no updated-time field")
    return form


def _read_field(code: str, entry: Mapping[str, Any], copied: set[str]) -> FormField:
    type_ = str(entry.get("type", ""))
    options = entry.get("options")
    ordered: Sequence[str] = ()
    if isinstance(options, Mapping):
        ordered = sorted(options, key=lambda label: int(options[label].get("index", 0)))
    default = entry.get("defaultValue")
    defaults = default if isinstance(default, list) else [default]
    return FormField(
        code=code,
        type=type_,
        label=str(entry.get("label", code)),
        options=tuple(ordered),
        defaults=frozenset(text for text in defaults if isinstance(text, str) and text),
        # kintone calls the protocol of phone links CALL; there is no TEL.
        phone=type_ == "LINK" and entry.get("protocol") == "CALL",
        required=bool(entry.get("required")),
        # A computed text and the fields a lookup fills refuse to be written.
        writable=type_ not in _SYSTEM and not entry.get("expression") and code not in copied,
    )


def source_fields(form: Form) -> list[SourceField]:
    """Give the fields an admin can map; tables and other containers are left out."""
    return [
        SourceField(
            code=field.code,
            label=field.label,
            kind="phone" if field.phone else _KINDS.get(field.type, "other"),
            options=field.options,
            preticked=tuple(option for option in field.options if option in field.defaults),
            writable=field.writable,
            required=field.required,
        )
        for field in form.fields.values()
        if field.type not in _NO_VALUE
    ]


def check_mapping(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless every mapped field and label is still in the form."""
    refuse(unfit(form, mapping), connection)


def check_opt_out(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless an opt-out can be written to the form."""
    refuse(unwritable(form, mapping), connection)


def check_consent(form: Form, mapping: FieldMapping, connection: Connection) -> None:
    """Raise SettingsError unless a consent can be written to the form."""
    refuse([*unfit(form, mapping), *untellable(form, mapping)], connection)


def refuse(problems: Iterable[Problem], connection: Connection) -> None:
    """Raise SettingsError where there is a problem: all of them, each once."""
    found = list(dict.fromkeys(problems))
    if found:
        raise SettingsError(f"connections.{connection.name}", found)


def unfit(form: Form, mapping: FieldMapping) -> Found:
    """Give what does not fit for reading."""
    check = _Check(form)
    yield from check.field("phone", mapping.phone, _PHONES)
    yield from check.answer("consent", mapping.consent, "consent_yes", mapping.consent_yes)
    # A record's updated time is no proof of when a person agreed, so it is not among the dates.
    yield from check.field("consent_at", mapping.consent_at, DATES)
    yield from check.field("consent_until", mapping.consent_until, DATES)
    for key in ("name", "consent_wording", "consent_method", "consent_form", "site"):
        yield from check.field(key, getattr(mapping, key), None)
    for name, code in mapping.attributes.items():
        yield from check.field(f"attributes.{name}", code, None)
    yield from _opt_out(check, mapping)


def unwritable(form: Form, mapping: FieldMapping) -> Found:
    """Give what keeps an opt-out from being written."""
    check = _Check(form)
    if mapping.opt_out is None:
        yield _problem(
            "opt_out",
            "no field is mapped for opt-outs, so kintone cannot be told. Choose one.",
            "配信停止を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
        return
    yield from _opt_out(check, mapping)
    yield from check.writable("opt_out", mapping.opt_out)
    yield from check.writable("opt_out_at", mapping.opt_out_at)


def untellable(form: Form, mapping: FieldMapping) -> Found:
    """Give what keeps a consent from being written."""
    check = _Check(form)
    if mapping.consent is None:
        yield _problem(
            "consent",
            "no field is mapped for consent, so kintone cannot be told. Choose one.",
            "許諾を書き込むフィールドが設定されていません。フィールドを選んでください。",
        )
        return
    yield from check.writable("consent", mapping.consent)
    yield from check.writable("consent_at", mapping.consent_at)


def _opt_out(check: "_Check", mapping: FieldMapping) -> Found:
    yield from check.answer("opt_out", mapping.opt_out, "opt_out_value", mapping.opt_out_value)
    yield from check.field("opt_out_at", mapping.opt_out_at, DATES)


class _Check:
    """Looks mapped codes up in one form and words what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def field(self, key: str, code: str | None, types: frozenset[str] | None) -> Found:
        if code is None:
            return
        field = self._form.fields.get(code)
        if field is None:
            yield _problem(
                key,
                "the app has no field with this code any more. Choose the field again "
                "(the field code, not the field name).",
                "このフィールドコードのフィールドがアプリにありません。フィールドを選び直してください"
                "（フィールド名ではなくフィールドコード）。",
            )
        elif field.type in _NO_VALUE or (types is not None and field.type not in types):
            yield _problem(
                key,
                "a field of this type cannot be used here. Choose another field.",
                "この種類のフィールドは使えません。別のフィールドを選んでください。",
            )

    def answer(self, key: str, code: str | None, labels_key: str, labels: Sequence[str]) -> Found:
        wrong = list(self.field(key, code, _ANSWERS))
        yield from wrong
        if code is None or wrong:
            return
        field = self._form.fields[code]
        if not labels:
            yield _problem(
                labels_key,
                "no label is given. Write the exact labels that count.",
                "選択肢が指定されていません。該当する選択肢を正確に入力してください。",
            )
        elif field.type not in TEXTS and not set(labels) <= set(field.options):
            # The key of the field itself: what the field says can no longer be understood.
            yield _problem(
                key,
                f"the field no longer offers an option that {labels_key} names; it was renamed or "
                f"removed. Write the labels in mapping.{labels_key} as they are in kintone now.",
                f"{labels_key} に指定した選択肢がフィールドにありません（名称変更または削除）。"
                f"mapping.{labels_key} をkintoneの現在の選択肢に合わせてください。",
            )

    def writable(self, key: str, code: str | None) -> Found:
        field = self._form.fields.get(code) if code else None
        if field is not None and not field.writable:
            yield _problem(
                key,
                "kintone fills this field itself, so nobody can write it. Choose another field.",
                "このフィールドはkintoneが自動入力するため書き込めません。別のフィールドを選んでください。",
            )


def _problem(key: str, en: str, ja: str) -> Problem:
    return Problem(key=f"mapping.{key}", words=Words(ja, en))
