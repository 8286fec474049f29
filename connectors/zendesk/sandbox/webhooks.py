# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: made by API or by hand, called by triggers or by events, never both."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from connectors.zendesk.sandbox.courier import Address, Courier, Invocation
from connectors.zendesk.sandbox.errors import ZendeskError, not_found
from connectors.zendesk.sandbox.events import Event, body_of, same_type
from connectors.zendesk.sandbox.paging import by_cursor
from connectors.zendesk.sandbox.signing import TEST_SECRET

if TYPE_CHECKING:
    from connectors.zendesk.sandbox.asked import Asked

ACCOUNT_ID = 19_000_001
BY_TRIGGER = "conditional_ticket_events"
_FIELDS = (
    "name",
    "status",
    "endpoint",
    "http_method",
    "request_format",
    "subscriptions",
    "authentication",
    "custom_headers",
    "description",
)
_NEEDED = ("name", "endpoint", "http_method", "request_format", "status")
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MOST_KEPT = 1_000
_TEST_LIMIT = 20  # a minute


class Webhooks:
    """The webhooks of an account by id, and the log of their calls."""

    def __init__(self, limits: bool, clock: Callable[[], datetime]) -> None:
        self._limits = limits
        self._clock = clock
        self._rows: dict[str, dict[str, Any]] = {}
        self._secrets: dict[str, str] = {}
        self._made = 0
        self._calls: list[Invocation] = []
        self.courier = Courier(ACCOUNT_ID, clock)

    def fires(self, number: str) -> bool:
        """Whether a trigger may call this webhook."""
        row = self._rows.get(number)
        return row is not None and row["subscriptions"] == [BY_TRIGGER]

    def call(self, number: str, body: bytes) -> None:
        """Call a webhook if it is active and still there."""
        row = self._rows.get(number)
        if row is None or row["status"] != "active":
            return
        invocation = Invocation(address=self._address(row), body=body)
        self._calls.append(invocation)
        del self._calls[:-_MOST_KEPT]
        self.courier.send(invocation)

    def tell(self, event: Event, now: str) -> None:
        """Call all webhooks that want this event."""
        for number, row in list(self._rows.items()):
            if any(same_type(each, event.type) for each in row["subscriptions"]):
                self.call(number, orjson.dumps(body_of(event, ACCOUNT_ID, now)))

    def by_hand(self, name: str, endpoint: str, subscriptions: Iterable[str], secret: str) -> str:
        """Make a webhook as an admin does in the browser, with this secret, and give its id."""
        given = {
            "name": name,
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": list(subscriptions),
        }
        row = self._new(given, "1900000000001")
        self._secrets[row["id"]] = secret
        return str(row["id"])

    def invocations(self) -> list[Invocation]:
        """The last calls of all webhooks, oldest first."""
        return list(self._calls)

    def clear(self) -> None:
        """Remove all webhooks."""
        self._rows.clear()

    def list_all(self, asked: "Asked") -> dict[str, Any]:
        """GET /webhooks: a short list has no links."""
        asked.need_admin()
        page = by_cursor(asked, "webhooks", sorted(self._rows), lambda id_: _shown(self._rows[id_]))
        if not page["meta"]["has_more"]:
            return {"webhooks": page["webhooks"], "meta": {"has_more": False}}
        return page

    def read(self, asked: "Asked", number: str) -> dict[str, Any]:
        """GET /webhooks/{id}, without the secrets of its authentication."""
        asked.need_admin()
        return {"webhook": _shown(self._get(number))}

    def create(self, asked: "Asked") -> dict[str, Any]:
        """POST /webhooks: 201, or 400 for what is missing."""
        asked.need_admin()
        row = self._new(_checked(asked.part("webhook")), str(asked.caller.id))
        asked.made(asked.url(f"webhooks/{row['id']}"))
        return {"webhook": _shown(row)}

    def change(self, asked: "Asked", number: str) -> None:
        """PUT and PATCH /webhooks/{id}: 204. The kind of a webhook cannot be changed."""
        asked.need_admin()
        row, given = self._get(number), asked.part("webhook")
        given = {key: value for key, value in given.items() if key in _FIELDS}
        wanted = _checked(row | given)["subscriptions"]
        if (BY_TRIGGER in wanted) != (BY_TRIGGER in row["subscriptions"]):
            raise _wrong("subscriptions", "The kind of a webhook cannot be changed")
        row |= given | {"updated_at": asked.now, "updated_by": str(asked.caller.id)}
        asked.status = 204

    def remove(self, asked: "Asked", number: str) -> None:
        """DELETE /webhooks/{id}: 204; 400 while a trigger calls it."""
        asked.need_admin()
        self._get(number)
        for trigger in asked.account.triggers.active():
            for action in trigger["actions"]:
                if action["field"] == "notification_webhook" and action["value"][0] == number:
                    raise _wrong("webhook", "The webhook is used by a trigger")
        del self._rows[number]
        asked.status = 204

    def secret(self, asked: "Asked", number: str) -> dict[str, Any]:
        """GET /webhooks/{id}/signing_secret; POST makes a new one (201)."""
        asked.need_admin()
        self._get(number)
        if asked.method == "POST":
            self._secrets[number] = self._secret()
            asked.status = 201
        return {"signing_secret": {"secret": self._secrets[number], "algorithm": "SHA256"}}

    def test(self, asked: "Asked") -> dict[str, Any]:
        """POST /webhooks/test: call an address now and tell what it answered."""
        asked.need_admin()
        left = asked.account.rates.spend("webhooks-test", _TEST_LIMIT, 60, self._clock())
        asked.headers["x-rate-limit"] = str(left.total)
        asked.headers["x-rate-limit-remaining"] = str(left.remaining)
        number = asked.args.get("webhook_id")
        given = asked.body.get("request")
        given = given if isinstance(given, dict) else {}
        if number:
            address = self._address(self._get(number))
        else:
            endpoint = str(given.get("endpoint") or "")
            address = Address(id="", method="POST", endpoint=endpoint, secret=TEST_SECRET)
        payload = str(given.get("payload") or "{}").encode()
        invocation = Invocation(address=address, body=payload, once=True)
        self.courier.send(invocation)
        return {"invocation": invocation}

    def list_calls(self, asked: "Asked", number: str) -> dict[str, Any]:
        """GET /webhooks/{id}/invocations."""
        asked.need_admin()
        self._get(number)
        rows = {each.id: each for each in self._calls if each.address.id == number}
        return by_cursor(asked, "invocations", sorted(rows), lambda id_: _call(rows[id_]))

    def list_attempts(self, asked: "Asked", number: str, call: str) -> dict[str, Any]:
        """GET /webhooks/{id}/invocations/{id}/attempts."""
        asked.need_admin()
        self._get(number)
        found = next((each for each in self._calls if each.id == call), None)
        if found is None:
            raise not_found()
        return {"attempts": found.attempts, "meta": {"has_more": False}}

    def _get(self, number: str) -> dict[str, Any]:
        if number not in self._rows:
            raise not_found()
        return self._rows[number]

    def _new(self, given: dict[str, Any], by: str) -> dict[str, Any]:
        self._made += 1
        digest = hashlib.sha256(f"zendesk sandbox webhook {self._made}".encode()).digest()
        tail = "".join(_BASE32[byte % 32] for byte in digest[:16])
        at = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        row = {
            "id": f"01K{self._made:07d}{tail}",
            "status": "active",
            "subscriptions": [BY_TRIGGER],
            "description": "",
            **{key: value for key, value in given.items() if key in _FIELDS},
            "created_at": at,
            "created_by": by,
            "updated_at": at,
            "updated_by": by,
        }
        self._rows[row["id"]] = row
        self._secrets[row["id"]] = self._secret()
        return row

    def _secret(self) -> str:
        seed = f"zendesk sandbox signing secret {self._made} {len(self._secrets)}"
        return base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()

    def _address(self, row: dict[str, Any]) -> Address:
        headers = {str(k): str(v) for k, v in (row.get("custom_headers") or {}).items()}
        auth, proof = None, row.get("authentication") or {}
        data = _data(proof)
        match proof.get("type"):
            case "basic_auth":
                auth = (str(data.get("username")), str(data.get("password")))
            case "bearer_token":
                headers["Authorization"] = f"Bearer {data.get('token')}"
            case "api_key":
                headers[str(data.get("name"))] = str(data.get("value"))
        return Address(
            id=row["id"],
            method=row["http_method"],
            endpoint=row["endpoint"],
            secret=self._secrets[row["id"]],
            headers=headers,
            auth=auth,
        )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    answer = dict(row)
    if proof := row.get("authentication"):
        data = _data(proof)
        kept = {key: data[key] for key in ("username", "name") if key in data}
        answer["authentication"] = (
            {**proof, "data": kept}
            if kept
            else {key: value for key, value in proof.items() if key != "data"}
        )
    return answer


