# SPDX-License-Identifier: GPL-3.0-or-later
"""Both kinds of paging. Which one a caller gets is decided by `page[size]` alone."""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.zendesk.sandbox.asked import Asked
from connectors.zendesk.sandbox.errors import bad_request

MOST = 100
_DEEPEST = 10_000  # records an offset reaches
_AFTER, _BEFORE, _SIZE = "page[after]", "page[before]", "page[size]"

Key = int | str
Keep = Callable[[Any], bool]
Show = Callable[[Any], dict[str, Any]]


def listing(
    asked: Asked,
    name: str,
    ids: Sequence[Any],
    show: Show,
    keep: Keep | None = None,
) -> dict[str, Any]:
    """One page of records under `name`; `ids` ascend, and `keep` says which of them count.

    Raises ZendeskError 400 for a size above 100, a strange cursor, or an offset too deep.
    """
    if _SIZE in asked.args or _AFTER in asked.args or _BEFORE in asked.args:
        return by_cursor(asked, name, ids, show, keep)
    return by_offset(asked, name, ids, show, keep)


def by_cursor(
    asked: Asked, name: str, ids: Sequence[Any], show: Show, keep: Keep | None = None
) -> dict[str, Any]:
    """A page by cursor: a finished page keeps its links, an empty one has none."""
    size = asked.number(_SIZE, MOST)
    if not 1 <= size <= MOST:
        raise bad_request("InvalidPaginationParameter", f"page[size] must be 1 to {MOST}")
    after, before = asked.args.get(_AFTER), asked.args.get(_BEFORE)
    if asked.account.empty_page():
        return {
            name: [],
            "meta": {"has_more": True, "after_cursor": after, "before_cursor": None},
            "links": {"prev": None, "next": link(asked, {_AFTER: after})},
        }
    if before:
        end = bisect_left(ids, decode(before, ids))
        found = _take((ids[at] for at in range(end - 1, -1, -1)), keep, size + 1)
        page, more = found[:size][::-1], len(found) > size
    else:
        start = bisect_right(ids, decode(after, ids)) if after else 0
        found = _take((ids[at] for at in range(start, len(ids))), keep, size + 1)
        page, more = found[:size], len(found) > size
    first, last = (encode(page[0]), encode(page[-1])) if page else (None, None)
    return {
        name: [show(each) for each in page],
        "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
        "links": {
            "prev": link(asked, {_BEFORE: first}) if first else None,
            "next": link(asked, {_AFTER: last}) if last else None,
        },
    }


def by_offset(
    asked: Asked,
    name: str,
    ids: Sequence[Any],
    show: Show,
    keep: Keep | None = None,
    deepest: int = _DEEPEST,
) -> dict[str, Any]:
    """A page by number: `next_page`, `previous_page` and `count`."""
    kept = ids if keep is None else [each for each in ids if keep(each)]
    page = max(1, asked.number("page", 1))
    size = min(MOST, max(1, asked.number("per_page", MOST)))
    start = (page - 1) * size
    if start + size > deepest and page > 1:
        raise bad_request("InvalidPaginationDepth", f"Only the first {deepest} records have pages")
    more = start + size < len(kept)
    return {
        name: [show(each) for each in kept[start : start + size]],
        "next_page": link(asked, {"page": str(page + 1)}) if more else None,
        "previous_page": link(asked, {"page": str(page - 1)}) if page > 1 else None,
        "count": len(kept),
    }


def link(asked: Asked, changes: dict[str, str | None]) -> str:
    """The address that was asked, with these parameters for those of its paging."""
    kept = [
        (key, value)
        for key, value in asked.args.items(multi=True)
        if key not in (_AFTER, _BEFORE) and key not in changes
    ]
    kept += [(key, value) for key, value in changes.items() if value is not None]
    return f"{asked.url(asked.path)}.json?{urlencode(kept)}"


def encode(key: Key) -> str:
    """The cursor of a record; clients are told to look at it as opaque."""
    position = base64.b64encode(orjson.dumps(key)).decode()
    return base64.b64encode(orjson.dumps({"o": "id", "v": position})).decode()


def decode(cursor: str, ids: Sequence[Any]) -> Key:
    """The record behind a cursor of these. Raises ZendeskError 400 for a strange one."""
    try:
        given = orjson.loads(base64.b64decode(cursor, validate=True))
        key = orjson.loads(base64.b64decode(given["v"], validate=True))
    except (binascii.Error, ValueError, TypeError, KeyError) as exc:
        raise bad_request("InvalidPaginationParameter", "The cursor is not valid") from exc
    if not isinstance(key, str if ids and isinstance(ids[0], str) else int):
        raise bad_request("InvalidPaginationParameter", "The cursor is not valid")
    return key


def _take(ids: Iterable[Any], keep: Keep | None, most: int) -> list[Any]:
    found: list[Any] = []
    for each in ids:
        if keep is None or keep(each):
            found.append(each)
            if len(found) == most:
                break
    return found
