"""kintone's query language, written so that no value can become a condition.

Rules from the query page and the common specification of cybozu.dev: strings stand in double
quotes, the backslash escapes, raw tabs and line breaks are syntax errors, and field codes can be
neither quoted nor escaped. So values go through `kq_str` and `kq_int`, and a field code is
accepted only if it has no character that could end it.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

PAGE = 500
"""The most records one call gives (cybozu.dev, get-records)."""

_CODE = re.compile(r"""[^\s\x00-\x1f\x7f"'()\[\]{}=!<>,;\\]+""")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def kq_str(value: str) -> str:
    """Write a text as a string literal. Raises ValueError for other control characters."""
    if any((char < " " or char == "\x7f") and char not in _ESCAPES for char in value):
        raise ValueError("a control character cannot be written in a kintone query")
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'


def kq_int(value: int | str) -> str:
    """Write a whole number. Raises ValueError for anything else, `1 or 1` included."""
    return str(int(value))


def kq_code(code: str) -> str:
    """Give a field code as it is. Raises ValueError for one that could hold more than a name."""
    if not _CODE.fullmatch(code) or code.lower() in ("and", "or", "in", "not", "like", "is"):
        raise ValueError("this is no kintone field code")
    return code


def kq_minute(moment: datetime) -> str:
    """Write a moment as a UTC literal; kintone's own times know no seconds."""
    return kq_str(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z"))


def after(last: int) -> str:
    """Ask for the page of records behind this record id, in the order of their ids."""
    return f"$id > {kq_int(last)} order by $id asc limit {PAGE}"


def changed_between(updated_time: str, since: datetime, until: datetime, last: int) -> str:
    """Ask for the page of records updated in [since, until) behind this record id."""
    field = kq_code(updated_time)
    return (
        f"({field} >= {kq_minute(since)} and {field} < {kq_minute(until)}) "
        f"and $id > {kq_int(last)} order by $id asc limit {PAGE}"
    )


def with_ids(ids: Iterable[int | str]) -> str:
    """Ask for these records, at most 500 of them."""
    return f"$id in ({', '.join(kq_int(id_) for id_ in ids)}) order by $id asc limit {PAGE}"