def _data(proof: dict[str, Any]) -> dict[str, Any]:
    data = proof.get("data")
    return data if isinstance(data, dict) else {}


def _call(invocation: Invocation) -> dict[str, Any]:
    done = invocation.attempts[-1]["completed_at"] if invocation.attempts else None
    return {
        "id": invocation.id,
        "invoked_at": invocation.invoked_at or None,
        "latest_completed_at": done,
        "status": invocation.status,
        "status_code": invocation.status_code,
    }


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    for key in _NEEDED:
        if not given.get(key):
            raise _wrong(key, f"{key} is required")
    wanted = given.get("subscriptions") or [BY_TRIGGER]
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise _wrong("subscriptions", "subscriptions is a list of types")
    for key in ("custom_headers", "authentication"):
        if not isinstance(given.get(key) or {}, dict):
            raise _wrong(key, f"{key} is an object")
    if BY_TRIGGER in wanted and len(wanted) > 1:
        raise _wrong("subscriptions", "Events and conditional_ticket_events cannot be mixed")
    json_post = (given["http_method"], given["request_format"]) == ("POST", "json")
    if BY_TRIGGER not in wanted and not json_post:
        raise _wrong("http_method", "Webhooks for events use POST and json")
    if not str(given["endpoint"]).startswith(("http://", "https://")):
        raise _wrong("endpoint", "endpoint is not an address")
    return given | {"subscriptions": wanted}


def _wrong(where: str, text: str) -> ZendeskError:
    # The service of webhooks has error lists of its own, unlike the rest of the API.
    error = {"code": "InvalidParameter", "title": text, "source": {"pointer": f"/webhook/{where}"}}
    return ZendeskError(400, {"errors": [error]})
