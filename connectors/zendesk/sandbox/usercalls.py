# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on users: read, list, write one, delete, merge."""

from typing import Any

from connectors.zendesk.sandbox import identities, profile
from connectors.zendesk.sandbox.asked import Asked, User, as_id
from connectors.zendesk.sandbox.errors import bad_request, forbidden, invalid, not_found
from connectors.zendesk.sandbox.events import told
from connectors.zendesk.sandbox.paging import listing
from connectors.zendesk.sandbox.people import blank


def me(asked: Asked) -> dict[str, Any]:
    """GET /users/me. Nobody in particular has no id."""
    user = asked.caller.user
    if not user["id"]:
        nobody = blank(0, asked.now) | {"id": None, "name": "Anonymous user"}
        return {"user": nobody | {"authenticity_token": "-"}}
    return {"user": profile.shown(asked, user) | {"authenticity_token": "c2FuZGJveA=="}}


def list_all(asked: Asked) -> dict[str, Any]:
    """GET /users, of some roles or of all; deleted users are not among them."""
    users = asked.account.users
    roles = set(asked.args.getlist("role[]") + asked.args.getlist("role"))
    external = asked.args.get("external_id")

    def keep(number: int) -> bool:
        if not users.active(number) or (roles and users.role(number) not in roles):
            return False
        return external is None or users.get(number)["external_id"] == external

    return listing(asked, "users", users.ids, lambda id_: _shown(asked, id_), keep)


def count(asked: Asked) -> dict[str, Any]:
    """GET /users/count: an approximate number."""
    number = sum(map(asked.account.users.active, asked.account.users.ids))
    return {"count": {"value": number, "refreshed_at": asked.now}}


def read(asked: Asked, number: int) -> dict[str, Any]:
    """GET /users/{id}, deleted or not; 404 only for what never was or is gone for good."""
    user = asked.account.users.get(number)
    if user.get("permanently_deleted"):
        raise not_found()
    return _with_identities(asked, {"user": profile.shown(asked, user)}, [user])


def show_many(asked: Asked) -> dict[str, Any]:
    """GET /users/show_many by ids or external_ids; unknown ones are simply not there."""
    users, found = asked.account.users, list[User]()
    for each in asked.ids():
        if each.isdigit() and int(each) in users:
            found.append(users.get(int(each)))
    for each in asked.ids("external_ids"):
        number = users.find("external_id", each)
        if number is not None:
            found.append(users.get(number))
    kept = [user for user in found if not user.get("permanently_deleted")]
    shown = [profile.shown(asked, user) for user in kept]
    answer = {"users": shown, "next_page": None, "previous_page": None, "count": len(shown)}
    return _with_identities(asked, answer, kept)


def create(asked: Asked) -> dict[str, Any]:
    """POST /users."""
    user = profile.create(asked, asked.part("user"))
    asked.made(asked.url(f"users/{user['id']}.json"))
    return {"user": profile.shown(asked, user)}


def create_or_update(asked: Asked) -> dict[str, Any]:
    """POST /users/create_or_update: found by e-mail or external id, else made."""
    given = asked.part("user")
    for key in ("email", "external_id"):
        number = asked.account.users.find(key, str(given[key])) if given.get(key) else None
        if number is not None:
            _slowly(asked, number)
            user = profile.change(asked, number, given)
            asked.headers["Location"] = asked.url(f"users/{number}.json")
            return {"user": profile.shown(asked, user)}
    return create(asked)


def change(asked: Asked, number: int) -> dict[str, Any]:
    """PUT /users/{id}: five a minute for one user and one a second for the account."""
    asked.account.users.get(number)
    _slowly(asked, number)
    return {"user": profile.shown(asked, profile.change(asked, number, asked.part("user")))}


def remove(asked: Asked, number: int) -> dict[str, Any]:
    """DELETE /users/{id}, which only makes the user inactive."""
    if number == asked.caller.id:
        raise forbidden("You cannot delete yourself.")
    return {"user": profile.shown(asked, profile.remove(asked, number))}


def list_deleted(asked: Asked) -> dict[str, Any]:
    """GET /deleted_users."""
    users = asked.account.users
    return listing(
        asked,
        "deleted_users",
        users.ids,
        lambda id_: _shown(asked, id_),
        lambda id_: not users.active(id_) and not users.get(id_).get("permanently_deleted"),
    )


def remove_for_good(asked: Asked, number: int) -> dict[str, Any]:
    """DELETE /deleted_users/{id}: what was known of the person is gone."""
    asked.need_admin()
    user = asked.account.users.get(number)
    if user["active"]:
        raise not_found()
    gone = blank(number, user["created_at"]) | {
        "name": "Permanently Deleted User",
        "active": False,
        "permanently_deleted": True,
        "updated_at": asked.now,
    }
    asked.account.users.put(gone)
    asked.account.identities[number] = []
    return {"deleted_user": profile.shown(asked, gone)}


def merge(asked: Asked, number: int) -> dict[str, Any]:
    """PUT /users/{id}/merge: the user in the path ends, the one in the body stays as it was."""
    loser = asked.account.users.get(number)
    winner = asked.account.users.get(as_id(asked.part("user").get("id")))
    if loser["id"] == winner["id"] or not (loser["role"] == winner["role"] == "end-user"):
        raise invalid("base", "Only two different end users can be merged")
    for ticket in asked.account.tickets.of(number):
        asked.account.tickets.put(ticket | {"requester_id": winner["id"]})
    profile.remove(asked, number)
    kept = winner | {"updated_at": asked.now}
    moved = [each | {"user_id": winner["id"], "primary": False} for each in _lines(asked, loser)]
    known = {(each["type"], each["value"]) for each in _lines(asked, winner)}
    asked.account.identities[winner["id"]] = _lines(asked, winner) + [
        each for each in moved if (each["type"], each["value"]) not in known
    ]
    asked.account.identities[number] = []
    asked.account.users.put(kept)
    told(asked.account, kept, "merged", {"user": {"id": str(number)}})
    return {"user": profile.shown(asked, kept)}


def find(asked: Asked) -> dict[str, Any]:
    """GET /users/search by `query` or `external_id`, by page number only."""
    users = asked.account.users
    external, query = asked.args.get("external_id"), asked.args.get("query", "").casefold()
    if external:
        number = users.find("external_id", external)
        found = [] if number is None else [number]
    elif query:
        word = query.partition(":")[2].strip('"') if ":" in query else query
        found = [
            id_
            for id_ in users.ids
            if users.active(id_)
            and any(word in str(users.get(id_)[key] or "").casefold() for key in _SEARCHED)
        ]
    else:
        raise bad_request("ParameterMissing", "Parameter query is required")
    return listing(asked, "users", found, lambda id_: _shown(asked, id_))


_SEARCHED = ("name", "email", "phone", "notes", "external_id")


def _slowly(asked: Asked, number: int) -> None:
    moment, rates = asked.account.clock(), asked.account.rates
    rates.spend("user-updates", 1, 1, moment)
    rates.spend(f"user-updates-{number}", 5, 60, moment)


def _lines(asked: Asked, user: User) -> list[dict[str, Any]]:
    return identities.of(asked.account, user)


def _with_identities(asked: Asked, answer: dict[str, Any], users: list[User]) -> dict[str, Any]:
    asked_for = "identities" in asked.args.get("include", "").split(",")
    if asked_for and asked.account.side_loads:
        answer["identities"] = [
            identities.shown(asked, each) for user in users for each in _lines(asked, user)
        ]
    return answer


def _shown(asked: Asked, number: int) -> dict[str, Any]:
    return profile.shown(asked, asked.account.users.get(number))
