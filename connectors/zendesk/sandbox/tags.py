# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of users and tickets: PUT adds, DELETE removes, POST replaces all."""

from collections.abc import Callable
from typing import Any

from connectors.zendesk.sandbox import profile
from connectors.zendesk.sandbox.asked import Asked, words
from connectors.zendesk.sandbox.errors import bad_request
from connectors.zendesk.sandbox.ticketcalls import changed, check_stamp

Merge = Callable[[set[str], set[str]], set[str]]


def of_user(asked: Asked, number: int) -> dict[str, Any]:
    """GET /users/{id}/tags."""
    return {"tags": asked.account.users.get(number)["tags"]}


def write_user(asked: Asked, number: int) -> dict[str, Any]:
    """PUT, POST and DELETE of /users/{id}/tags, with 409 for an outdated safe update."""
    user = asked.account.users.get(number)
    check_stamp(asked.body, user["updated_at"])
    tags = _merged(asked, user["tags"])
    if number not in asked.account.deaf:
        user = profile.retag(asked, number, sorted(tags))
    return {"tags": user["tags"]}


def of_ticket(asked: Asked, number: int) -> dict[str, Any]:
    """GET /tickets/{id}/tags."""
    return {"tags": asked.account.tickets.living(number)["tags"]}


def write_ticket(asked: Asked, number: int) -> dict[str, Any]:
    """PUT, POST and DELETE of /tickets/{id}/tags, with 409 for an outdated safe update."""
    ticket = asked.account.tickets.living(number)
    check_stamp(asked.body, ticket["updated_at"])
    tags = sorted(_merged(asked, ticket["tags"]))
    return {"tags": changed(asked, number, {"tags": tags})["ticket"]["tags"]}


def _merged(asked: Asked, before: list[str]) -> set[str]:
    given = asked.body.get("tags")
    if given is None and "tags" in asked.args:
        given = asked.args["tags"].split(",")
    if given is None:
        raise bad_request("ParameterMissing", "Parameter tags is required")
    tags = set(words(given))
    match asked.method:
        case "PUT":
            return set(before) | tags
        case "DELETE":
            return set(before) - tags
    asked.status = 201
    return tags
