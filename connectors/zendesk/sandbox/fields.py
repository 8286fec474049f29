# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom fields of users and of tickets: their definitions, and what may be written to them."""

import re
from dataclasses import dataclass, field
from typing import Any

from connectors.zendesk.sandbox.asked import Asked, as_objects
from connectors.zendesk.sandbox.errors import bad_request, invalid, not_found
from connectors.zendesk.sandbox.moments import to_day
from connectors.zendesk.sandbox.paging import listing
from connectors.zendesk.sandbox.people import (
    AGREED,
    AGREED_VALUE,
    REFUSED,
    REFUSED_VALUE,
    STOP_TAG,
    STORES,
)

_TYPES = {
    "checkbox",
    "date",
    "decimal",
    "dropdown",
    "integer",
    "lookup",
    "multiselect",
    "regexp",
    "tagger",
    "text",
    "textarea",
}
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_KEY = re.compile(r"(?=.*[A-Za-z_])[A-Za-z0-9_]+")
_FIRST_ID = 1_900_100_000_000
_IMPORTED = "2025-12-01T00:00:00Z"
NUMBER_FIELD = 2 * _FIRST_ID + 1000
"""The ticket field that says to which of the requester's numbers its SMS shall go."""


@dataclass(kw_only=True)
class Field:
    """One custom field. `options` are value by name, `tag` what a ticked checkbox adds."""

    id: int
    key: str
    type: str
    title: str
    created_at: str
    updated_at: str
    description: str = ""
    tag: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    regexp: str | None = None
    active: bool = True

    def shown(self, asked: Asked, kind: str) -> dict[str, Any]:
        """The definition as answers show it; only user fields have a key."""
        answer: dict[str, Any] = {
            "url": asked.url(f"{kind}s/{self.id}.json"),
            "id": self.id,
            "type": self.type,
            "title": self.title,
            "raw_title": self.title,
            "description": self.description,
            "raw_description": self.description,
            "position": 9999,
            "active": self.active,
            "regexp_for_validation": self.regexp,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }
        if kind == "user_field":
            answer |= {"key": self.key, "system": False}
        if self.type == "checkbox":
            answer["tag"] = self.tag
        if self.type in ("dropdown", "tagger", "multiselect"):
            answer["custom_field_options"] = [
                {
                    "id": self.id + 1 + at,
                    "name": name,
                    "raw_name": name,
                    "value": value,
                    "position": at,
                }
                for at, (name, value) in enumerate(self.options.items())
            ]
        return answer

    def written(self, value: Any) -> Any:
        """The value that is stored for this one. Raises ZendeskError 422."""
        if value is None or value == "":
            return False if self.type == "checkbox" else None
        try:
            return self._checked(value)
        except (ValueError, TypeError, KeyError) as exc:
            raise invalid("base", f"{self.title}: is invalid") from exc

    def tags(self, value: Any) -> set[str]:
        """The tags that this value puts on the record."""
        if self.type == "checkbox":
            return {self.tag} if self.tag and value else set()
        if self.type in ("dropdown", "tagger"):
            return {value} if value else set()
        return set(value) if self.type == "multiselect" and value else set()

    def _checked(self, value: Any) -> Any:
        match self.type:
            case "checkbox":
                return _WORDS[str(value).lower()]
            case "date":
                return to_day(str(value))
            case "integer":
                return int(value)
            case "decimal":
                return f"{float(value):g}"
            case "dropdown" | "tagger":
                return self._chosen([value])[0]
            case "multiselect":
                return self._chosen(list(value))
        if self.type == "regexp" and not re.search(self.regexp or "", str(value)):
            raise ValueError(self.type)
        return str(value)

    def _chosen(self, values: list[Any]) -> list[Any]:
        if not set(values) <= set(self.options.values()):
            raise ValueError(self.type)
        return values


