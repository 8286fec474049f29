# SPDX-License-Identifier: GPL-3.0-or-later
"""Search: a thousand results by page number, more by the export's cursor."""

import re
from collections.abc import Callable
from typing import Any

from connectors.zendesk.sandbox import profile, tickets
from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import ZendeskError, bad_request
from connectors.zendesk.sandbox.paging import by_cursor, by_offset

MOST = 1_000
_EXPORTS = 100  # a minute
_TERM = re.compile(r'(-?)(?:([a-z_0-9]+)([:<>]=?))?("[^"]*"|\S+)')
_WORDS = ("name", "email", "phone", "notes", "subject", "description")
_DATES = {"created": "created_at", "updated": "updated_at"}
_OTHER = {"requester": "requester_id", "assignee": "assignee_id", "id": "id"}

Record = dict[str, Any]
Test = Callable[[Record], bool]


def search(asked: Asked) -> dict[str, Any]:
    """GET /search: 422 behind the thousandth result, though `count` tells how many there are."""
    page = max(1, asked.number("page", 1))
    size = min(100, asked.number("per_page", 100))
    if page * size > MOST and page > 1:
        text = "Invalid search: Requested response size was greater than Search Response Limits"
        raise ZendeskError(422, {"error": "invalid", "description": text})
    found = _found(asked, _kind(asked))
    answer = by_offset(asked, "results", sorted(found), found.__getitem__, deepest=10**9)
    return answer | {"facets": None}


def count(asked: Asked) -> dict[str, Any]:
    """GET /search/count."""
    return {"count": len(_found(asked, _kind(asked)))}


def export(asked: Asked) -> dict[str, Any]:
    """GET /search/export: one kind of record, by cursor, a hundred calls a minute."""
    asked.account.rates.spend("search-export", _EXPORTS, 60, asked.account.clock())
    kind = asked.args.get("filter[type]")
    if kind not in ("user", "ticket"):
        raise bad_request("InvalidParameter", "filter[type] is required")
    found = _found(asked, kind)
    return by_cursor(asked, "results", sorted(found), found.__getitem__)


def _found(asked: Asked, kind: str | None) -> dict[int, Record]:
    query = asked.args.get("query")
    if query is None:
        raise bad_request("ParameterMissing", "Parameter query is required")
    tests = [test for test in map(_test, _TERM.findall(query)) if test]
    users, store = asked.account.users, asked.account.tickets
    found: dict[int, Record] = {}
    if kind in (None, "user"):
        for number in users.ids:
            user = profile.shown(asked, users.get(number))
            if user["active"] and all(test(user) for test in tests):
                found[number] = user | {"result_type": "user"}
    if kind in (None, "ticket"):
        for number in store.ids:
            ticket = tickets.shown(asked, store.get(number))
            if ticket["status"] != "deleted" and all(test(ticket) for test in tests):
                found[number] = ticket | {"result_type": "ticket"}
    return found


def _kind(asked: Asked) -> str | None:
    found = re.search(r"\btype:(\w+)", asked.args.get("query", ""))
    return found[1] if found else None


def _test(term: tuple[str, str, str, str]) -> Test | None:
    minus, name, sign, word = term
    word = word.strip('"')
    if name == "type":
        return None

    def fits(record: Record) -> bool:
        return _holds(record, name, sign, word) != bool(minus)

    return fits


def _holds(record: Record, name: str, sign: str, word: str) -> bool:
    if not name:
        wanted = word.strip("*").casefold()
        return any(wanted in str(record.get(key) or "").casefold() for key in _WORDS)
    if name in _DATES:
        value = record[_DATES[name]][: len(word)]
        match sign[0]:
            case "<":
                return bool(value < word or (sign == "<=" and value == word))
            case ">":
                return bool(value > word or (sign == ">=" and value == word))
        return bool(value == word)
    if name in ("tags", "tag"):
        return word.lower() in record["tags"]
    fields = record.get("user_fields") or {}
    value = fields[name] if name in fields else record.get(_OTHER.get(name, name))
    if word == "none":
        return value is None
    held = str(value if value is not None else "").casefold()
    if word.endswith("*"):
        return held.startswith(word[:-1].casefold())
    return held == word.casefold() or (name == "name" and word.casefold() in held)
