# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that promise a job: many users, many tickets."""

from functools import partial
from typing import Any

from connectors.zendesk.sandbox import profile
from connectors.zendesk.sandbox.asked import Asked, as_id
from connectors.zendesk.sandbox.errors import ZendeskError, bad_request, forbidden
from connectors.zendesk.sandbox.jobs import Item

_NAME = "Bulk Update User"


def update_users(asked: Asked) -> dict[str, Any]:
    """PUT /users/update_many: one change for the users of the query, or a batch with ids."""
    items: list[Item] = []
    if "ids" in asked.args or "external_ids" in asked.args:
        given = asked.part("user")
        items += [partial(_update, asked, number, given) for number in _numbers(asked)]
    else:
        for each in asked.parts("users"):
            items.append(partial(_update, asked, _number(asked, each), each))
    if not items:
        raise bad_request("ParameterMissing", "Parameter ids is required")
    return asked.account.jobs.start(asked, _NAME, "user", items)


def create_users(asked: Asked) -> dict[str, Any]:
    """POST /users/create_many; 403 where the account may not import."""
    return _make(asked, update=False)


def create_or_update_users(asked: Asked) -> dict[str, Any]:
    """POST /users/create_or_update_many; 403 where the account may not import."""
    return _make(asked, update=True)


def destroy_users(asked: Asked) -> dict[str, Any]:
    """DELETE /users/destroy_many."""
    items: list[Item] = [partial(_delete, asked, number) for number in _numbers(asked)]
    return asked.account.jobs.start(asked, "Bulk Delete User", "user", items)


def _make(asked: Asked, *, update: bool) -> dict[str, Any]:
    if not asked.account.bulk_import:
        raise forbidden("Bulk user import is not enabled for this account.")
    items: list[Item] = [partial(_create, asked, each, update) for each in asked.parts("users")]
    return asked.account.jobs.start(asked, "Bulk Create User", "user", items)


def _update(asked: Asked, number: int | None, given: dict[str, Any]) -> dict[str, Any]:
    if number is None:
        return _failed(None, "update", "RecordNotFound")
    return profile.result(asked, number, given)


def _create(asked: Asked, given: dict[str, Any], update: bool) -> dict[str, Any]:
    try:
        for key in ("email", "external_id") if update else ():
            number = asked.account.users.find(key, str(given[key])) if given.get(key) else None
            if number is not None:
                profile.change(asked, number, given)
                return {"id": number, "status": "Updated"}
        return {"id": profile.create(asked, given)["id"], "status": "Created"}
    except ZendeskError:
        return _failed(None, "create", "RecordInvalid")


def _delete(asked: Asked, number: int | None) -> dict[str, Any]:
    try:
        profile.remove(asked, number or 0)
    except ZendeskError:
        return _failed(number, "delete", "RecordNotFound")
    return {"id": number, "action": "delete", "status": "Deleted", "success": True}


def _failed(number: int | None, action: str, error: str) -> dict[str, Any]:
    return {
        "id": number,
        "action": action,
        "status": "Failed",
        "success": False,
        "error": error,
        "details": "The record could not be changed",
    }


def _numbers(asked: Asked) -> list[int | None]:
    known = [asked.account.users.find("external_id", each) for each in asked.ids("external_ids")]
    return [int(each) if each.isdigit() else None for each in asked.ids()] + known


def _number(asked: Asked, given: dict[str, Any]) -> int | None:
    if given.get("id"):
        return as_id(given["id"])
    external = given.get("external_id")
    return asked.account.users.find("external_id", str(external)) if external else None