class Fields:
    """The custom fields of one kind of record, `user_field` or `ticket_field`, by key."""

    def __init__(self, kind: str, fields: list[Field]) -> None:
        self.kind = kind
        self._fields = {each.key: each for each in fields}
        self._next = (_FIRST_ID if kind == "user_field" else 2 * _FIRST_ID) + 1000 * len(fields)

    def __iter__(self) -> Any:
        return iter(self._fields.values())

    def get(self, key: str) -> Field | None:
        """The field with this key, or for tickets with this id as text."""
        return self._fields.get(key)

    def by_id(self, number: int) -> Field:
        """The field with this id. Raises ZendeskError 404."""
        found = next((each for each in self._fields.values() if each.id == number), None)
        if found is None:
            raise not_found()
        return found

    def list_all(self, asked: Asked) -> dict[str, Any]:
        """GET /user_fields and /ticket_fields."""
        ids = sorted(each.id for each in self._fields.values())
        return listing(asked, f"{self.kind}s", ids, lambda id_: self._show(asked, id_))

    def read(self, asked: Asked, number: int) -> dict[str, Any]:
        """GET of one field."""
        return {self.kind: self._show(asked, number)}

    def create(self, asked: Asked) -> dict[str, Any]:
        """POST of a field: 201, or 422 for a key that is taken or no key."""
        asked.need_admin()
        given = asked.part(self.kind)
        number, self._next = self._next, self._next + 1000
        key = str(given.get("key") or "") if self.kind == "user_field" else str(number)
        if not given.get("title"):
            raise invalid("title", "Title: cannot be blank", "BlankValue")
        if not _KEY.fullmatch(key) and self.kind == "user_field":
            raise invalid("key", "Key: is invalid")
        if key in self._fields:
            raise invalid("key", "Key: has already been taken", "DuplicateValue")
        if given.get("type") not in _TYPES:
            raise invalid("type", "Type: is invalid")
        options = as_objects(given.get("custom_field_options") or [], "options", "name", "value")
        new = Field(
            id=number,
            key=key,
            type=given["type"],
            title=str(given["title"]),
            description=str(given.get("description") or ""),
            tag=given.get("tag"),
            options={str(each["name"]): str(each["value"]) for each in options},
            regexp=given.get("regexp_for_validation"),
            created_at=asked.now,
            updated_at=asked.now,
        )
        self._fields[key] = new
        asked.made(asked.url(f"{self.kind}s/{number}.json"))
        return {self.kind: new.shown(asked, self.kind)}

    def change(self, asked: Asked, number: int) -> dict[str, Any]:
        """PUT of a field: title, description, whether it is active."""
        asked.need_admin()
        found, given = self.by_id(number), asked.part(self.kind)
        found.title = str(given.get("title") or found.title)
        found.description = str(given.get("description") or found.description)
        found.active = bool(given.get("active", found.active))
        found.updated_at = asked.now
        return {self.kind: found.shown(asked, self.kind)}

    def remove(self, asked: Asked, number: int) -> None:
        """DELETE of a field; its values are gone with it."""
        asked.need_admin()
        del self._fields[self.by_id(number).key]
        asked.status = 204

    def lose(self, key: str) -> None:
        """Delete a field as an admin does in the browser. Raises ValueError for an unknown one."""
        if self._fields.pop(key, None) is None:
            raise ValueError(f"There is no field {key!r}.")

    def merged(
        self, asked: Asked, before: dict[str, Any], given: Any
    ) -> tuple[dict[str, Any], set[str], set[str]]:
        """Values with what is written laid over, tags to take away, tags to add.

        Unknown keys are ignored and named in a warning. Raises ZendeskError 400 and 422.
        """
        if not isinstance(given, dict):
            raise bad_request("InvalidParameter", f"{self.kind}s must be an object")
        values, gone, new = dict(before), set[str](), set[str]()
        for key, value in given.items():
            found = self._fields.get(key)
            if found is None:
                asked.warnings.add(key)
                continue
            gone |= found.tags(values.get(key))
            values[key] = found.written(value)
            new |= found.tags(values[key])
        return values, gone - new, new

    def _show(self, asked: Asked, number: int) -> dict[str, Any]:
        return self.by_id(number).shown(asked, self.kind)


def user_fields() -> Fields:
    """What the admin of this desk made for SMS, and two fields that were there before."""
    yes_no = {AGREED: AGREED_VALUE, REFUSED: REFUSED_VALUE}
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        ("customer_code", "text", "顧客コード", {}),
        ("store", "dropdown", "店舗", {"options": {each: each for each in STORES}}),
        ("sms_consent", "dropdown", "SMS許諾", {"options": yes_no}),
        ("sms_consent_at", "date", "許諾日", {}),
        ("sms_consent_source", "text", "許諾の取得方法", {}),
        ("sms_consent_wording", "textarea", "許諾文言", {}),
        ("sms_consent_until", "date", "許諾期限", {}),
        ("sms_opt_out", "checkbox", "配信停止", {"tag": STOP_TAG}),
        ("sms_opt_out_at", "date", "配信停止日", {}),
    ]
    return Fields("user_field", [_field(at, _FIRST_ID, *row) for at, row in enumerate(rows)])


def ticket_fields() -> Fields:
    """The custom fields of tickets: which SMS to send, and to which number."""
    options = {"予約の確認": "sms_booking", "折り返しのお願い": "sms_call_back"}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("tagger", "SMSを送る", {"options": options}),
        ("text", "SMSの宛先番号", {}),
    ]
    fields = [_field(at, 2 * _FIRST_ID, "", *row) for at, row in enumerate(rows)]
    for each in fields:
        each.key = str(each.id)
    return Fields("ticket_field", fields)


def _field(at: int, first: int, key: str, kind: str, title: str, more: dict[str, Any]) -> Field:
    return Field(
        id=first + at * 1000,
        key=key,
        type=kind,
        title=title,
        created_at=_IMPORTED,
        updated_at=_IMPORTED,
        **more,
    )
