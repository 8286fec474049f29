"""The fields of an app: their definitions, and what can be changed about them."""

from dataclasses import dataclass, field
from typing import Any

from connectors.kintone.sandbox.errors import KintoneError

CHOICES = frozenset({"CHECK_BOX", "RADIO_BUTTON", "DROP_DOWN", "MULTI_SELECT"})
LISTS = frozenset({"CHECK_BOX", "MULTI_SELECT"})
SYSTEM = frozenset({"RECORD_NUMBER", "CREATED_TIME", "UPDATED_TIME", "CREATOR", "MODIFIER"})
TEXTS = frozenset({"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"})
# Only these can be made unique; only the first two can then be the key of an update.
UNIQUE = frozenset({"SINGLE_LINE_TEXT", "NUMBER", "LINK", "DATE", "DATETIME"})
UPDATE_KEYS = frozenset({"SINGLE_LINE_TEXT", "NUMBER"})


@dataclass(kw_only=True)
class Field:
    """One field. `key` is where its values are stored and outlives a change of `code`.

    `options` maps stored labels to the labels of today, so renaming an option keeps records right.
    `locked` makes writes to it fail for want of permission.
    """

    code: str
    type: str
    key: str = ""
    label: str = ""
    options: dict[str, str] = field(default_factory=dict)
    default: Any = None
    required: bool = False
    unique: bool = False
    protocol: str = ""
    max_length: int | None = None
    inner: dict[str, "Field"] = field(default_factory=dict)
    locked: bool = False

    def __post_init__(self) -> None:
        self.key = self.key or self.code
        self.label = self.label or self.code

    def labels(self) -> list[str]:
        """The options of today in their order."""
        return list(self.options.values())

    def show(self, stored: Any) -> Any:
        """A stored value as answers show it."""
        if self.type in LISTS:
            return [self.options[label] for label in stored or () if label in self.options]
        if self.type in CHOICES:
            return self.options.get(stored)
        return stored

    def keep(self, shown: Any) -> Any:
        """A checked value as it is stored."""
        if self.type not in CHOICES:
            return shown
        stored = {today: label for label, today in self.options.items()}
        return [stored[each] for each in shown] if self.type in LISTS else stored.get(shown)

    def empty(self) -> Any:
        """The stored value of a field nobody filled in."""
        if self.type in LISTS or self.type in ("USER_SELECT", "FILE", "SUBTABLE"):
            return []
        if self.type in ("DATE", "TIME", "DROP_DOWN", "RADIO_BUTTON"):
            return None
        return ""

    def definition(self) -> dict[str, Any]:
        """The field as `app/form/fields.json` shows it."""
        answer: dict[str, Any] = {"type": self.type, "code": self.code, "label": self.label}
        if self.type == "SUBTABLE":
            inner = {code: each.definition() for code, each in self.inner.items()}
            return answer | {"noLabel": False, "fields": inner}
        answer["noLabel"] = False
        if self.type in SYSTEM:
            return answer
        answer |= {"required": self.required, "defaultValue": self._default()}
        if self.type in UNIQUE:
            answer["unique"] = self.unique
        if self.options:
            answer["options"] = {
                label: {"label": label, "index": str(index)}
                for index, label in enumerate(self.labels())
            }
        if self.type == "LINK":
            answer["protocol"] = self.protocol
        if self.type in ("SINGLE_LINE_TEXT", "LINK", "NUMBER"):
            answer |= {"minLength": "", "maxLength": str(self.max_length or "")}
        if self.type == "SINGLE_LINE_TEXT":
            answer |= {"expression": "", "hideExpression": False}
        if self.type in ("DATE", "TIME", "DATETIME"):
            answer["defaultNowValue"] = False
        if self.type == "CHECK_BOX":
            answer["align"] = "HORIZONTAL"
        return answer

    def _default(self) -> Any:
        default = self.empty() if self.default is None else self.default
        return self.show(default) if self.type in CHOICES and default else default or self.empty()


class Form:
    """The fields of one app by code, with the revision that grows with each change."""

    def __init__(self, fields: list[Field]) -> None:
        self.fields = {each.code: each for each in fields}
        self.revision = 2

    def field(self, code: str) -> Field:
        """The field with this code. Raises KintoneError GAIA_IQ11."""
        if code not in self.fields:
            raise KintoneError("GAIA_IQ11", about={"id": code})
        return self.fields[code]

    def of_type(self, kind: str) -> Field | None:
        """The first field of a type, or None."""
        return next((each for each in self.fields.values() if each.type == kind), None)

    def table_of(self, code: str) -> Field | None:
        """The table that holds the field with this code, or None."""
        return next((each for each in self.fields.values() if code in each.inner), None)

    def rename(self, code: str, new: str) -> None:
        """Give a field another code; its values stay."""
        if new in self.fields:
            raise ValueError("Another field has this code. Choose a free one.")
        renamed = self.field(code)
        renamed.code = new
        self.fields = {each.code: each for each in self.fields.values()}
        self.revision += 1

    def lose(self, code: str) -> None:
        """Delete a field; its values are no longer shown."""
        self.field(code)
        del self.fields[code]
        self.revision += 1

    def rename_option(self, code: str, label: str, new: str) -> None:
        """Give an option another label, in all records as well."""
        choice = self.field(code)
        key = next((stored for stored, today in choice.options.items() if today == label), None)
        if key is None:
            raise KintoneError("GAIA_IQ10", about={"id": code})
        choice.options[key] = new
        self.revision += 1

    def require(self, code: str, required: bool = True) -> None:
        """Make a field required, or no longer; records that lack it stay as they are."""
        self.field(code).required = required
        self.revision += 1

    def lock(self, code: str, locked: bool = True) -> None:
        """Take or give back the permission to edit a field."""
        self.field(code).locked = locked

    def properties(self) -> dict[str, Any]:
        """The answer of `app/form/fields.json`."""
        properties = {code: each.definition() for code, each in self.fields.items()}
        return {"properties": properties, "revision": str(self.revision)}

    def layout(self) -> dict[str, Any]:
        """The answer of `app/form/layout.json`: one row a field, tables on their own."""
        rows: list[dict[str, Any]] = []
        for each in self.fields.values():
            if each.type == "SUBTABLE":
                inner = [_placed(part) for part in each.inner.values()]
                rows.append({"type": "SUBTABLE", "code": each.code, "fields": inner})
            else:
                rows.append({"type": "ROW", "fields": [_placed(each)]})
        return {"layout": rows, "revision": str(self.revision)}


def _placed(each: Field) -> dict[str, Any]:
    return {"type": each.type, "code": each.code, "size": {"width": "200"}}
