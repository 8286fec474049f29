"""The table `[connections.NAME.mapping]`: which field of the platform holds what."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from hub.plugins.problems import SettingsError, problems_of
from hub.values.mapping import FieldMapping
from hub.values.words import Words


def _code(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1), **options)


def _labels() -> fields.List[str]:
    return fields.List(fields.String(validate=validate.Length(min=1)))


def _attribute_name(name: str) -> None:
    # Templates write {{name}}, so an attribute is called what can stand there.
    if not name.isidentifier() or len(name) > 40:
        raise ValidationError(
            [
                Words(
                    "属性名は文字・数字・_だけで、数字以外から始めてください",
                    "name the attribute with letters, digits and _, not beginning with a digit",
                )
            ]
        )


class MappingSchema(Schema):
    """Checks a mapping as it stands in plugins.toml or comes from the console."""

    class Meta:
        unknown = RAISE

    phone = _code(required=True)
    name = _code()
    consent = _code()
    consent_yes = _labels()
    consent_at = _code()
    consent_until = _code()
    consent_wording = _code()
    consent_method = _code()
    consent_form = _code()
    opt_out = _code()
    opt_out_value = _labels()
    opt_out_at = _code()
    site = _code()
    purpose = _code()
    attributes = fields.Dict(keys=fields.String(validate=_attribute_name), values=_code())

    @validates_schema(skip_on_field_errors=True)
    def _complete(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        wanting: dict[str, list[Words]] = {}
        # Without the labels that mean yes, every answer would be no, and nobody would know why.
        for field, labels in (("consent", "consent_yes"), ("opt_out", "opt_out_value")):
            if data.get(field) and not data.get(labels):
                wanting[labels] = [
                    Words(
                        f"{field}を使うときは必須です。同意・停止を表す選択肢を"
                        '["…"]の形でそのまま書いてください',
                        f'is needed with {field}; write the exact labels that mean it, as in ["…"]',
                    )
                ]
        for field, others in (
            ("consent", ("consent_yes", "consent_at", "consent_until", "consent_wording")),
            ("opt_out", ("opt_out_value", "opt_out_at")),
        ):
            if not data.get(field) and any(data.get(other) for other in others):
                wanting[field] = [
                    Words(
                        f"{field}_で始まる設定を使うときは必須です。フィールドを書いてください",
                        f"is needed by the settings that begin with {field}_; write the field",
                    )
                ]
        if wanting:
            raise ValidationError(wanting)


def load_mapping(raw: Mapping[str, Any], *, where: str = "mapping") -> FieldMapping:
    """Check a mapping and give it as a value.

    `where` stands before each key in the sentences (`connections.crm.mapping`). Raises
    SettingsError with every problem there is.
    """
    schema = MappingSchema()
    try:
        loaded = schema.load(raw)
    except ValidationError as exc:
        raise SettingsError(where, problems_of(exc.messages, schema.fields)) from exc
    return FieldMapping(**loaded)
