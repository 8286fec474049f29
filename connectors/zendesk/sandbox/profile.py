# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a user: what may be written, what is refused, what else changes with it."""

from typing import Any

from connectors.zendesk.sandbox import identities
from connectors.zendesk.sandbox.asked import Asked, User, words
from connectors.zendesk.sandbox.errors import ZendeskError, forbidden, invalid
from connectors.zendesk.sandbox.events import told, user_changed
from connectors.zendesk.sandbox.people import blank

_PLAIN = {
    "name",
    "alias",
    "notes",
    "details",
    "signature",
    "time_zone",
    "locale",
    "locale_id",
    "organization_id",
    "external_id",
    "verified",
    "suspended",
    "role",
    "custom_role_id",
    "moderator",
    "ticket_restriction",
    "only_private_comments",
    "default_group_id",
    "shared_phone_number",
}
_KNOWN = _PLAIN | {"id", "email", "phone", "tags", "user_fields", "skip_verify_email"}
_ROLES = ("end-user", "agent", "admin")


def shown(asked: Asked, user: User) -> User:
    """A user as answers show it, with each custom field there is."""
    values = user["user_fields"]
    every = {each.key: values.get(each.key) for each in asked.account.user_fields}
    answer = {"id": user["id"], "url": asked.url(f"users/{user['id']}.json"), **user}
    answer["user_fields"] = every
    if not user["active"]:
        answer.setdefault("permanently_deleted", False)
    return answer


def create(asked: Asked, given: dict[str, Any]) -> User:
    """Store a new user and tell of it. Raises ZendeskError 422."""
    new = blank(asked.account.users.new_id(), asked.now)
    new |= {"verified": False}
    if not given.get("name"):
        raise invalid("name", "Name: is too short (minimum one character)", "ValueTooShort")
    made = _laid_over(asked, new, given)
    asked.account.users.put(made)
    told(asked.account, made, "created", {})
    return made


def change(asked: Asked, number: int, given: dict[str, Any]) -> User:
    """Change a user and tell of it. Raises ZendeskError 403, 404 and 422."""
    before = asked.account.users.get(number)
    if not asked.caller.admin and before["role"] != "end-user":
        raise forbidden()
    if reason := asked.account.failing.get(number):
        raise invalid("base", reason)
    if number in asked.account.deaf:
        return before
    after = _laid_over(asked, before, given)
    if after != before:
        after["updated_at"] = asked.now
        asked.account.users.put(after)
        user_changed(asked.account, before, after)
    return after


def retag(asked: Asked, number: int, tags: list[str]) -> User:
    """Give a user these tags, and tell of it."""
    before = asked.account.users.get(number)
    after = before | {"tags": sorted(set(tags)), "updated_at": asked.now}
    asked.account.users.put(after)
    user_changed(asked.account, before, after)
    return after


def remove(asked: Asked, number: int) -> User:
    """Delete a user softly: the account keeps it as inactive."""
    before = asked.account.users.get(number)
    after = before | {"active": False, "updated_at": asked.now}
    asked.account.users.put(after)
    told(asked.account, after, "deleted", {})
    user_changed(asked.account, before, after)
    return after


def result(asked: Asked, number: int, given: dict[str, Any]) -> dict[str, Any]:
    """Change a user as one item of a job: what failed is told and stops nobody else."""
    head = {"id": number, "action": "update"}
    try:
        change(asked, number, given)
    except ZendeskError as exc:
        error = exc.body["error"] if isinstance(exc.body, dict) else ""
        name = {404: "RecordNotFound", 403: "Forbidden"}.get(exc.status, str(error))
        details = {404: "Not found", 403: "Access denied"}.get(exc.status, "Invalid record")
        return head | {"status": "Failed", "success": False, "error": name, "details": details}
    return head | {"status": "Updated", "success": True}


def _laid_over(asked: Asked, before: User, given: dict[str, Any]) -> User:
    asked.warnings |= set(given) - _KNOWN
    after = before | {key: value for key, value in given.items() if key in _PLAIN}
    if not str(after["name"] or "").strip():
        raise invalid("name", "Name: is too short (minimum one character)", "ValueTooShort")
    if after["role"] not in _ROLES:
        raise invalid("role", "Role: is invalid")
    if after["external_id"] != before["external_id"] and after["external_id"]:
        _free(asked, before, "external_id", str(after["external_id"]))
    if "tags" in given:
        after["tags"] = sorted(set(words(given["tags"])))
    if "user_fields" in given:
        values, gone, new = asked.account.user_fields.merged(
            asked, before["user_fields"], given["user_fields"]
        )
        after["user_fields"] = values
        after["tags"] = sorted((set(after["tags"]) - gone) | new)
    if given.get("email") and given["email"] != before["email"]:
        _free(asked, before, "email", str(given["email"]))
        if before["email"]:
            identities.add(asked, before, "email", str(given["email"]))
        else:
            after["email"] = str(given["email"])
    if "phone" in given and given["phone"] != before["phone"]:
        after |= _rung(asked, before, after, given["phone"])
    return after


def _rung(asked: Asked, before: User, after: User, phone: Any) -> dict[str, Any]:
    if not phone:
        return {"phone": None, "shared_phone_number": None}
    direct = [
        each for each in identities.of(asked.account, before) if each["type"] == "phone_number"
    ]
    if direct:
        # Who has a direct line gets a second one; `phone` stays what it was.
        if all(each["value"] != phone for each in direct):
            identities.add(asked, before, "phone_number", str(phone))
        return {}
    return {"phone": str(phone), "shared_phone_number": bool(after["shared_phone_number"])}


def _free(asked: Asked, user: User, key: str, value: str) -> None:
    holder = asked.account.users.find(key, value)
    if holder is not None and holder != user["id"]:
        name = {"email": "Email", "external_id": "External"}[key]
        text = f"{name}: {value} is already being used by another user"
        raise invalid(key, text, "DuplicateValue")
