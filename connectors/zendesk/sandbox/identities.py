# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities of a user: e-mail addresses and direct phone lines. Shared numbers are none."""

from typing import TYPE_CHECKING, Any

from connectors.zendesk.sandbox.asked import Asked, User
from connectors.zendesk.sandbox.errors import invalid, not_found
from connectors.zendesk.sandbox.events import told
from connectors.zendesk.sandbox.paging import listing
from connectors.zendesk.sandbox.people import FIRST_NEW, FIRST_PERSON, second_mobile
from hub.testing.roster import person

if TYPE_CHECKING:
    from connectors.zendesk.sandbox.account import Account

_TYPES = ("email", "phone_number", "twitter", "facebook", "google", "agent_forwarding")
# Identities of the roster follow from the user's id, so that none of them need be stored.
_FIRST, _PER_USER = 1_901_000_000_000, 10


def of(account: "Account", user: User) -> list[dict[str, Any]]:
    """The identities of a user, the primary e-mail first."""
    stored = account.identities.get(user["id"])
    return stored if stored is not None else _seeded(user)


def list_all(asked: Asked, number: int) -> dict[str, Any]:
    """GET /users/{id}/identities, of one type or of all."""
    user = asked.account.users.get(number)
    kinds = asked.args.getlist("type[]") or asked.args.getlist("type")
    found = {each["id"]: each for each in of(asked.account, user)}
    ids = sorted(key for key, each in found.items() if not kinds or each["type"] in kinds)
    return listing(asked, "identities", ids, lambda id_: shown(asked, found[id_]))


def read(asked: Asked, number: int, identity: int) -> dict[str, Any]:
    """GET of one identity."""
    return {"identity": shown(asked, _find(asked, number, identity))}


def create(asked: Asked, number: int) -> dict[str, Any]:
    """POST of an identity. Raises ZendeskError 422."""
    user, given = asked.account.users.get(number), asked.part("identity")
    kind, value = given.get("type"), given.get("value")
    if kind not in _TYPES:
        raise invalid("type", "Type: is invalid")
    if not value:
        raise invalid("value", "Value: cannot be blank", "BlankValue")
    new = add(asked, user, str(kind), str(value), verified=bool(given.get("verified")))
    asked.made(asked.url(f"users/{number}/identities/{new['id']}.json"))
    return {"identity": shown(asked, new)}


def remove(asked: Asked, number: int, identity: int) -> None:
    """DELETE of an identity."""
    user, found = asked.account.users.get(number), _find(asked, number, identity)
    rest = [each for each in of(asked.account, user) if each["id"] != identity]
    asked.account.identities[number] = rest
    told(asked.account, user, "identity_deleted", {"identity": _brief(found)})
    asked.status = 204


def make_primary(asked: Asked, number: int, identity: int) -> dict[str, Any]:
    """PUT …/make_primary: all identities with this one as the primary of its type."""
    user, found = asked.account.users.get(number), _find(asked, number, identity)
    all_ = [
        each | {"primary": each["id"] == identity} if each["type"] == found["type"] else each
        for each in of(asked.account, user)
    ]
    asked.account.identities[number] = all_
    key = {"email": "email", "phone_number": "phone"}.get(found["type"])
    if key:
        asked.account.users.put(user | {key: found["value"], "updated_at": asked.now})
    told(asked.account, user, "identity_changed", {"identity": _brief(found)})
    return {"identities": [shown(asked, each) for each in all_], "count": len(all_)}


def add(
    asked: Asked, user: User, kind: str, value: str, *, verified: bool = False
) -> dict[str, Any]:
    """Give a user one more identity and tell of it. Raises ZendeskError 422 for a second one."""
    before = of(asked.account, user)
    if any(each["type"] == kind and each["value"] == value for each in before):
        raise invalid("value", f"{kind}: {value} is already being used", "DuplicateValue")
    new = {
        "id": asked.account.number(),
        "user_id": user["id"],
        "type": kind,
        "value": value,
        "verified": verified,
        "primary": not any(each["type"] == kind for each in before),
        "created_at": asked.now,
        "updated_at": asked.now,
        "undeliverable_count": 0,
        "deliverable_state": "deliverable",
        "verification_method": "none",
    }
    asked.account.identities[user["id"]] = [*before, new]
    told(asked.account, user, "identity_created", {"identity": _brief(new)})
    return new


def shown(asked: Asked, identity: dict[str, Any]) -> dict[str, Any]:
    """An identity as answers show it."""
    tail = f"users/{identity['user_id']}/identities/{identity['id']}.json"
    return {"url": asked.url(tail), **identity}


def _find(asked: Asked, number: int, identity: int) -> dict[str, Any]:
    user = asked.account.users.get(number)
    found = [each for each in of(asked.account, user) if each["id"] == identity]
    if not found:
        raise not_found()
    return found[0]


def _seeded(user: User) -> list[dict[str, Any]]:
    rows = [("email", user["email"])]
    if FIRST_PERSON < user["id"] < FIRST_NEW:
        who = person(user["id"] - FIRST_PERSON)
        if who.zendesk and who.e164 and not user["shared_phone_number"]:
            rows.append(("phone_number", who.e164))
            rows += [("phone_number", second)] if (second := second_mobile(who.index)) else []
    kinds = [kind for kind, _ in rows]
    return [
        {
            "id": _FIRST + (user["id"] - 1_900_000_000_000) * _PER_USER + at,
            "user_id": user["id"],
            "type": kind,
            "value": value,
            "verified": kind == "email",
            "primary": kind not in kinds[:at],
            "created_at": user["created_at"],
            "updated_at": user["created_at"],
            "undeliverable_count": 0,
            "deliverable_state": "deliverable",
            "verification_method": "none",
        }
        for at, (kind, value) in enumerate(rows)
        if value
    ]


def _brief(identity: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(identity["id"]),
        "primary": identity["primary"],
        "type": identity["type"],
        "value": identity["value"],
    }
