"""Objects and their fields, as describe shows them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.salesforce.sandbox.ids import Ids

SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "double": "xsd:double",
    "int": "xsd:int",
}
UNSORTED = frozenset({"textarea"})


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an object.

    `refers` are the objects a reference may point to, `relationship` the name of the way there.
    A `long` text cannot be filtered. `written` is whether callers may write it at all, `locked`
    whether the integration user may only read it.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    required: bool = False
    written: bool = True
    locked: bool = False
    default: Any = None
    options: tuple[str, ...] = ()
    restricted: bool = False
    refers: tuple[str, ...] = ()
    relationship: str = ""
    external_id: bool = False
    unique: bool = False
    long: bool = False
    name_field: bool = False

    @property
    def custom(self) -> bool:
        """Whether the org made it itself."""
        return self.name.endswith("__c")

    @property
    def updateable(self) -> bool:
        """Whether the integration user may set it."""
        return self.written and not self.locked

    def describe(self) -> dict[str, Any]:
        """The field as describe shows it."""
        return {
            "name": self.name,
            "label": self.label or self.name,
            "type": self.type,
            "soapType": SOAP_TYPES.get(self.type, "xsd:string"),
            "length": self.length,
            "byteLength": self.length * 3,
            "precision": 18 if self.type == "double" else 0,
            "scale": 0,
            "digits": 0,
            "custom": self.custom,
            "nillable": not self.required and self.type != "boolean",
            "createable": self.updateable,
            "updateable": self.updateable,
            "filterable": not self.long,
            "sortable": not self.long,
            "groupable": not self.long,
            "aggregatable": not self.long,
            "calculated": False,
            "calculatedFormula": None,
            "autoNumber": False,
            "defaultedOnCreate": self.default is not None or not self.written,
            "defaultValue": self.default,
            "externalId": self.external_id,
            "idLookup": self.external_id or self.type in ("id", "email") or self.name_field,
            "unique": self.unique,
            "caseSensitive": False,
            "nameField": self.name_field,
            "referenceTo": list(self.refers),
            "relationshipName": self.relationship or None,
            "polymorphicForeignKey": len(self.refers) > 1,
            "restrictedPicklist": self.restricted,
            "picklistValues": [
                {
                    "active": True,
                    "defaultValue": option == self.default,
                    "label": option,
                    "validFor": None,
                    "value": option,
                }
                for option in self.options
            ],
            "inlineHelpText": None,
            "permissionable": self.custom,
        }


@dataclass(kw_only=True)
class SObject:
    """One object. `fields` and `relationships` are by name in lower case, as queries find them."""

    name: str
    label: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    writable: bool = True

    def __post_init__(self) -> None:
        self.ids = Ids(self.prefix)

    def field(self, name: str) -> Field | None:
        """The field with this name in any case, or None."""
        return self.fields.get(name.lower())

    def by_relationship(self, name: str) -> Field | None:
        """The reference whose way has this name in any case, or None."""
        wanted = name.lower()
        for each in self.fields.values():
            if each.relationship.lower() == wanted and each.refers:
                return each
        return None

    def change(self, name: str, **changes: Any) -> None:
        """Change a field's definition. Raises ValueError where there is no such field."""
        found = self.field(name)
        if found is None:
            raise ValueError(f"{self.name} has no field {name}.")
        self.fields[name.lower()] = replace(found, **changes)

    def lose(self, name: str) -> None:
        """Take a field out of everybody's sight. Raises ValueError where there is none."""
        if self.fields.pop(name.lower(), None) is None:
            raise ValueError(f"{self.name} has no field {name}.")

    def about(self, version: str) -> dict[str, Any]:
        """The object as the list of objects shows it."""
        base = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            "name": self.name,
            "label": self.label,
            "labelPlural": self.label,
            "keyPrefix": self.prefix,
            "custom": self.name.endswith("__c"),
            "queryable": True,
            "retrieveable": True,
            "createable": self.writable,
            "updateable": self.writable,
            "deletable": self.writable,
            "undeletable": self.writable,
            "mergeable": self.name in ("Account", "Contact", "Lead"),
            "replicateable": True,
            "searchable": True,
            "layoutable": True,
            "triggerable": True,
            "feedEnabled": False,
            "customSetting": False,
            "deprecatedAndHidden": False,
            "urls": {
                "sobject": base,
                "describe": f"{base}/describe",
                "rowTemplate": f"{base}/{{ID}}",
            },
        }

    def describe(self, version: str) -> dict[str, Any]:
        """The object with all its fields."""
        return self.about(version) | {
            "fields": [each.describe() for each in self.fields.values()],
            "childRelationships": [],
            "recordTypeInfos": [],
        }


def sobject(name: str, label: str, prefix: str, fields: Iterable[Field]) -> SObject:
    """An object with the fields every object has and these."""
    every = [*_system(), *fields]
    return SObject(
        name=name, label=label, prefix=prefix, fields={each.name.lower(): each for each in every}
    )


def _system() -> list[Field]:
    stamps = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
    return [
        Field(name="Id", type="id", length=18, required=True, written=False),
        Field(name="IsDeleted", type="boolean", written=False),
        *(Field(name=name, type="datetime", required=True, written=False) for name in stamps),
        *(
            Field(
                name=f"{name}Id",
                type="reference",
                length=18,
                required=True,
                written=False,
                refers=("User",),
                relationship=name,
            )
            for name in ("CreatedBy", "LastModifiedBy")
        ),
    ]
