"""What one call asks for: parameters from the address, the body or both, read alike."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from werkzeug.wrappers import Request

from connectors.kintone.sandbox.access import Caller
from connectors.kintone.sandbox.domain import App, Domain
from connectors.kintone.sandbox.errors import (
    NOT_AN_INTEGER,
    REQUIRED,
    WRONG_FORMAT,
    KintoneError,
    invalid,
)

_LARGEST = 2**53
_INDEXED = re.compile(r"(\w+)\[(\d+)\]$")


@dataclass(frozen=True, kw_only=True)
class Event:
    """A change a webhook may tell of. Values are those of the webhook's body."""

    app: int
    type: str
    record_id: int
    body: dict[str, Any] = field(repr=False)


@dataclass(kw_only=True)
class Asked:
    """One call's parameters and its caller; `events` collects what webhooks may tell."""

    domain: Domain
    caller: Caller
    params: dict[str, Any] = field(repr=False)
    guest_space: int | None = None
    events: list[Event] = field(default_factory=list)

    def app(self, *any_of: str, name: str = "app") -> App:
        """The app the call names, if the caller has one of these rights on it."""
        app = self.domain.app(self.number(name), self.guest_space)
        self.caller.need(app, *any_of)
        self.domain.count_call(app)
        return app

    def number(self, name: str) -> int:
        """A required id. Raises KintoneError CB_VA01."""
        return number(self.params.get(name), name)

    def optional_number(self, name: str) -> int | None:
        """An id or None. Raises KintoneError CB_VA01."""
        return optional_number(self.params.get(name), name)

    def text(self, name: str) -> str:
        """A text, empty where the call has none. Raises KintoneError CB_VA01."""
        value = self.params.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(name, WRONG_FORMAT)
        return value or ""

    def flag(self, name: str) -> bool:
        """A boolean, given as such or as a word."""
        value = self.params.get(name)
        if value not in (None, True, False, "true", "false"):
            raise invalid(name, WRONG_FORMAT)
        return value in (True, "true")

    def items(self, name: str, most: int, required: bool = True) -> list[Any]:
        """A list of at most so many. Raises KintoneError CB_VA01."""
        value = self.params.get(name)
        if value is None and not required:
            return []
        if value is None or value == []:
            raise invalid(name, REQUIRED)
        if not isinstance(value, list):
            raise invalid(name, WRONG_FORMAT)
        if len(value) > most:
            raise invalid(name, (f"At most {most} are allowed.", f"{most}件以下にしてください。"))
        return value


def number(value: Any, path: str) -> int:
    """An id as a number or as digits, up to 2^53. Raises KintoneError CB_VA01."""
    found = optional_number(value, path)
    if found is None:
        raise invalid(path, REQUIRED)
    return found


def optional_number(value: Any, path: str) -> int | None:
    """The same where null and absent mean none; -1 passes, for revisions use it."""
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-1|\d{1,16}", text) or int(text) > _LARGEST:
        raise invalid(path, NOT_AN_INTEGER)
    return int(text)


def method_of(request: Request) -> str:
    """The method meant: long queries come as POST that overrides itself to GET."""
    if request.method == "POST":
        return request.headers.get("X-HTTP-Method-Override", "POST").upper()
    return request.method


def params_of(request: Request) -> dict[str, Any]:
    """The parameters of a call. Raises KintoneError: CB_IJ01 for bad JSON, CB_IL02."""
    params: dict[str, Any] = {}
    lists: dict[str, dict[int, str]] = {}
    for name, value in request.args.items():
        if found := _INDEXED.match(name):
            lists.setdefault(found.group(1), {})[int(found.group(2))] = value
        else:
            params[name] = value
    params |= {name: [part for _, part in sorted(parts.items())] for name, parts in lists.items()}
    data = request.get_data()
    if not data:
        return params
    if request.mimetype != "application/json":
        raise KintoneError("CB_IL02")
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as exc:
        raise KintoneError("CB_IJ01") from exc
    if not isinstance(body, dict):
        raise KintoneError("CB_IJ01")
    return params | body
