"""The table `[connections.NAME.mapping]`: which field of the platform holds what.

Where a platform's objects name their fields differently, `mapping.objects.OBJECT` says so for the
keys that differ; what it does not name is as in the table above it. An empty text there says that
this object has no such field.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from hub.errors import SettingsError
from hub.plugins.problems import problems_of
from hub.values.mapping import FieldMapping, SourceField
from hub.values.problem import Problem
from hub.values.words import Words

_DEPENDENT = ("consent", "opt_out")
"""Keys whose field the keys that begin with the same word belong to."""


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
    number_choice = _code()
    attributes = fields.Dict(keys=fields.String(validate=_attribute_name), values=_code())
    objects = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Raw())
    )

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


def load_mapping(
    raw: Mapping[str, Any], *, where: str = "mapping", objects: Collection[str] | None = None
) -> FieldMapping:
    """Check a mapping and give it as a value.

    `where` stands before each key in the sentences (`connections.crm.mapping`). `objects` are the
    platform's objects the connection reads, each of which may have fields of its own; None where
    that is not known. Raises SettingsError with every problem there is.
    """
    common, problems = _checked(raw)
    known = {problem.key for problem in problems}
    own: dict[str, FieldMapping] = {}
    for name, table in _tables(raw).items():
        if objects is not None and name not in objects:
            problems.append(Problem(key=f"objects.{name}", words=_no_such_object(objects)))
            continue
        loaded, found = _checked(_laid_over(raw, table))
        found = [problem for problem in found if problem.key not in known]
        found += _not_for_one_object(raw, table)
        problems += [
            Problem(key=f"objects.{name}.{problem.key}", words=problem.words) for problem in found
        ]
        if loaded is not None:
            own[name] = FieldMapping(**loaded)
    if problems or common is None:
        raise SettingsError(where, problems)
    return FieldMapping(**{**common, "objects": own})


def misfits(
    mapping: FieldMapping, fields: Iterable[SourceField], *, written: bool
) -> list[Problem]:
    """Compare a mapping with the fields a platform offers; give everything that is not there.

    With `written` opt-outs are written back, so their fields must be writable. What stands behind
    a dot is a related record's, which platforms do not list: the plugin itself looks there.
    """
    known = {field.code: field for field in fields}
    tables = {"mapping": mapping}
    tables |= {f"mapping.objects.{name}": own for name, own in mapping.objects.items()}
    found: dict[str, Problem] = {}
    for table, of in tables.items():
        for key, code in of.named().items():
            if table != "mapping" and code == mapping.named().get(key):
                continue
            field = known.get(code)
            words = None
            if field is None and "." not in code:
                words = _NOT_THERE
            elif written and field is not None and not field.writable and key in _WRITTEN:
                words = _NOT_WRITABLE
            if words is not None:
                found[f"{table}.{key}"] = Problem(key=f"{table}.{key}", words=words)
    return list(found.values())


_WRITTEN = ("opt_out", "opt_out_at")
_NOT_THERE = Words(
    "このフィールドは接続先にないか、連携用のユーザーから見えません。"
    "参照権限を付けるか、フィールドを選び直してください(表示名ではなくコード)。",
    "the platform has no such field, or hides it from the hub's user. Give the user access, or "
    "choose the field again (its code, not its name).",
)
_NOT_WRITABLE = Words(
    "このフィールドには書き込めないため、配信停止を反映できません。"
    "編集権限を付けるか、別のフィールドを選んでください。",
    "the hub may not write this field, so no opt-out can be written to it. Give the hub's user "
    "Edit access, or choose another field.",
)


def _checked(raw: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Problem]]:
    schema = MappingSchema()
    try:
        return dict(schema.load(raw)), []
    except ValidationError as exc:
        return None, problems_of(exc.messages, schema.fields)


def _tables(raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    objects = raw.get("objects")
    if not isinstance(objects, Mapping):
        return {}
    return {
        name: table
        for name, table in objects.items()
        if isinstance(name, str) and isinstance(table, Mapping)
    }


def _laid_over(raw: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Give the whole mapping of one object: the common one with what is said for the object."""
    laid = {key: value for key, value in raw.items() if key != "objects"}
    for key in _DEPENDENT:
        if table.get(key) == "":
            # What belongs to a field that is not there goes with it.
            laid = {name: value for name, value in laid.items() if not name.startswith(f"{key}_")}
    attributes = {**_table_of(raw, "attributes"), **_table_of(table, "attributes")}
    laid |= {key: value for key, value in table.items() if key != "attributes"}
    if isinstance(table.get("attributes"), Mapping):
        laid["attributes"] = {name: code for name, code in attributes.items() if code != ""}
    elif "attributes" in table:
        laid["attributes"] = table["attributes"]
    return {key: value for key, value in laid.items() if value != ""}


def _table_of(raw: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}


def _not_for_one_object(raw: Mapping[str, Any], table: Mapping[str, Any]) -> list[Problem]:
    """Find attributes that only one object would have: texts could not rely on them."""
    known = _table_of(raw, "attributes")
    found = [
        Problem(key=f"attributes.{name}", words=_common_first(name))
        for name in _table_of(table, "attributes")
        if isinstance(name, str) and name not in known
    ]
    return found + ([Problem(key="objects", words=_NO_DEEPER)] if "objects" in table else [])


_NO_DEEPER = Words(
    "オブジェクトの表の中に書くことはできません。この表を削除してください",
    "stands in the table of an object already; delete this table",
)


def _no_such_object(objects: Collection[str]) -> Words:
    if not objects:
        return Words(
            "この接続が読むレコードは1種類です。この表を削除してください",
            "this connection reads one kind of record; delete this table",
        )
    listed = ", ".join(objects)
    return Words(
        f"この接続はこのオブジェクトを読みません。使えるのは {listed} です",
        f"the connection does not read this object; the ones it reads: {listed}",
    )


def _common_first(name: str) -> Words:
    return Words(
        f"先に mapping.attributes に {name} を書いてください"
        "(オブジェクトごとに変えられるのは項目だけです)",
        f"write {name} in mapping.attributes first; an object only says another field for it",
    )
