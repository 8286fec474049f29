# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on tickets: read, list, make, change, comment, delete."""

import hashlib
from functools import partial
from typing import Any

import orjson

from connectors.zendesk.sandbox import tickets, triggers
from connectors.zendesk.sandbox.asked import Asked, as_id, as_objects, words
from connectors.zendesk.sandbox.errors import (
    ZendeskError,
    bad_request,
    conflict,
    invalid,
    not_found,
)
from connectors.zendesk.sandbox.events import ticket_changed, ticket_told
from connectors.zendesk.sandbox.jobs import Item
from connectors.zendesk.sandbox.paging import listing

A_MINUTE = 100
PER_TICKET, PER_TICKET_SECONDS = 30, 600
MOST_COMMENTS = 5_000
_STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_PLAIN = (
    "subject",
    "priority",
    "status",
    "type",
    "assignee_id",
    "group_id",
    "external_id",
    "requester_id",
    "due_at",
)
_OTHERS = {
    "id",
    "tags",
    "comment",
    "custom_fields",
    "fields",
    "safe_update",
    "updated_stamp",
    "additional_tags",
    "remove_tags",
    "description",
    "requester",
    "submitter_id",
    "metadata",
}
_KEPT_KEYS = 7_200  # seconds an Idempotency-Key is remembered


def list_all(asked: Asked) -> dict[str, Any]:
    """GET /tickets."""
    return _listed(asked, asked.account.tickets.ids)


def requested(asked: Asked, number: int) -> dict[str, Any]:
    """GET /users/{id}/tickets/requested."""
    asked.account.users.get(number)
    return _listed(asked, sorted(each["id"] for each in asked.account.tickets.of(number)))


def read(asked: Asked, number: int) -> dict[str, Any]:
    """GET /tickets/{id}."""
    return {"ticket": tickets.shown(asked, asked.account.tickets.living(number))}


def show_many(asked: Asked) -> dict[str, Any]:
    """GET /tickets/show_many."""
    ids = asked.account.tickets.ids
    found = [int(each) for each in asked.ids() if each.isdigit() and int(each) in ids]
    return _listed(asked, sorted(found))


def comments(asked: Asked, number: int) -> dict[str, Any]:
    """GET /tickets/{id}/comments."""
    asked.account.tickets.living(number)
    rows = {each["id"]: each for each in asked.account.tickets.comments(number)}
    return listing(asked, "comments", sorted(rows), rows.__getitem__)


def create(asked: Asked) -> dict[str, Any]:
    """POST /tickets, once for each Idempotency-Key."""
    given = asked.part("ticket")
    key = asked.sent.get("idempotency-key")
    digest = hashlib.sha256(orjson.dumps(asked.body)).hexdigest()
    moment = asked.account.clock()
    if key:
        before = asked.account.keys.get(key)
        if before and (moment - before[2]).total_seconds() < _KEPT_KEYS:
            if before[0] != digest:
                text = "The key was used with other parameters before."
                raise bad_request("IdempotentRequestError", text)
            asked.headers["x-idempotency-lookup"] = "hit"
            asked.made(before[1]["ticket"]["url"])
            return before[1]
        asked.headers["x-idempotency-lookup"] = "miss"
    answer = _made(asked, given)
    asked.made(answer["ticket"]["url"])
    if key:
        asked.account.keys[key] = (digest, answer, moment)
    return answer


def change(asked: Asked, number: int) -> dict[str, Any]:
    """PUT /tickets/{id}: thirty in ten minutes for one ticket, a hundred a minute for all."""
    asked.account.tickets.living(number)
    rates, moment = asked.account.rates, asked.account.clock()
    left = rates.spend("ticket-updates", A_MINUTE, 60, moment, text=True)
    asked.headers["zendesk-ratelimit-ticket-updates"] = left.text()
    each = f"ticket-{number}-{asked.caller.id}"
    left = rates.spend(each, PER_TICKET, PER_TICKET_SECONDS, moment, text=True)
    asked.headers["zendesk-ratelimit-per-ticket-updates"] = left.text()
    return changed(asked, number, asked.part("ticket"))


def change_many(asked: Asked) -> dict[str, Any]:
    """PUT /tickets/update_many."""
    items: list[Item] = []
    if "ids" in asked.args:
        given = asked.part("ticket")
        items = [
            partial(_result, asked, at, int(each) if each.isdigit() else 0, given)
            for at, each in enumerate(asked.ids())
        ]
    else:
        for at, one in enumerate(asked.parts("tickets")):
            items.append(partial(_result, asked, at, as_id(one.get("id")), one))
    return asked.account.jobs.start(asked, "Bulk Update Ticket", "ticket", items)


def remove(asked: Asked, number: int) -> None:
    """DELETE /tickets/{id}: exports go on showing it with the status `deleted`."""
    ticket = asked.account.tickets.living(number)
    asked.account.tickets.put(ticket | {"status": "deleted", "updated_at": asked.now})
    asked.status = 204


