# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for one Zendesk account: zenpy's sign-in and session, with what it lacks.

zenpy's caches are off, for they never expire. Lists are read as raw pages, because zenpy ends a
list at its first empty page. Nothing here waits for a limit: see `door`.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import orjson
import requests
from zenpy import Zenpy  # type: ignore[import-untyped]
from zenpy.lib.exception import APIException, ZenpyException  # type: ignore[import-untyped]

from hub.sdk import Connection, SecretText

from .door import Door
from .refusals import (
    Refusal,
    away,
    unexpected,
    unknown_credentials,
)
from .signin import SignIn

T = TypeVar("T")

MANY = 100
"""How many ids one call takes."""

EXPORT_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Me:
    """The user as whom we work."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Export:
    """One page of the export of users, and the place behind it."""

    users: Sequence[dict[str, Any]] = field(repr=False)
    after: str | None
    end: bool


class ZendeskClient:
    """Calls one account. For one job: not to be shared between threads.

    Raises AuthError, ConfigError or TransientError. Writes to one record give the `Refusal` back,
    so that the caller can decide about it.
    """

    def __init__(self, connection: Connection, *, timeout: float = 60.0) -> None:
        settings = connection.settings
        self._connection = connection
        self.credential = "client_secret" if settings["auth"] == "oauth" else "api_token"
        self._door = Door(connection, self.credential, timeout=timeout)
        self._sign_in = SignIn(connection, self._door)

    def me(self) -> Me:
        """Give the user as whom we are signed in."""
        user = self.through_zenpy(lambda zenpy: zenpy.users.me())
        if not getattr(user, "id", None):
            # Zendesk answers a stranger with a user without id instead of refusing.
            raise unknown_credentials(self._connection, self.credential)
        return Me(name=str(user.name), role=str(user.role))

    def through_zenpy(self, ask: Callable[[Zenpy], T]) -> T:
        """Ask something of zenpy's own interface and give its answer.

        For single small things: zenpy makes an object of every record, at ten times the cost.
        """
        try:
            return self._sign_in.run(ask)
        except APIException as exc:
            response = exc.response
            refusal = Refusal.read(response.status_code, _json(response))
            raise unexpected(refusal, self._connection, self.credential) from None
        except (ZenpyException, AttributeError, KeyError, ValueError) as exc:
            raise away(self._connection) from exc

    def user_fields(self) -> list[dict[str, Any]]:
        """Give the definitions of the account's user fields."""
        return list(self._walk("/api/v2/user_fields", "user_fields"))

    def ticket_fields(self) -> list[dict[str, Any]]:
        """Give the definitions of the account's ticket fields, the system's own among them."""
        return list(self._walk("/api/v2/ticket_fields", "ticket_fields"))

    def webhooks(self) -> list[dict[str, Any]]:
        """Give the account's webhooks."""
        return list(self._walk("/api/v2/webhooks", "webhooks"))

    def triggers(self) -> list[dict[str, Any]]:
        """Give the account's ticket triggers."""
        return list(self._walk("/api/v2/triggers", "triggers"))

    def signing_secret(self, webhook_id: str) -> SecretText:
        """Give the secret a webhook signs with."""
        body = self._read("GET", f"/api/v2/webhooks/{webhook_id}/signing_secret")
        secret = body.get("signing_secret")
        if not isinstance(secret, Mapping) or not isinstance(secret.get("secret"), str):
            raise away(self._connection)
        return SecretText(secret["secret"])

    def export(self, cursor: str | None) -> Export | Refusal:
        """Give the page of changed users at this cursor, from the first user without one.

        Gives the refusal of a cursor that Zendesk does not take any more.
        """
        params: dict[str, str | int] = {"per_page": EXPORT_PAGE}
        params |= {"start_time": 0} if cursor is None else {"cursor": cursor}
        body = self._one("GET", "/api/v2/incremental/users/cursor", params=params)
        if isinstance(body, Refusal):
            if cursor is not None and body.status in (400, 422):
                return body
            raise unexpected(body, self._connection, self.credential)
        users, after, end = body.get("users"), body.get("after_cursor"), body.get("end_of_stream")
        if not isinstance(users, list) or not isinstance(end, bool):
            raise away(self._connection)
        if not end and (not isinstance(after, str) or after == cursor):
            # Going on from here would never end.
            raise away(self._connection)
        return Export(users=users, after=after if isinstance(after, str) else cursor, end=end)

    def people(self, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Give a page of all end users, and the place behind it: None behind the last."""
        params: dict[str, str | int] = {"role": "end-user", "page[size]": MANY}
        if after is not None:
            params["page[after]"] = after
        return self._page("/api/v2/users", "users", params)

    def users(
        self, ids: Sequence[int], *, identities: bool = False, needed: bool = True
    ) -> dict[int, dict[str, Any]]:
        """Give these users as they are now, deleted ones among them; none for an unknown id.

        With `identities` each user has the list of them under that name, at no further call.
        Where Zendesk gives none beside the users it raises TransientError, unless not `needed`.
        """
        beside = "identities" if identities else None
        return self._many("users", ids, beside=beside, needed=needed)

    def tickets(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Give these tickets as they are now; none for an unknown id."""
        return self._many("tickets", ids)

    def update_users(self, changes: Sequence[Mapping[str, Any]]) -> str:
        """Order these changes, up to 100, each with the user's `id`; give the id of the job."""
        body = self._read("PUT", "/api/v2/users/update_many", payload={"users": list(changes)})
        job = body.get("job_status")
        if not isinstance(job, Mapping) or not isinstance(job.get("id"), str):
            raise away(self._connection, maybe_done=True)
        return str(job["id"])

    def job(self, job_id: str) -> Mapping[str, Any]:
        """Give an ordered job: its `status` and, when it has ended, its `results`."""
        body = self._read("GET", f"/api/v2/job_statuses/{job_id}")
        job = body.get("job_status")
        if not isinstance(job, Mapping):
            raise away(self._connection)
        return job

    def add_tags(
        self, user_id: int, tags: Sequence[str], *, unchanged_since: str | None = None
    ) -> Refusal | None:
        """Add tags to a user; the others stay.

        With `unchanged_since`, the `updated_at` the user had when it was looked at, Zendesk refuses
        with CONFLICT where somebody changed the user meanwhile.
        """
        path = f"/api/v2/users/{user_id}/tags"
        payload: dict[str, Any] = {"tags": list(tags)}
        if unchanged_since is not None:
            payload |= {"updated_stamp": unchanged_since, "safe_update": True}
        return _refused(self._one("PUT", path, payload=payload))

    def remove_tags(self, user_id: int, tags: Sequence[str]) -> Refusal | None:
        """Take tags from a user; the others stay."""
        path = f"/api/v2/users/{user_id}/tags"
        return _refused(self._one("DELETE", path, payload={"tags": list(tags)}))

    def write_notes(self, user_id: int, text: str) -> Refusal | None:
        """Replace the notes field of a user."""
        payload = {"user": {"notes": text}}
        return _refused(self._one("PUT", f"/api/v2/users/{user_id}", payload=payload))

    def comment(self, ticket_id: int, text: str) -> Refusal | None:
        """Add an internal note to a ticket. Not to be repeated blindly: each call leaves one."""
        payload = {"ticket": {"comment": {"body": text, "public": False}}}
        return _refused(self._one("PUT", f"/api/v2/tickets/{ticket_id}", payload=payload))

    def comments(self, ticket_id: int) -> Iterator[dict[str, Any]]:
        """Give a ticket's comments, oldest first, page by page."""
        return self._walk(f"/api/v2/tickets/{ticket_id}/comments", "comments")

    def _many(
        self, name: str, ids: Sequence[int], *, beside: str | None = None, needed: bool = True
    ) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(ids), MANY):
            params: dict[str, str | int] = {"ids": ",".join(map(str, ids[start : start + MANY]))}
            if beside:
                params["include"] = beside
            body = self._read("GET", f"/api/v2/{name}/show_many", params=params)
            items = self._items(body, name)
            if beside:
                owned: dict[object, list[dict[str, Any]]] = defaultdict(list)
                for each in self._items(body, beside) if needed or beside in body else ():
                    owned[each.get("user_id")].append(each)
                for item in items:
                    item[beside] = owned[item.get("id")]
            found.update((self._id(item), item) for item in items)
        return found

    def _walk(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            params: dict[str, str | int] = {"page[size]": MANY}
            if after is not None:
                params["page[after]"] = after
            items, after = self._page(path, name, params)
            yield from items
            if after is None:
                return

    def _page(
        self, path: str, name: str, params: Mapping[str, str | int]
    ) -> tuple[list[dict[str, Any]], str | None]:
        body = self._read("GET", path, params=params)
        items, meta = self._items(body, name), body.get("meta")
        # A finished list still has a link to a next page: only has_more says the truth.
        if not isinstance(meta, Mapping) or not meta.get("has_more"):
            return items, None
        after = meta.get("after_cursor")
        if not isinstance(after, str) or after == params.get("page[after]"):
            raise away(self._connection)
        return items, after

    def _items(self, body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        items = body.get(name)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise away(self._connection)
        return items

    def _id(self, item: Mapping[str, Any]) -> int:
        id_ = item.get("id")
        if type(id_) is not int:
            raise away(self._connection)
        return id_

    def _read(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        body = self._one(method, path, **options)
        if isinstance(body, Refusal):
            raise unexpected(body, self._connection, self.credential)
        return body

    def _one(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | Refusal:
        response = self._sign_in.run(
            lambda _: self._door.call(method, path, params=params, json=payload)
        )
        body = _json(response)
        if not response.ok:
            return Refusal.read(response.status_code, body)
        if response.status_code == 204:
            return {}
        if not isinstance(body, dict):
            raise away(self._connection, maybe_done=method != "GET")
        return body


def _refused(answer: object) -> Refusal | None:
    return answer if isinstance(answer, Refusal) else None


def _json(response: requests.Response) -> object:
    try:
        return cast(object, orjson.loads(response.content))
    except json.JSONDecodeError:
        return None
