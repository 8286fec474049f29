"""Cursors: ten for the whole domain, ten minutes each, a fixed set of records read live."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from connectors.kintone.sandbox.asked import Asked
from connectors.kintone.sandbox.domain import App
from connectors.kintone.sandbox.errors import KintoneError, invalid
from connectors.kintone.sandbox.query import MOST_RECORDS, parse
from connectors.kintone.sandbox.reading import fields_of, matching
from connectors.kintone.sandbox.records import Shower

MOST_OPEN = 10
LIFETIME = timedelta(minutes=10)
_DEFAULT_SIZE = 100


@dataclass(kw_only=True)
class _Cursor:
    app: App
    codes: list[str]
    ids: list[int]
    size: int
    ends: datetime
    position: int = 0


class Cursors:
    """The open cursors of a domain; with `limits` off there may be any number."""

    def __init__(self, limits: bool) -> None:
        self._limits = limits
        self._open: dict[str, _Cursor] = {}

    def create(self, asked: Asked) -> dict[str, Any]:
        """POST records/cursor.json. Raises KintoneError: GAIA_TM12 for the eleventh."""
        app = asked.app("view")
        query = parse(asked.text("query"))
        if query.limit is not None or query.offset is not None:
            text = ("limit and offset cannot be used.", "limitとoffsetは使用できません。")
            raise invalid("query", text)
        size = asked.optional_number("size")
        size = _DEFAULT_SIZE if size is None else size
        if not 1 <= size <= MOST_RECORDS:
            raise invalid("size", ("Enter 1 to 500.", "1から500の値を指定してください。"))
        now = asked.domain.clock()
        self._open = {key: each for key, each in self._open.items() if each.ends > now}
        if self._limits and len(self._open) >= MOST_OPEN:
            raise KintoneError("GAIA_TM12")
        ids = [row.id for row in matching(asked, app, query)]
        key = str(uuid4())
        self._open[key] = _Cursor(
            app=app, codes=fields_of(asked), ids=ids, size=size, ends=now + LIFETIME
        )
        return {"id": key, "totalCount": str(len(ids))}

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET records/cursor.json: the next page, with the values of now. The last one closes."""
        key, cursor = self._find(asked)
        page = list(islice(cursor.ids, cursor.position, cursor.position + cursor.size))
        cursor.position += len(page)
        cursor.ends = asked.domain.clock() + LIFETIME
        more = cursor.position < len(cursor.ids)
        if not more:
            del self._open[key]
        show = Shower(cursor.app.form, cursor.codes)
        rows = []
        for number in page:
            try:
                rows.append(show(cursor.app.records.get(number)))
            except KintoneError:
                continue  # deleted since: the page is shorter
        return {"records": rows, "next": more}

    def close(self, asked: Asked) -> dict[str, Any]:
        """DELETE records/cursor.json."""
        key, _ = self._find(asked)
        del self._open[key]
        return {}

    def _find(self, asked: Asked) -> tuple[str, _Cursor]:
        key = asked.text("id")
        cursor = self._open.get(key)
        if cursor is None or cursor.ends <= asked.domain.clock():
            self._open.pop(key, None)
            raise KintoneError("GAIA_CN01")
        asked.caller.need(cursor.app, "view")
        asked.domain.count_call(cursor.app)
        return key, cursor
