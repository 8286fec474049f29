# SPDX-License-Identifier: GPL-3.0-or-later
"""Incremental exports: everything that changed, in order of time, the newest minute left out."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from connectors.zendesk.sandbox import profile
from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import bad_request, too_recent
from connectors.zendesk.sandbox.rates import EXPORTS

MOST = 1_000
A_MINUTE = 10
HIDDEN = 60  # seconds

Moment = tuple[int, int]


def users(asked: Asked) -> dict[str, Any]:
    """GET /incremental/users/cursor: deleted users too, as inactive."""
    account = asked.account
    return _page(
        asked,
        "users",
        account.users.changed,
        lambda id_: profile.shown(asked, account.users.get(id_)),
    )


def tickets(asked: Asked) -> dict[str, Any]:
    """GET /incremental/tickets/cursor."""
    store = asked.account.tickets
    return _page(asked, "tickets", store.changed, lambda id_: store.exported(asked, id_))


def users_by_time(asked: Asked) -> dict[str, Any]:
    """GET /incremental/users: the older kind, which gives what shares its last second again."""
    return _by_time(asked, "users", users)


def tickets_by_time(asked: Asked) -> dict[str, Any]:
    """GET /incremental/tickets: the older kind."""
    return _by_time(asked, "tickets", tickets)


def encode(moment: Moment) -> str:
    """The cursor behind a record."""
    return base64.b64encode(f"{moment[0]}.0||{moment[1]}|".encode()).decode()


def decode(cursor: str) -> Moment:
    """The place of a cursor. Raises ZendeskError 400."""
    try:
        at, _, rest = base64.b64decode(cursor, validate=True).decode().partition("||")
        return int(float(at)), int(rest.rstrip("|"))
    except (binascii.Error, ValueError) as exc:
        raise bad_request("InvalidCursor", "cursor is not valid") from exc


def _page(
    asked: Asked,
    name: str,
    changed: Callable[[Moment], Iterator[Moment]],
    show: Callable[[int], dict[str, Any]],
) -> dict[str, Any]:
    asked.need_admin()
    moment = asked.account.clock()
    left = asked.account.rates.spend(EXPORTS, A_MINUTE, 60, moment)
    asked.headers["zendesk-ratelimit-incremental-exports"] = left.text()
    newest = int(moment.timestamp()) - HIDDEN
    size = min(MOST, max(1, asked.number("per_page", MOST)))
    start = _start(asked, newest)
    page: list[Moment] = []
    more = asked.account.empty_page()
    if more:
        size = 0
    for place in changed(start):
        if place[0] > newest:
            break
        if len(page) == size:
            more = True
            break
        page.append(place)
    first, last = (encode(page[0]) if page else None), encode(page[-1] if page else start)
    return {
        name: [show(number) for _, number in page],
        "after_url": _link(asked, last),
        "after_cursor": last,
        "before_url": _link(asked, first) if first else None,
        "before_cursor": first,
        "end_of_stream": not more,
    }


def _start(asked: Asked, newest: int) -> Moment:
    if cursor := asked.args.get("cursor"):
        return decode(cursor)
    given = asked.args.get("start_time", "")
    if not given:
        raise bad_request("StartTimeMissing", "You must specify a start_time or a cursor")
    start = asked.number("start_time", 0)
    if start > newest:
        raise too_recent()
    return start, 0


def _link(asked: Asked, cursor: str) -> str:
    kept = [
        (key, value)
        for key, value in asked.args.items(multi=True)
        if key not in ("cursor", "start_time")
    ]
    return f"{asked.url(asked.path)}.json?{urlencode([*kept, ('cursor', cursor)])}"


def _by_time(
    asked: Asked, name: str, by_cursor: Callable[[Asked], dict[str, Any]]
) -> dict[str, Any]:
    page = by_cursor(asked)
    end = decode(page["after_cursor"])[0]
    query = urlencode({"start_time": end})
    return {
        name: page[name],
        "next_page": f"{asked.url(asked.path)}.json?{query}",
        "count": len(page[name]),
        "end_of_stream": page["end_of_stream"],
        "end_time": end,
    }
