"""A plugin's settings as the fields of a form, for the console and for `hub plugin check`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, missing, validate

from hub.settings import Secret, Settings
from hub.values.words import Words


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of a connection's form.

    `kind` is one of text, multiline, secret, boolean, integer, number, choice, list. `default` is
    what an empty field means. `options` are the values of a choice. A `development` field belongs
    to those who write plugins and is shown last.
    """

    key: str
    label: Words
    help: Words
    kind: str
    secret: bool
    required: bool
    default: Any
    options: tuple[str, ...]
    development: bool


def form_of(settings: type[Settings]) -> tuple[FormField, ...]:
    """Give the fields in the order the class declares them, those for development last.

    Raises KeyError or TypeError for a field without words; `unlabelled` names them.
    """
    form = [_form_field(key, field) for key, field in settings().fields.items()]
    return tuple(sorted(form, key=lambda field: field.development))


def unlabelled(settings: type[Settings]) -> list[str]:
    """Name the fields that lack a label or a help sentence, and so cannot be shown to anybody."""
    return [
        key
        for key, field in settings().fields.items()
        if not all(_is_worded(field.metadata, part) for part in ("label", "help"))
    ]


def _is_worded(metadata: Mapping[str, Any], part: str) -> bool:
    said = metadata.get(part)
    if isinstance(said, Words):
        return bool(said.ja.strip() and said.en.strip())
    return isinstance(said, str) and bool(said.strip())


def _words(said: str | Words) -> Words:
    return said if isinstance(said, Words) else Words(ja=said, en=said)


def _form_field(key: str, field: fields.Field[Any]) -> FormField:
    options = _options(field)
    default = field.load_default
    if callable(default):
        default = default()
    return FormField(
        key=key,
        label=_words(field.metadata["label"]),
        help=_words(field.metadata["help"]),
        kind=_kind(field, options),
        secret=isinstance(field, Secret),
        required=field.required,
        default=None if default is missing else default,
        options=options,
        development=bool(field.metadata.get("development")),
    )


def _options(field: fields.Field[Any]) -> tuple[str, ...]:
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return tuple(str(choice) for choice in rule.choices)
    return ()


def _kind(field: fields.Field[Any], options: tuple[str, ...]) -> str:
    if isinstance(field, Secret):
        return "secret"
    if options:
        return "choice"
    if isinstance(field, fields.Boolean):
        return "boolean"
    if isinstance(field, fields.Integer):
        return "integer"
    if isinstance(field, fields.Float | fields.Decimal):
        return "number"
    if isinstance(field, fields.List):
        return "list"
    return "multiline" if field.metadata.get("multiline") else "text"
