# SPDX-License-Identifier: GPL-3.0-or-later
"""Triggers: what happens after a ticket was made or changed, the call of a webhook above all."""

import re
from collections.abc import Callable
from typing import Any

from connectors.zendesk.sandbox.asked import Asked, as_objects
from connectors.zendesk.sandbox.errors import invalid, not_found
from connectors.zendesk.sandbox.paging import listing

_PLACE = re.compile(r"\{\{\s*([a-z0-9_.]+)\s*\}\}")
_FIELD = re.compile(r"(?:custom_fields|ticket_field)_(\d+)")

Ticket = dict[str, Any]

_STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
_OPERATORS: dict[str, Callable[[Any, Any, str], bool]] = {
    "is": lambda old, new, wanted: str(new) == wanted,
    "value": lambda old, new, wanted: str(new) == wanted,
    "is_not": lambda old, new, wanted: str(new) != wanted,
    "value_previous": lambda old, new, wanted: str(old) == wanted,
    "changed": lambda old, new, wanted: bool(old != new),
    "not_changed": lambda old, new, wanted: bool(old == new),
    "present": lambda old, new, wanted: new not in (None, ""),
    "not_present": lambda old, new, wanted: new in (None, ""),
}


class Triggers:
    """The triggers of an account by id."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}

    def active(self) -> list[dict[str, Any]]:
        """Those that run, in their order."""
        rows = [each for each in self._rows.values() if each["active"]]
        return sorted(rows, key=lambda each: (each["position"], each["id"]))

    def list_all(self, asked: Asked) -> dict[str, Any]:
        """GET /triggers."""
        return listing(asked, "triggers", sorted(self._rows), self._rows.__getitem__)

    def read(self, asked: Asked, number: int) -> dict[str, Any]:
        """GET /triggers/{id}."""
        return {"trigger": self._get(number)}

    def create(self, asked: Asked) -> dict[str, Any]:
        """POST /triggers: 201, or 422 without title, conditions or actions."""
        asked.need_admin()
        given = asked.part("trigger")
        number = asked.account.number()
        new: dict[str, Any] = {
            "url": asked.url(f"triggers/{number}.json"),
            "id": number,
            "title": "",
            "raw_title": "",
            "active": True,
            "updated_at": asked.now,
            "created_at": asked.now,
            "default": False,
            "actions": [],
            "conditions": {"all": [], "any": []},
            "description": None,
            "position": len(self._rows) + 1,
            "category_id": "1900600000001",
        }
        self._rows[number] = _checked(asked, new, given)
        asked.made(new["url"])
        return {"trigger": self._rows[number]}

    def change(self, asked: Asked, number: int) -> dict[str, Any]:
        """PUT /triggers/{id}."""
        asked.need_admin()
        changed = _checked(asked, self._get(number), asked.part("trigger"))
        self._rows[number] = changed | {"updated_at": asked.now}
        return {"trigger": self._rows[number]}

    def remove(self, asked: Asked, number: int) -> None:
        """DELETE /triggers/{id}."""
        asked.need_admin()
        self._get(number)
        del self._rows[number]
        asked.status = 204

    def _get(self, number: int) -> dict[str, Any]:
        if number not in self._rows:
            raise not_found()
        return self._rows[number]


def run(asked: Asked, before: Ticket | None, after: Ticket, comment: Ticket | None) -> None:
    """Run all triggers over a ticket; each may run once, and sees what those before it did."""
    start, done = before or {}, set[int]()
    while True:
        ticket = asked.account.tickets.get(after["id"])
        fitting = (
            each
            for each in asked.account.triggers.active()
            if each["id"] not in done and _fits(each, start, ticket, comment)
        )
        trigger = next(fitting, None)
        if trigger is None:
            return
        done.add(trigger["id"])
        for action in trigger["actions"]:
            _act(asked, action, after["id"], comment)


def _fits(trigger: dict[str, Any], before: Ticket, ticket: Ticket, comment: Ticket | None) -> bool:
    conditions = trigger["conditions"]
    every, any_ = conditions.get("all") or [], conditions.get("any") or []
    holds = [_holds(each, before, ticket, comment) for each in every]
    one = [_holds(each, before, ticket, comment) for each in any_]
    return all(holds) and (not one or any(one))


def _holds(
    condition: dict[str, Any], before: Ticket, ticket: Ticket, comment: Ticket | None
) -> bool:
    name, operator = condition["field"], condition["operator"]
    wanted = condition.get("value")
    if name == "update_type":
        return (operator in ("is", "")) == (wanted == ("Change" if before else "Create"))
    if name == "comment_is_public":
        there = comment is not None and comment["public"]
        return there if wanted in ("true", True) else comment is not None and not there
    if name == "current_tags":
        has = bool(set(str(wanted).split()) & set(ticket["tags"]))
        return has if operator == "includes" else not has
    if name == "status" and operator in ("less_than", "greater_than"):
        held, other = _STATUSES.index(ticket["status"]), _STATUSES.index(str(wanted))
        return held < other if operator == "less_than" else held > other
    compare = _OPERATORS.get(operator)
    return compare is not None and compare(_value(before, name), _value(ticket, name), str(wanted))


def _value(ticket: Ticket, name: str) -> Any:
    if found := _FIELD.fullmatch(name):
        for each in ticket.get("custom_fields", ()):
            if each["id"] == int(found[1]):
                return each["value"]
        return None
    return ticket.get(name)


def _act(asked: Asked, action: dict[str, Any], number: int, comment: Ticket | None) -> None:
    ticket = asked.account.tickets.get(number)
    value = action["value"]
    words = set(str(value).split())
    match action["field"]:
        case "notification_webhook":
            body = _filled(asked, str(value[1]), ticket, comment)
            asked.account.webhooks.call(str(value[0]), body.encode())
            return
        case "set_tags":
            ticket = ticket | {"tags": sorted(words)}
        case "current_tags":
            ticket = ticket | {"tags": sorted(set(ticket["tags"]) | words)}
        case "remove_tags":
            ticket = ticket | {"tags": sorted(set(ticket["tags"]) - words)}
        case "status" | "priority" | "type" | "assignee_id" | "group_id" as name:
            ticket = ticket | {name: value}
        case name if found := _FIELD.fullmatch(name):
            rest = [each for each in ticket["custom_fields"] if each["id"] != int(found[1])]
            new = {"id": int(found[1]), "value": value or None}
            ticket = ticket | {"custom_fields": [*rest, new]}
    asked.account.tickets.put(ticket)


def _filled(asked: Asked, text: str, ticket: Ticket, comment: Ticket | None) -> str:
    # Zendesk fills values in as they are: a quote in one of them breaks hand-made JSON.
    requester = asked.account.users.get(ticket["requester_id"])
    values = {
        "ticket.id": ticket["id"],
        "ticket.title": ticket["subject"],
        "ticket.description": ticket["description"],
        "ticket.status": ticket["status"],
        "ticket.priority": ticket["priority"],
        "ticket.tags": " ".join(ticket["tags"]),
        "ticket.url": asked.url(f"tickets/{ticket['id']}").replace("/api/v2", "/agent"),
        "ticket.via": ticket["via"]["channel"],
        "ticket.updated_at_with_timestamp": ticket["updated_at"],
        "ticket.requester.id": requester["id"],
        "ticket.requester.name": requester["name"],
        "ticket.requester.email": requester["email"],
        "ticket.requester.phone": requester["phone"],
        "ticket.assignee.id": ticket["assignee_id"],
        "ticket.latest_comment": comment["body"] if comment else "",
        "current_user.id": asked.caller.id,
        "current_user.name": asked.caller.user["name"],
        "current_user.email": asked.caller.user["email"],
    }

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        field = _FIELD.fullmatch(name.removeprefix("ticket."))
        value = _value(ticket, field.group()) if field else values.get(name)
        return "" if value is None else str(value)

    return _PLACE.sub(fill, text)


def _checked(asked: Asked, row: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    known = ("title", "active", "actions", "conditions", "description", "position", "category_id")
    row = row | {key: given[key] for key in known if key in given}
    row["raw_title"] = row["title"]
    conditions = row["conditions"]
    if not row["title"]:
        raise invalid("title", "Title: cannot be blank", "BlankValue")
    if not isinstance(conditions, dict) or not (conditions.get("all") or conditions.get("any")):
        raise invalid("base", "Conditions: at least one is needed", "BlankValue")
    for part in ("all", "any"):
        as_objects(conditions.get(part) or [], "conditions", "field", "operator")
    if not row["actions"]:
        raise invalid("base", "Actions: at least one is needed", "BlankValue")
    for action in as_objects(row["actions"], "actions", "field", "value"):
        if action["field"] == "notification_webhook":
            value = action["value"]
            two = isinstance(value, list) and len(value) == 2
            if not two or not asked.account.webhooks.fires(str(value[0])):
                raise invalid("base", "Webhook: is not one for triggers")
    return row
