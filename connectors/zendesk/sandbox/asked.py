# SPDX-License-Identifier: GPL-3.0-or-later
"""One call: who asks what, and what its answer carries beside the JSON."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from connectors.zendesk.sandbox.errors import bad_request, forbidden

if TYPE_CHECKING:
    from connectors.zendesk.sandbox.account import Account

User = dict[str, Any]
_MOST_IDS = 100


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A signed-in user. `scopes` are those of an OAuth token; None means all."""

    user: User
    scopes: frozenset[str] | None = None

    @property
    def id(self) -> int:
        """The user's id."""
        return int(self.user["id"])

    @property
    def admin(self) -> bool:
        """Whether the user may do everything."""
        return bool(self.user["role"] == "admin")


@dataclass(kw_only=True)
class Asked:
    """A call on its way through a handler, which may set `status`, `headers` and `warnings`.

    `base` is scheme and host as the caller wrote them; `path` has no `.json` at its end.
    """

    account: "Account"
    caller: Caller
    base: str
    path: str
    method: str = "GET"
    args: MultiDict[str, str] = field(default_factory=MultiDict)
    body: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    warnings: set[str] = field(default_factory=set)

    @property
    def now(self) -> str:
        """The present moment as answers show it."""
        return self.account.now()

    def url(self, tail: str) -> str:
        """The address of a record of this API."""
        return f"{self.base}/api/v2/{tail}"

    def part(self, name: str) -> dict[str, Any]:
        """The object `name` of the body. Raises ZendeskError 400."""
        given = self.body.get(name)
        if not isinstance(given, dict):
            raise bad_request("ParameterMissing", f"Parameter {name} is required")
        return dict(given)

    def parts(self, name: str) -> list[dict[str, Any]]:
        """The list `name` of the body, at most a hundred objects. Raises ZendeskError 400."""
        given = self.body.get(name)
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            raise bad_request("ParameterMissing", f"Parameter {name} is required")
        self._few(given)
        return given

    def ids(self, name: str = "ids") -> list[str]:
        """The comma-separated parameter, at most a hundred values. Raises ZendeskError 400."""
        given = [each.strip() for each in self.args.get(name, "").split(",") if each.strip()]
        self._few(given)
        return given

    def need_admin(self) -> None:
        """Pass an administrator. Raises ZendeskError 403."""
        if not self.caller.admin:
            raise forbidden()

    def number(self, name: str, otherwise: int) -> int:
        """The number in a parameter, or the other one. Raises ZendeskError 400."""
        try:
            return int(self.args.get(name) or otherwise)
        except ValueError as exc:
            raise bad_request("InvalidPaginationParameter", f"{name} must be a number") from exc

    def made(self, url: str) -> None:
        """Answer 201 with the address of what was made."""
        self.status = 201
        self.headers["Location"] = url

    def _few(self, given: list[Any]) -> None:
        if len(given) > _MOST_IDS:
            raise bad_request(
                "TooManyValues",
                f"The maximum number of values is {_MOST_IDS}",
                max_count=_MOST_IDS,
            )


def as_id(value: Any, name: str = "id") -> int:
    """A number that a caller may have written as text. Raises ZendeskError 400."""
    try:
        return int(value)
    except (TypeError, ValueError) as exc:
        raise bad_request("InvalidParameter", f"{name} must be a number") from exc


def words(given: Any) -> list[str]:
    """Tags, given as a list or as text with spaces, in small letters. Raises ZendeskError 400."""
    found = given.split() if isinstance(given, str) else given
    if not isinstance(found, list | tuple):
        raise bad_request("InvalidParameter", "tags must be a list")
    return [str(word).lower() for word in found]


def as_objects(value: Any, name: str, *keys: str) -> list[dict[str, Any]]:
    """A list of objects that have these keys. Raises ZendeskError 400."""
    rows = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(rows) < len(value):
        raise bad_request("InvalidParameter", f"{name} must be a list of objects")
    if not all(set(keys) <= set(each) for each in rows):
        raise bad_request("ParameterMissing", f"each of {name} needs {', '.join(keys)}")
    return rows
