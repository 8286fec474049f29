"""The fields of Contact, Lead and Individual as the integration user sees them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.sdk import SourceField

from . import consentcode
from .consentcode import INDIVIDUAL

YES = "true"
"""The one label of a check box: ticked."""

CHOICES = frozenset({"picklist", "combobox"})
CHECKBOXES = frozenset({"boolean", "multipicklist"})
TEXTS = frozenset({"string", "textarea", "url", "email"})
DATES = frozenset({"date", "datetime"})
PHONES = frozenset({"phone", "string"})
ANSWERS = CHOICES | CHECKBOXES | frozenset({"string"})
NO_VALUE = frozenset({"address", "location", "base64", "complexvalue", "anyType"})

_KINDS = {
    "phone": "phone",
    "boolean": "checkbox",
    "multipicklist": "checkbox",
    "picklist": "choice",
    "combobox": "choice",
    "date": "date",
    "datetime": "datetime",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "int": "number",
    "long": "number",
}


@dataclass(frozen=True, kw_only=True)
class OrgField:
    """One field of an object: its type in Salesforce's words, its active values in order."""

    name: str
    type: str
    label: str
    options: tuple[str, ...] = ()
    preticked: tuple[str, ...] = ()
    updateable: bool = True
    nillable: bool = True
    external_id: bool = False
    length: int = 0


Fields = Mapping[str, OrgField]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the user sees: the fields of each object by name, and the consent objects' codes.

    `individual` is empty where the org has no Individual or the user may not see it. `hidden` are
    the connection's objects the user does not see, `locked` the objects it may not write, `keyed`
    the consent objects that have the external id by which the hub makes no row twice.
    """

    objects: Mapping[str, Fields]
    individual: Fields
    consent_codes: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    locked: frozenset[str] = frozenset()
    keyed: frozenset[str] = frozenset()

    def field(self, object_: str, code: str) -> OrgField | None:
        """Give the field of an object with this code; None where it is hidden or not there."""
        if code.startswith(f"{INDIVIDUAL}."):
            return self.individual.get(code.removeprefix(f"{INDIVIDUAL}."))
        return self.objects[object_].get(code)


def read_fields(body: Mapping[str, Any]) -> dict[str, OrgField]:
    """Read the answer of a describe. Raises ValueError where it is none."""
    try:
        return {str(entry["name"]): _read_field(entry) for entry in body["fields"]}
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError("no describe") from exc


def _read_field(entry: Mapping[str, Any]) -> OrgField:
    type_ = str(entry["type"])
    values = [value for value in entry.get("picklistValues") or () if value.get("active", True)]
    options = tuple(str(value["value"]) for value in values)
    preticked = tuple(str(value["value"]) for value in values if value.get("defaultValue"))
    if type_ == "boolean":
        options = (YES,)
        preticked = options if entry.get("defaultValue") is True else ()
    return OrgField(
        name=str(entry["name"]),
        type=type_,
        label=str(entry.get("label") or entry["name"]),
        options=options,
        preticked=preticked,
        updateable=bool(entry.get("updateable")) and not entry.get("calculated"),
        nillable=bool(entry.get("nillable", True)),
        external_id=bool(entry.get("externalId")),
        length=int(entry.get("length") or 0),
    )


def source_fields(shape: Shape) -> list[SourceField]:
    """Give what an admin can map: the objects' fields, Individual's check boxes, the consents."""
    found = list(_own(shape))
    found += [
        _source_field(field, f"{INDIVIDUAL}.{field.name}", f"Individual: {field.label}")
        for field in shape.individual.values()
        if field.type == "boolean" and field.name != "IsDeleted"
    ]
    for code in shape.consent_codes:
        parsed = consentcode.parse(code)
        assert parsed is not None
        found.append(
            SourceField(
                code=code,
                label=f"{parsed.object}: {parsed.purpose}",
                kind="choice",
                options=consentcode.STATUSES,
            )
        )
    return found


def _own(shape: Shape) -> Iterator[SourceField]:
    seen: set[str] = set()
    for fields in shape.objects.values():
        for field in fields.values():
            if field.name in seen or field.type in NO_VALUE:
                continue
            seen.add(field.name)
            having = [name for name, each in shape.objects.items() if field.name in each]
            only = "" if len(having) == len(shape.objects) else f" ({', '.join(having)})"
            yield _source_field(field, field.name, field.label + only)


def _source_field(field: OrgField, code: str, label: str) -> SourceField:
    return SourceField(
        code=code,
        label=label,
        kind=_KINDS.get(field.type, "text" if field.type in TEXTS else "other"),
        options=field.options,
        preticked=field.preticked,
        writable=field.updateable,
        required=not field.nillable and field.type != "boolean",
    )


def unknown(labels: Sequence[str], field: OrgField) -> bool:
    """Say whether a mapped label is none of the field's values."""
    return field.type not in TEXTS and not set(labels) <= set(field.options)
