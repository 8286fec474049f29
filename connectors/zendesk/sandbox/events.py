# SPDX-License-Identifier: GPL-3.0-or-later
"""What webhooks for events are told, worked out from a record before and after a change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from connectors.zendesk.sandbox.account import Account

Record = dict[str, Any]
_SIMPLE = ("name", "notes", "details", "role", "external_id", "suspended", "active")
# Zendesk's manual writes three types with a slash where all others have a colon.
_SLASHED = ("user.identity_created", "user.identity_changed", "user.merged")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a record: its type after `zen:event-type:`, and what is told."""

    type: str
    subject: str
    detail: Record
    event: Record


def told(account: "Account", user: Record, kind: str, event: Record) -> None:
    """Note that something happened to a user; it is sent when the call is over."""
    detail = {
        "created_at": user["created_at"],
        "default_group_id": _id(user["default_group_id"]),
        "email": user["email"] or "",
        "external_id": user["external_id"] or "",
        "id": str(user["id"]),
        "organization_id": _id(user["organization_id"]),
        "role": user["role"],
        "updated_at": user["updated_at"],
    }
    account.events.append(
        Event(type=f"user.{kind}", subject=f"zen:user:{user['id']}", detail=detail, event=event)
    )


def user_changed(account: "Account", before: Record, after: Record) -> None:
    """Note all that differs between a user before and after."""
    for key in _SIMPLE:
        if before[key] != after[key]:
            event = {"current": after[key], "previous": before[key]}
            told(account, after, f"{key}_changed", event)
    for key in {**before["user_fields"], **after["user_fields"]}:
        old, new = before["user_fields"].get(key), after["user_fields"].get(key)
        field = account.user_fields.get(key)
        if old != new and field is not None:
            about = {"id": str(field.id), "title": field.title, "type": field.type}
            told(
                account,
                after,
                "custom_field_changed",
                {"current": new, "previous": old, "custom_field": about},
            )
    if changed := _tags(before, after):
        told(account, after, "tags_changed", changed)


def ticket_told(account: "Account", ticket: Record, actor: int, kind: str, event: Record) -> None:
    """Note that something happened to a ticket."""
    detail = {
        "actor_id": str(actor),
        "assignee_id": _id(ticket["assignee_id"]),
        "brand_id": "0",
        "created_at": ticket["created_at"],
        "custom_status": str(ticket["custom_status_id"]),
        "description": ticket["description"],
        "external_id": ticket["external_id"],
        "form_id": "0",
        "group_id": _id(ticket["group_id"]),
        "id": str(ticket["id"]),
        "is_public": ticket["is_public"],
        "organization_id": _id(ticket["organization_id"]),
        "priority": (ticket["priority"] or "").upper() or None,
        "requester_id": str(ticket["requester_id"]),
        "status": ticket["status"].upper(),
        "subject": ticket["subject"],
        "submitter_id": str(ticket["submitter_id"]),
        "tags": ticket["tags"],
        "type": ticket["type"],
        "updated_at": ticket["updated_at"],
        "via": {"channel": ticket["via"]["channel"]},
    }
    event = event | {"meta": {"version": "1.0", "sequence": {"id": str(uuid4()), "position": 1}}}
    subject = f"zen:ticket:{ticket['id']}"
    account.events.append(Event(type=f"ticket.{kind}", subject=subject, detail=detail, event=event))


def ticket_changed(account: "Account", before: Record, after: Record, actor: int) -> None:
    """Note what differs between a ticket before and after."""
    for key in ("status", "priority", "subject"):
        if before[key] != after[key]:
            event = {"current": after[key], "previous": before[key]}
            ticket_told(account, after, actor, f"{key}_changed", event)
    old = {each["id"]: each["value"] for each in before["custom_fields"]}
    for each in after["custom_fields"]:
        if old.get(each["id"]) != each["value"]:
            event = {
                "current": each["value"],
                "previous": old.get(each["id"]),
                "custom_field": {"id": str(each["id"])},
            }
            ticket_told(account, after, actor, "custom_field_changed", event)
    if changed := _tags(before, after):
        ticket_told(account, after, actor, "tags_changed", changed)


def body_of(event: Event, account_id: int, now: str) -> Record:
    """The body of a webhook for an event."""
    head = "zen:event-type/" if event.type in _SLASHED else "zen:event-type:"
    return {
        "type": f"{head}{event.type}",
        "account_id": account_id,
        "id": str(uuid4()),
        "time": now,
        "zendesk_event_version": "2022-11-06",
        "subject": event.subject,
        "detail": event.detail,
        "event": event.event,
    }


def same_type(subscription: str, kind: str) -> bool:
    """Whether a subscription names this type, with either separator."""
    return subscription in (f"zen:event-type:{kind}", f"zen:event-type/{kind}")


def _tags(before: Record, after: Record) -> Record | None:
    added = sorted(set(after["tags"]) - set(before["tags"]))
    removed = sorted(set(before["tags"]) - set(after["tags"]))
    if not added and not removed:
        return None
    return {"added": {"tags": added}, "removed": {"tags": removed}}


def _id(value: int | None) -> str:
    return str(value or 0)