def changed(asked: Asked, number: int, given: dict[str, Any]) -> dict[str, Any]:
    """Change a ticket, run the triggers, tell of it. Raises ZendeskError 404, 409 and 422."""
    store = asked.account.tickets
    before = store.living(number)
    check_stamp(given, before["updated_at"])
    if before["status"] == "closed":
        raise invalid("status", "Status: closed prevents ticket update")
    after = _laid_over(asked, before, given) | {"updated_at": asked.now}
    comment = _comment(asked, after, given)
    store.put(after)
    ticket_changed(asked.account, before, after, asked.caller.id)
    triggers.run(asked, before, after, comment)
    return _audited(asked, number, comment)


def check_stamp(given: dict[str, Any], updated_at: str) -> None:
    """Pass a write that is no safe update or has the right stamp. Raises ZendeskError 409, 400."""
    if "safe_update" not in given:
        return
    if not given.get("updated_stamp"):
        raise bad_request("ParameterMissing", "Parameter updated_stamp is required")
    if given["updated_stamp"] != updated_at:
        raise conflict()


def _made(asked: Asked, given: dict[str, Any]) -> dict[str, Any]:
    users, store = asked.account.users, asked.account.tickets
    requester = as_id(given.get("requester_id") or asked.caller.id)
    if requester not in users or not users.active(requester):
        raise invalid("requester", "Requester: is invalid")
    comment = given.get("comment")
    comment = comment if isinstance(comment, dict) else {}
    body = comment.get("body") or comment.get("html_body") or given.get("description")
    if not body:
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    new = tickets.blank(store.new_id(), asked.now, requester)
    new |= {"description": str(body), "submitter_id": asked.caller.id}
    new["is_public"] = bool(comment.get("public", True))
    new = _laid_over(asked, new, given)
    new["raw_subject"] = new["subject"]
    store.put(new)
    first = store.comment(new["id"], asked.caller.id, str(body), new["is_public"], new)
    ticket_told(asked.account, new, asked.caller.id, "created", {})
    triggers.run(asked, None, new, first)
    return _audited(asked, new["id"], first)


def _laid_over(asked: Asked, before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    asked.warnings |= set(given) - set(_PLAIN) - _OTHERS
    after = before | {key: given[key] for key in _PLAIN if key in given}
    if after["status"] not in _STATUSES:
        raise invalid("status", "Status: is not included in the list")
    if as_id(after["requester_id"]) not in asked.account.users:
        raise invalid("requester", "Requester: is invalid")
    tags = set(words(given["tags"]) if "tags" in given else before["tags"])
    tags |= set(words(given.get("additional_tags") or ()))
    tags -= set(words(given.get("remove_tags") or ()))
    if "custom_fields" in given or "fields" in given:
        old = {str(each["id"]): each["value"] for each in before["custom_fields"]}
        new = as_objects(given.get("custom_fields") or given.get("fields"), "fields", "id")
        written = {str(each["id"]): each.get("value") for each in new}
        values, gone, more = asked.account.ticket_fields.merged(asked, old, written)
        after["custom_fields"] = [{"id": int(key), "value": value} for key, value in values.items()]
        tags = (tags - gone) | more
    after["tags"] = sorted(tags)
    return after


def _comment(asked: Asked, ticket: dict[str, Any], given: dict[str, Any]) -> dict[str, Any] | None:
    comment = given.get("comment")
    if not isinstance(comment, dict):
        return None
    body = comment.get("body") or comment.get("html_body")
    if not body:
        raise invalid("comment", "Comment: cannot be blank", "BlankValue")
    store = asked.account.tickets
    if len(store.comments(ticket["id"])) >= MOST_COMMENTS:
        raise invalid("base", f"Ticket: has the maximum of {MOST_COMMENTS} comments")
    author = as_id(comment.get("author_id") or asked.caller.id)
    new = store.comment(ticket["id"], author, str(body), bool(comment.get("public", True)), ticket)
    told = {"comment": {"id": str(new["id"]), "body": new["body"], "is_public": new["public"]}}
    ticket_told(asked.account, ticket, asked.caller.id, "comment_added", told)
    return new


def _audited(asked: Asked, number: int, comment: dict[str, Any] | None) -> dict[str, Any]:
    ticket = asked.account.tickets.get(number)
    events = [] if comment is None else [{**comment, "type": "Comment"}]
    audit = {
        "id": comment["audit_id"] if comment else asked.account.number(),
        "ticket_id": number,
        "created_at": ticket["updated_at"],
        "author_id": asked.caller.id,
        "metadata": {"system": {}, "custom": {}},
        "events": events,
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    }
    return {"ticket": tickets.shown(asked, ticket), "audit": audit}


def _result(asked: Asked, at: int, number: int, given: dict[str, Any]) -> dict[str, Any]:
    try:
        changed(asked, number, given)
    except ZendeskError as exc:
        error = exc.body["error"] if isinstance(exc.body, dict) else "TicketUpdateFailed"
        name = "TicketNotFound" if exc.status == not_found().status else error
        return {"index": at, "id": number, "success": False, "error": name, "details": ""}
    return {"index": at, "id": number, "action": "update", "status": "Updated", "success": True}


def _listed(asked: Asked, ids: list[int]) -> dict[str, Any]:
    store = asked.account.tickets
    return listing(
        asked,
        "tickets",
        ids,
        lambda id_: tickets.shown(asked, store.get(id_)),
        lambda id_: bool(store.get(id_)["status"] != "deleted"),
    )
